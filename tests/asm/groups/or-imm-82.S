# bits: 32
# in:  rbx=0x7e cf=1
# out: rbx=0xff cf=0 pf=1 zf=0 sf=1 of=0
# why: 82 is 80 outside 64-bit mode
        .byte   0x82, 0xc8+3, 0x91
