# in:  rsi=0x20000010 rdi=0x20000111 rcx=20 m64@0x30=0x1111111111111111 m64@0x131=0x1111111111111111
# out: rcx=0x3 rsi=0x20000032 rdi=0x20000133 cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: stops behind the first that is equal
        repne   cmpsw
