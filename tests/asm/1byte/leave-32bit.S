# bits: 32
# in:  rbp=0x20010900
# out: rsp=0x20010904 rbp=0x100b0601
# why: 32 bits
        leave
