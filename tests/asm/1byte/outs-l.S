# in:  rsi=data
# out: fault=13
# why: no permission at CPL 3
        outsl
