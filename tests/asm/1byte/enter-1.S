# in:  rbp=0x20010900
# out: rsp=0x20010fd8 rbp=0x20010ff8 s64@0xff0=0x20010ff8 s64@0xff8=0x20010900
# why: level 1: the frame pointer itself
        enter   $0x18, $1
