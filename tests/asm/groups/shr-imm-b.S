# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abcd04 cf=0 pf=0 zf=0 sf=0
# why: by an immediate, 8 bits
        shr     $5, %al
