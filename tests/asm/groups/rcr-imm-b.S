# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abcd5c cf=0
# why: by an immediate, 8 bits
        rcr     $5, %al
