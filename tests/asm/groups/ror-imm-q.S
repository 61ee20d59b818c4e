# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x2c091a2b3c4d5e6c cf=0
# why: by an immediate, 64 bits
        ror     $5, %rax
