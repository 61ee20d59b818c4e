# in:  rbp=0x20010902
# out: rsp=0x20010904 rbp=0x2001100b
# why: 16 bits
        leavew
