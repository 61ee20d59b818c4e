# bits: 32
# in:  rbx=0x7e cf=1
# out: cf=1 pf=1 af=0 zf=0 sf=1 of=1
# why: 82 is 80 outside 64-bit mode
        .byte   0x82, 0xf8+3, 0x91
