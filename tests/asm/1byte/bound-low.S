# bits: 32
# in:  rdi=data rax=-0x11 m32@8=-0x10 m32@12=0x50
# out: fault=5
# why: below
        bound   %eax, 8(%edi)
