# bits: 32
# in:  of=1
# out: fault=4
# why: #OF
        into
