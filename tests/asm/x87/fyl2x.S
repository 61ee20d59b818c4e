# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4002a000000000000000 st1=0x40008000000000000000
# out: st0=0x4001d49a784bcd1b8afe st1=0x00000000000000000000 st7=0x4002a000000000000000 fsw=0x2820 ftw=0xe0
# why: transcendental: two operands, and pop
        fyl2x
