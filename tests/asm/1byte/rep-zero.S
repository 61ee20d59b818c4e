# in:  rcx=0 rsi=0x1000 rdi=0x1000 cf=1 zf=1
# out: cf=1 pf=0 af=0 zf=1 sf=0 of=0
# why: a count of 0 does nothing
        rep     movsb
        rep     stosq
        repe    cmpsb
        repne   scasl
        rep     lodsw
