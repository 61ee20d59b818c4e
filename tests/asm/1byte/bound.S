# bits: 32
# in:  rdi=data rax=0x50 m32@8=-0x10 m32@12=0x50
# out:
# why: inside
        bound   %eax, 8(%edi)
