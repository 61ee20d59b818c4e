# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abb0bc cf=1
# why: by an immediate, 16 bits
        rcl     $5, %ax
