# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000020 rdi=0x20000110 m64@0x100=0xa49d968f88817a73 m64@0x108=0xdcd5cec7c0b9b2ab
# why: one element at a time, 64 bits
        movsq
        movsq
