# bits: 32
# in:  rax=0xf
# out: rax=0xff09 cf=1 af=1
# why: ASCII adjust
        aas
