# in:  rsi=0x20000011 rcx=5
# out: rax=0x8b847d766f68615a rcx=0 rsi=0x20000039
# why: the last one stays
        rep     lodsq
