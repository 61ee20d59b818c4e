# bits: 32
# in:  rsp=0x20010008
# out: s64@0=0x89abcdef13579bde fault=14 err=0x6 cr2=0x2000fffc
# why: SP stays
        pusha
