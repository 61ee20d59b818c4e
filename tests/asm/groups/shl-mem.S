# in:  rdi=data rcx=7 cf=1
# out: rbx=0x78d159e26afdcbc cf=0 pf=0 zf=0 sf=1 m64@0=0x16930f80c0881403 m64@0x8=0xd8cabcaea0928476 m64@0x10=0xa49d968f88817a80
# why: memory
        shlb    1(%rdi)
        shlw    $3, 2(%rdi)
        shll    %cl, 4(%rdi)
        shlq    8(%rdi)
        shlb    %cl, 16(%rdi)
        shlb    $2, %bh
