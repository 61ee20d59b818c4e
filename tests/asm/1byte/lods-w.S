# in:  rsi=data
# out: rax=0x123456789ab0a03 rsi=0x20000002
# why: 16 bits
        lodsw
