# in:  rsi=data
# out: rax=0x123456789abcd03 rsi=0x20000001
# why: 8 bits
        lodsb
