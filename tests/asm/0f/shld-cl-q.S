# in:  rcx=0x47
# out: rax=0x91a2b3c4d5e6f783 cf=0 pf=0 zf=0 sf=1
# why: by CL, 64 bits
        shld    %cl, %rbx, %rax
