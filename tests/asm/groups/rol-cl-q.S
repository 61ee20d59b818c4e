# in:  rax=0x8123456789abcd85 rcx=0x43 cf=1
# out: rax=0x91a2b3c4d5e6c2c cf=0
# why: by CL, 64 bits; the count is masked
        rol     %cl, %rax
