# in:  rsi=0xffffffff20000010 rdi=0xffffffff20000100
# out: rsi=0x20000014 rdi=0x20000104 m64@0x100=0x342d261f88817a73
# why: the upper halves go
        addr32  movsl
