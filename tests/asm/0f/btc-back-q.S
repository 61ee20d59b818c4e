# in:  rdi=data rbx=0xffffffffffffff3e
# out: cf=1 m64@0xe0=0x144d463f38312a23
# why: a negative offset
        btc     %rbx, 0x100(%rdi)
