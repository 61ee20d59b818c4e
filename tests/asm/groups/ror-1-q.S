# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0xc091a2b3c4d5e6c2 cf=1 of=0
# why: by 1, 64 bits
        ror     %rax
