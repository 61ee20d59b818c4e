# in:  rsp=0x20010004
# out: fault=14 err=0x6 cr2=0x2000fffc
# why: RSP stays
        call    1f
1:
