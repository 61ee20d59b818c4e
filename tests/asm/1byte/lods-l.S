# in:  rsi=data
# out: rax=0x18110a03 rsi=0x20000004
# why: 32 bits
        lodsl
