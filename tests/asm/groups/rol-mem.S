# in:  rdi=data rcx=7 cf=1
# out: rbx=0x78d159e26afdcbc cf=0 m64@0=0x16930f9ac0881403 m64@0x8=0xd8cabcaea0928476 m64@0x10=0xa49d968f88817ab9
# why: memory
        rolb    1(%rdi)
        rolw    $3, 2(%rdi)
        roll    %cl, 4(%rdi)
        rolq    8(%rdi)
        rolb    %cl, 16(%rdi)
        rolb    $2, %bh
