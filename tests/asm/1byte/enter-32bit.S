# bits: 32
# in:  rbp=0x20010900
# out: rsp=0x20010fde rbp=0x20010fe2 s64@0xfe0=0x847f7a750ffc6661 s64@0xff0=0x20010ffcc0bbb6b1 s64@0xff8=0x20010900fcf7f2ed
# why: 32 and 16 bits
        enter   $0x10, $2
        enterw  $4, $0
