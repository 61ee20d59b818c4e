# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x3579b0a0 cf=1 pf=1 zf=0 sf=0
# why: by an immediate, 32 bits
        shl     $5, %eax
