# in:  rdi=data
# out: rdi=0x20000008 m64@0=0x123456789abcdef
# why: 64 bits
        stosq
