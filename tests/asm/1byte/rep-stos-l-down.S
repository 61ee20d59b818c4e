# in:  rdi=0x20001003 rcx=9
# out: rcx=0 rdi=0x20000fdf df=1 m64@0xfe0=0xef89abcdef312a23 m64@0xfe8=0xef89abcdef89abcd m64@0xff0=0xef89abcdef89abcd m64@0xff8=0xef89abcdef89abcd m64@0x1000=0x3489abcdef89abcd
# why: downwards
        std
        rep     stosl
