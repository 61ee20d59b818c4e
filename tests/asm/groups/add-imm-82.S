# bits: 32
# in:  rbx=0x7e cf=1
# out: rbx=0xf cf=1 pf=1 af=0 zf=0 sf=0 of=0
# why: 82 is 80 outside 64-bit mode
        .byte   0x82, 0xc0+3, 0x91
