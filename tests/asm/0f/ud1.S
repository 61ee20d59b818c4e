# out: fault=6
# why: invalid on purpose
        ud1     %eax, %ebx
