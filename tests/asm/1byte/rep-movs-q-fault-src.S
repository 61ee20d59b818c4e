# in:  rsi=0x20001fe3 rdi=0x20000010 rcx=64
# out: rcx=0x3d rsi=0x20001ffb rdi=0x20000028 m64@0x10=0x69625b544d463f38 m64@0x18=0xa19a938c857e7770 m64@0x20=0xd9d2cbc4bdb6afa8 fault=14 err=0x4 cr2=0x20002000
# why: stops where the source ends
        rep     movsq
