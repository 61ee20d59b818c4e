# in:  rsi=0x20000010 rdi=0x20000111 rcx=20 m64@0x30=0x1111111111111111 m64@0x131=0x1111111111111111
# out: rcx=0 rsi=0x20000024 rdi=0x20000125 cf=1 pf=1 af=1 zf=0 sf=1 of=0
# why: stops behind the first that is equal
        repne   cmpsb
