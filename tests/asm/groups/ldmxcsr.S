# in:  rdi=data+0x40 rsi=data+0x83 m32@0x40=0xff80
# out: mxcsr=0xff80
# why: registers and memory
        ldmxcsr (%rdi)
