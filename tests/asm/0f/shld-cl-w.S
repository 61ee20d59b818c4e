# in:  rcx=0x47
# out: rax=0x123456789abf79b
# why: by CL, 16 bits
        shld    %cl, %bx, %ax
