# out: fault=13
# why: no permission at CPL 3
        out     %eax, %dx
