# in:  rax=0x8123456789abcd85 rcx=0x43 cf=1
# out: rax=0x8123456789ab19b0 pf=0 zf=0 sf=0
# why: by CL, 16 bits; the count is masked
        shr     %cl, %ax
