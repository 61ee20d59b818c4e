# in:  rdi=0x1000
# out: fault=14 err=0x4 cr2=0x1000
# why: checked as a load
        clflush (%rdi)
