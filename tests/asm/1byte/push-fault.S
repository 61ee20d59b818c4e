# in:  rsp=0x20010000
# out: fault=14 err=0x6 cr2=0x2000fff8
# why: RSP stays
        push    %rax
