# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x44d5e6c cf=0 pf=1 zf=0 sf=0
# why: by an immediate, 32 bits
        shr     $5, %eax
