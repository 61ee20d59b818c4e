# in:  rsi=0x20000010
# out: rax=0x123456789abcd6c df=0
# why: DF chooses the way
        std
        lodsb
        cld
        lodsb
