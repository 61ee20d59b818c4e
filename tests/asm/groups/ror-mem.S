# in:  rdi=data rcx=7 cf=1
# out: rbx=0x78d159e26afcdbc cf=1 m64@0=0x3e685a4c23020503 m64@0x8=0xb632af2ba824a11d m64@0x10=0xa49d968f88817ae6
# why: memory
        rorb    1(%rdi)
        rorw    $3, 2(%rdi)
        rorl    %cl, 4(%rdi)
        rorq    8(%rdi)
        rorb    %cl, 16(%rdi)
        rorb    $2, %bh
