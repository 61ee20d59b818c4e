# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0xfc4d5e6c cf=0 pf=1 zf=0 sf=1
# why: by an immediate, 32 bits
        sar     $5, %eax
