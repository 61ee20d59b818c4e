# in:  rdi=0x120000000 rbx=100
# out: cf=0 m64@0x18=0xdcd5ced7c0b9b2ab
# why: the address wraps at its size
        btc     %ebx, 0x10(%edi)
