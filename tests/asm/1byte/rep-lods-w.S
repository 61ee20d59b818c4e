# in:  rsi=0x20000011 rcx=5
# out: rax=0x123456789abb9b2 rcx=0 rsi=0x2000001b
# why: the last one stays
        rep     lodsw
