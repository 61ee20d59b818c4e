# bits: 32
# in:  rax=0x5 af=1
# out: rax=0xfe0f cf=1 af=1
# why: ASCII adjust
        aas
