# in:  rdi=data rcx=7 cf=1
# out: rbx=0x78d159e26af0dbc cf=1 pf=0 zf=0 sf=0 m64@0=0x685a4c03020503 m64@0x8=0x3632af2ba824a11d m64@0x10=0xa49d968f88817a00
# why: memory
        sarb    1(%rdi)
        sarw    $3, 2(%rdi)
        sarl    %cl, 4(%rdi)
        sarq    8(%rdi)
        sarb    %cl, 16(%rdi)
        sarb    $2, %bh
