# in:  rdi=data rcx=7 cf=1
# out: rbx=0x78d159e26afdebc cf=0 m64@0=0x16930f8dc0881503 m64@0x8=0xd8cabcaea0928476 m64@0x10=0xa49d968f88817a9c
# why: memory
        rclb    1(%rdi)
        rclw    $3, 2(%rdi)
        rcll    %cl, 4(%rdi)
        rclq    8(%rdi)
        rclb    %cl, 16(%rdi)
        rclb    $2, %bh
