# out: fault=6
# why: invalid on purpose
        ud0     %eax, %ebx
