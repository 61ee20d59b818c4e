# in:  rax=0x8123456789abcd85 rcx=0x43 cf=1
# out: rax=0x4d5e6c2c cf=0
# why: by CL, 32 bits; the count is masked
        rol     %cl, %eax
