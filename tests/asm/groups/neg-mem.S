# in:  rdi=data cf=1
# out: rdx=0x169d0369d0397cd cf=1 pf=0 af=1 zf=0 sf=1 of=0 m64@0=0xcbd2d9e1e7eff603 m64@0x8=0x939aa1a8afb6bdc5
# why: memory and high bytes
        negb    1(%rdi)
        negw    2(%rdi)
        negl    4(%rdi)
        negq    8(%rdi)
        neg     %dh
