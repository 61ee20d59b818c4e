# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000d000000000000000 st1=0x40008000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa
# out: st0=0xc000d000000000000000
# why: one instruction
        fchs
