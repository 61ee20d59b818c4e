# in:  rdi=0x20000010 rcx=200 m64@0x80=0x5a5a5a5a5a5a5a5a rax=0x5a5a5a5a5a5a5a5a
# out: rcx=0x8f rdi=0x20000082 cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: finds it
        repne   scasw
