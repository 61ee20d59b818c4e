# bits: 32
# in:  rdi=data rbp=5 cf=1
# out: rax=0x62fc83ff rdx=0xdc49b722 cf=0 pf=1 af=1 zf=0 sf=1 of=0 m64@0=0x342d261f3a110a03
# why: the same in 32-bit code
        sub     %ebx, %eax
        sub     %cl, 3(%edi)
        sub     4(%edi,%ebp,4), %edx
        sub     $0x1234, %ax
