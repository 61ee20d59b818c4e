# in:  rdi=0x20001003 rcx=9
# out: rcx=0 rdi=0x20000ffa df=1 m64@0xff8=0xefefefefefd9d2cb m64@0x1000=0x342d261fefefefef
# why: downwards
        std
        rep     stosb
