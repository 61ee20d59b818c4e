# in:  rbp=0x20010900
# out: rsp=0x20010fd8 rbp=0x20010ff8 s64@0xff8=0x20010900
# why: a frame without a display
        enter   $0x20, $0
