# bits: 32
# in:  rdi=data rbp=5 cf=1
# out: rax=0xb05b17e1 rdx=0x5dbd1c78 cf=0 pf=1 af=1 zf=0 sf=0 of=0 m64@0=0x342d261ff6110a03
# why: the same in 32-bit code
        adc     %ebx, %eax
        adc     %cl, 3(%edi)
        adc     4(%edi,%ebp,4), %edx
        adc     $0x1234, %ax
