# in:  rsi=0x20000011 rcx=5
# out: rax=0xfff8f1ea rcx=0 rsi=0x20000025
# why: the last one stays
        rep     lodsl
