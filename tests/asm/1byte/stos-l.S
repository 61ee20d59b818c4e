# in:  rdi=data
# out: rdi=0x20000004 m64@0=0x342d261f89abcdef
# why: 32 bits
        stosl
