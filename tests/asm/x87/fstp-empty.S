# in:  rdi=data
# out: fsw=0x841 m64@0x100=0xc000000000000000 m64@0x108=0x6c655e575049ffff
# why: stack underflow stores the indefinite
        fstpt 0x100(%rdi)
