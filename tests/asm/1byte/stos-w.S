# in:  rdi=data
# out: rdi=0x20000002 m64@0=0x342d261f1811cdef
# why: 16 bits
        stosw
