# in:  rdi=data cf=1
# out: rdx=0x169d0369d0368cd pf=0 af=0 zf=0 sf=0 of=0 m64@0=0x342d261e18100903 m64@0x8=0x6c655e575049423a
# why: memory and high bytes
        decb    1(%rdi)
        decw    2(%rdi)
        decl    4(%rdi)
        decq    8(%rdi)
        dec     %dh
