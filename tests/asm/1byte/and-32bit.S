# bits: 32
# in:  rdi=data rbp=5 cf=1
# out: rax=0xab0024 rdx=0x80012089 cf=0 pf=1 zf=0 sf=0 of=0
# why: the same in 32-bit code
        and     %ebx, %eax
        and     %cl, 3(%edi)
        and     4(%edi,%ebp,4), %edx
        and     $0x1234, %ax
