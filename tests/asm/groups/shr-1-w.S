# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789ab66c2 cf=1 pf=0 zf=0 sf=0 of=1
# why: by 1, 16 bits
        shr     %ax
