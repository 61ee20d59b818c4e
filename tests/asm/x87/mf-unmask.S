# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000 fsw=0x2001 m16@0x100=0x37e
# out: fcw=0x37e fsw=0xa081 fault=16
# why: lifting a mask makes a recorded exception pending
        fldcw 0x100(%rdi)
        fchs
