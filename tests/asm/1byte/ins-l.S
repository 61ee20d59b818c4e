# in:  rdi=data rcx=0
# out: fault=13
# why: no permission at CPL 3, even with a count of 0
        rep     insl
