# bits: 32
# in:  rdi=data rbp=5 cf=1
# out: rax=0xaf04e867 rdx=0x5dbadb66 cf=0 pf=0 zf=0 sf=1 of=0 m64@0=0x342d261fc6110a03
# why: the same in 32-bit code
        xor     %ebx, %eax
        xor     %cl, 3(%edi)
        xor     4(%edi,%ebp,4), %edx
        xor     $0x1234, %ax
