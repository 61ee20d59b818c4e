# in:  rdi=data cf=1
# out: cf=1 pf=0 af=1 zf=0 sf=1 of=0 m64@0=0x342e496418118a03 m64@0x10=0xa49d968f88817a70
# why: LOCK with immediates
        lock    adcb $0x7f, 1(%rdi)
        lock    adcl $0x12345, 4(%rdi)
        lock    adcq $-3, 16(%rdi)
