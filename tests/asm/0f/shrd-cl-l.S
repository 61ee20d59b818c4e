# in:  rcx=0x47
# out: rax=0x7913579b cf=1 pf=0 zf=0 sf=0
# why: by CL, 32 bits
        shrd    %cl, %ebx, %eax
