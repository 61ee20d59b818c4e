# in:  rcx=0x47
# out: rax=0xd5e6f793 cf=0 pf=1 zf=0 sf=1
# why: by CL, 32 bits
        shld    %cl, %ebx, %eax
