# bits: 32
# in:  rax=0xff3b
# out: rax=0x1 cf=1 af=1
# why: ASCII adjust
        aaa
