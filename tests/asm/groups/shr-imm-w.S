# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789ab066c cf=0 pf=1 zf=0 sf=0
# why: by an immediate, 16 bits
        shr     $5, %ax
