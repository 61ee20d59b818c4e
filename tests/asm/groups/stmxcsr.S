# in:  rdi=data+0x40 rsi=data+0x83
# out: m64@0x88=0xece5ded700001f80
# why: registers and memory
        stmxcsr 5(%rsi)
