# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abcdfc cf=0 pf=1 zf=0 sf=1
# why: by an immediate, 8 bits
        sar     $5, %al
