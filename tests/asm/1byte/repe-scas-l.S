# in:  rdi=0x20000010 rcx=200 rax=0x5a5a5a5a5a5a5a5a m64@0x10=0x5a5a5a5a5a5a5a5a m64@0x18=0x5a5a5a5a5a5a5a5a m64@0x20=0x775a5a5a5a5a5a5a
# out: rcx=0xc2 rdi=0x20000028 cf=1 pf=1 af=0 zf=0 sf=1 of=0
# why: finds what is different
        repe    scasl
