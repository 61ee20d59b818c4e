# bits: 32
# in:  rax=0xf
# out: rax=0x105 cf=1 af=1
# why: ASCII adjust
        aaa
