# out: fault=13
# why: no permission at CPL 3
        in      %dx, %eax
