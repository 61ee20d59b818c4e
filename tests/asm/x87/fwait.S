# in:  rdi=data fsw=0x2000 ftw=0xf0 
# out:
# why: nothing is pending
        fwait
