# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x4091a2b3c4d5e6c2 cf=1 pf=0 zf=0 sf=0 of=1
# why: by 1, 64 bits
        shr     %rax
