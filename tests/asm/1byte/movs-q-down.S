# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000008 rdi=0x200000f8 df=0 m64@0x100=0xa49d968f88817a73
# why: down
        std
        movsq
        cld
