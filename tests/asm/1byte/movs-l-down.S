# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x2000000c rdi=0x200000fc df=0 m64@0x100=0x342d261f88817a73
# why: down
        std
        movsl
        cld
