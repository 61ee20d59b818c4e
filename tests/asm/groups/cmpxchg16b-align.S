# in:  rdi=data
# out: zf=0 fault=13
# why: must be aligned
        cmpxchg16b 8(%rdi)
