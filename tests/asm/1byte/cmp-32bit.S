# bits: 32
# in:  rdi=data rbp=5 cf=1
# out: cf=0 pf=1 af=0 zf=0 sf=1 of=0
# why: the same in 32-bit code
        cmp     %ebx, %eax
        cmp     %cl, 3(%edi)
        cmp     4(%edi,%ebp,4), %edx
        cmp     $0x1234, %ax
