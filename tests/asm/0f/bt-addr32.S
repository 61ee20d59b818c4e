# in:  rdi=0x120000000 rbx=100
# out: cf=0
# why: the address wraps at its size
        bt      %ebx, 0x10(%edi)
