# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x3579b0b8 cf=1
# why: by an immediate, 32 bits
        rcl     $5, %eax
