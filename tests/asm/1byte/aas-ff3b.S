# bits: 32
# in:  rax=0xff3b
# out: rax=0xfe05 cf=1 af=1
# why: ASCII adjust
        aas
