# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0xc4d5e6c2 cf=1 of=0
# why: by 1, 32 bits
        ror     %eax
