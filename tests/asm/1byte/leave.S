# in:  rbp=0x20010900
# out: rsp=0x20010908 rbp=0x241f1a15100b0601
# why: RSP = RBP, then POP RBP
        leave
