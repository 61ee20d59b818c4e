# in:  rdi=data rcx=7 cf=1
# out: rbx=0x78d159e26afcdbc cf=1 m64@0=0x7c685a4c43028503 m64@0x8=0x3632af2ba824a11d m64@0x10=0xa49d968f88817ace
# why: memory
        rcrb    1(%rdi)
        rcrw    $3, 2(%rdi)
        rcrl    %cl, 4(%rdi)
        rcrq    8(%rdi)
        rcrb    %cl, 16(%rdi)
        rcrb    $2, %bh
