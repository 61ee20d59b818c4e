# in:  rdi=0x20001003 rcx=9
# out: rcx=0 rdi=0x20000ff1 df=1 m64@0xff0=0xefcdefcdefa19a93 m64@0xff8=0xefcdefcdefcdefcd m64@0x1000=0x342d26cdefcdefcd
# why: downwards
        std
        rep     stosw
