# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x5c4d5e6c cf=0
# why: by an immediate, 32 bits
        rcr     $5, %eax
