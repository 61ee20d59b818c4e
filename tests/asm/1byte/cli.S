# out: fault=13
# why: guarded by IOPL
        cli
