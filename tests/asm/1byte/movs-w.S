# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000014 rdi=0x20000104 m64@0x100=0x342d261f88817a73
# why: one element at a time, 16 bits
        movsw
        movsw
