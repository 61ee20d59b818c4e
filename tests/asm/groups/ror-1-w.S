# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abe6c2 cf=1 of=0
# why: by 1, 16 bits
        ror     %ax
