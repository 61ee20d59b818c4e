# in:  rdi=data+0x40 m32@0x40=0xff80
# out: mxcsr=0xff80 m64@0x48=0x2c251e170000ff80
# why: registers and memory
        .intel_syntax noprefix
        vldmxcsr [rdi]
        vstmxcsr [rdi + 8]
        .att_syntax prefix
