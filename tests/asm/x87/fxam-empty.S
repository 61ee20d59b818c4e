# in:  rdi=data
# out: fsw=0x4100
# why: C3 and C0: empty
        fxam
