# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x40638000000000002000 st1=0x4000c000000000000000
# out: st0=0x403f8002000000000000 fsw=0x2400
# why: a large quotient is reduced in steps: C2
        fprem
