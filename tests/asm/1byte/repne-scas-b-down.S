# in:  rdi=0x20000210 rcx=70 m64@0x190=0x5a5a5a5a5a5a5a5a rax=0x5a5a5a5a5a5a5a5a
# out: rcx=0 rdi=0x200001ca cf=1 pf=1 af=0 zf=0 sf=1 of=1 df=1
# why: downwards
        std
        repne   scasb
