# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789ab9b0a cf=1 pf=1 zf=0 sf=1 of=0
# why: by 1, 16 bits
        shl     %ax
