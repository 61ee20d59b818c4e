# out: fault=6
# why: CPL 0 only: #UD
        clac
