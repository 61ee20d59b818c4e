# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x40c78000000000000000 fcw=0x377 m32@0x100=5
# out: fsw=0xa088
# why: an unmasked overflow stores nothing and does not pop
        fstps 0x100(%rdi)
