# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3fff8000000000000000 st1=0x00000000000000000000 fcw=0x37b
# out: rax=0x123456789aba084 st1=0x3fff8000000000000000 fsw=0x1800 ftw=0xf8
# why: FN... forms do not wait
        fdiv %st(1), %st
        fnstsw %ax
        fnclex
        fld1
