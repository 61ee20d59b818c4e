# in:  rcx=0x47
# out: rax=0x123456789ab799b
# why: by CL, 16 bits
        shrd    %cl, %bx, %ax
