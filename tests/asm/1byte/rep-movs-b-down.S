# in:  rsi=0x20001800 rdi=0x20001011 rcx=40
# out: rcx=0 rsi=0x200017d8 rdi=0x20000fe9 df=1 m64@0xfe8=0x150e0700f9f2625b m64@0xff0=0x4d463f38312a231c m64@0xff8=0x857e777069625b54 m64@0x1000=0xbdb6afa8a19a938c m64@0x1008=0xf5eee7e0d9d2cbc4 m64@0x1010=0xa49d968f888103fc
# why: downwards across pages
        std
        rep     movsb
