# out: s64@0xfe0=0x1000000f s64@0xfe8=0x33 s64@0xff0=0x2 s64@0xff8=0x1
# why: drops 16 bytes behind the 64-bit frame
        push    $1
        push    $2
        push    $0x33
        push    $1f
        lretq   $16
1:
