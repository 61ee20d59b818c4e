# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x2000000f rdi=0x200000ff df=0 m64@0x100=0x342d261f18110a73
# why: down
        std
        movsb
        cld
