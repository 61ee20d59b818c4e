# in:  cf=1
# out: fault=6
# why: invalid on purpose
        ud2
