# in:  rdi=data
# out: rdi=0x20000001 m64@0=0x342d261f18110aef
# why: 8 bits
        stosb
