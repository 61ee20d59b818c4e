# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000018 rdi=0x20000108 m64@0x100=0xa49d968f88817a73
# why: one element at a time, 32 bits
        movsl
        movsl
