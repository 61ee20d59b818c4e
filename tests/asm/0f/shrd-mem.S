# in:  rdi=data rcx=9
# out: cf=0 pf=0 zf=0 sf=1 m64@0x8=0xded8cabcaea09284 m64@0x18=0xdcd5cec7de605cd9 m64@0x20=0x140d06fff8be3de3
# why: memory
        shrd    $7, %rax, 8(%rdi)
        shrd    %cl, %ebx, 24(%rdi)
        shrd    $3, %dx, 33(%rdi)
