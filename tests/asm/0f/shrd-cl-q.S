# in:  rcx=0x47
# out: rax=0x7802468acf13579b cf=1 pf=0 zf=0 sf=0
# why: by CL, 64 bits
        shrd    %cl, %rbx, %rax
