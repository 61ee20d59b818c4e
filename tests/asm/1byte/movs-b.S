# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000012 rdi=0x20000102 m64@0x100=0x342d261f18117a73
# why: one element at a time, 8 bits
        movsb
        movsb
