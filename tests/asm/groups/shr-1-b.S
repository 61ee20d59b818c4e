# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abcd42 cf=1 pf=1 zf=0 sf=0 of=1
# why: by 1, 8 bits
        shr     %al
