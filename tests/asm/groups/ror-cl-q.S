# in:  rax=0x8123456789abcd85 rcx=0x43 cf=1
# out: rax=0xb02468acf13579b0 cf=1
# why: by CL, 64 bits; the count is masked
        ror     %cl, %rax
