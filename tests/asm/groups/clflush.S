# in:  rdi=data
# out:
# why: nothing to be seen
        clflush 8(%rdi)
        clflushopt 8(%rdi)
        clwb    8(%rdi)
