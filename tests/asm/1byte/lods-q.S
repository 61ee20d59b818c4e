# in:  rsi=data
# out: rax=0x342d261f18110a03 rsi=0x20000008
# why: 64 bits
        lodsq
