# in:  rsi=0x20000010 rdi=0x20001fe3 rcx=64
# out: rcx=0x39 rsi=0x2000002c rdi=0x20001fff m64@0x1fe0=0x8f88817a73312a23 m64@0x1fe8=0xc7c0b9b2aba49d96 m64@0x1ff0=0xfff8f1eae3dcd5ce m64@0x1ff8=0xfc3029221b140d06 fault=14 err=0x6 cr2=0x20002000
# why: stops where the destination ends
        rep     movsl
