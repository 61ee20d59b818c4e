# in:  rdi=data cf=1
# out: rdx=0x169d0369d036acd pf=1 af=0 zf=0 sf=0 of=0 m64@0=0x342d262018120b03 m64@0x8=0x6c655e575049423c
# why: memory and high bytes
        incb    1(%rdi)
        incw    2(%rdi)
        incl    4(%rdi)
        incq    8(%rdi)
        inc     %dh
