# in:  rcx=0xffffffff00000003 rsi=0xffffffff20000010 rdi=0xffffffff20000100
# out: rcx=0 rsi=0x20000013 rdi=0x20000103 m64@0x100=0x342d261f18817a73
# why: ECX, ESI and EDI
        addr32  rep movsb
        addr32  rep stosl
