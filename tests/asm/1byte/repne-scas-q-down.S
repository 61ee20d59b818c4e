# in:  rdi=0x20000210 rcx=70 m64@0x190=0x5a5a5a5a5a5a5a5a rax=0x5a5a5a5a5a5a5a5a
# out: rcx=0x35 rdi=0x20000188 cf=0 pf=1 af=0 zf=1 sf=0 of=0 df=1
# why: downwards
        std
        repne   scasq
