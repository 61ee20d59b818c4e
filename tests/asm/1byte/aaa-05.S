# bits: 32
# in:  rax=0x5 af=1
# out: rax=0x10b cf=1 af=1
# why: ASCII adjust
        aaa
