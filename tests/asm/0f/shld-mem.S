# in:  rdi=data rcx=9
# out: cf=1 pf=1 zf=0 sf=1 m64@0x8=0x32af2ba824a11d80 m64@0x18=0xdcd5cec77365564d m64@0x20=0x140d06fff88f53e3
# why: memory
        shld    $7, %rax, 8(%rdi)
        shld    %cl, %ebx, 24(%rdi)
        shld    $3, %dx, 33(%rdi)
