# in:  rdi=0x20000fd1 rcx=30
# out: rcx=0 rdi=0x20000fef m64@0xfd0=0xefefefefefefefb3 m64@0xfd8=0xefefefefefefefef m64@0xfe0=0xefefefefefefefef m64@0xfe8=0x8cefefefefefefef
# why: 8 bits, across pages
        rep     stosb
