# bits: 32
# in:  rdi=data rax=0x51 m16@8=0x10 m16@10=0x50
# out: fault=5
# why: above
        bound   %ax, 8(%edi)
