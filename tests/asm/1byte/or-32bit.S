# bits: 32
# in:  rdi=data rbp=5 cf=1
# out: rax=0xafafffff rdx=0xddbbfbef cf=0 pf=1 zf=0 sf=1 of=0 m64@0=0x342d261fde110a03
# why: the same in 32-bit code
        or      %ebx, %eax
        or      %cl, 3(%edi)
        or      4(%edi,%ebp,4), %edx
        or      $0x1234, %ax
