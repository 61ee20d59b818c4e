# in:  rdi=data zf=1
# out: m64@0=0x342d260001110a03
# why: memory
        setz    3(%rdi)
        setnz   4(%rdi)
