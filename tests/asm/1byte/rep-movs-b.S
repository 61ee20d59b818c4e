# in:  rsi=0x20000013 rdi=0x20000100 rcx=19
# out: rcx=0 rsi=0x20000026 rdi=0x20000113 m64@0x100=0xb9b2aba49d968f88 m64@0x108=0xf1eae3dcd5cec7c0 m64@0x110=0xa49d968f8806fff8
# why: 8 bits
        rep     movsb
