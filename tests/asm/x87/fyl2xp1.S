# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3ffc8000000000000000 st1=0x4000c000000000000000
# out: st0=0x3ffe82809d5be7072dbe st1=0x00000000000000000000 st7=0x3ffc8000000000000000 fsw=0x2a20 ftw=0xe0
# why: transcendental: two operands, and pop
        fyl2xp1
