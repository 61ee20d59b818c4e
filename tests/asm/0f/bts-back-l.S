# in:  rdi=data rbx=0xffffff9e
# out: cf=0 m64@0xf0=0xc4bdb6afe8a19a93
# why: a negative offset
        bts     %ebx, 0x100(%rdi)
