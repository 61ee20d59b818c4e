# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789ab5e6c cf=0
# why: by an immediate, 16 bits
        rcr     $5, %ax
