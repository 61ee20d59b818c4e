# bits: 32
# in:  rax=0x4 cf=1
# out: cf=0 af=0
# why: ASCII adjust
        aas
