# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abcd2c cf=0
# why: by an immediate, 8 bits
        ror     $5, %al
