# in:  rsi=0x20000011 rcx=5
# out: rax=0x123456789abcd96 rcx=0 rsi=0x20000016
# why: the last one stays
        rep     lodsb
