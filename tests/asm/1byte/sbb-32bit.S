# bits: 32
# in:  rdi=data rbp=5 cf=1
# out: rax=0x62fc83fd rdx=0xdc49b721 cf=0 pf=0 af=1 zf=0 sf=1 of=0 m64@0=0x342d261f3a110a03
# why: the same in 32-bit code
        sbb     %ebx, %eax
        sbb     %cl, 3(%edi)
        sbb     4(%edi,%ebp,4), %edx
        sbb     $0x1234, %ax
