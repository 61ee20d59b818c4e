# in:  rax=0x8123456789abcd85 rcx=0x43 cf=1
# out: rax=0x8123456789abcdf0 cf=1 pf=1 zf=0 sf=1
# why: by CL, 8 bits; the count is masked
        sar     %cl, %al
