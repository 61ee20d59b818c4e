# out: rax=0xdcd5cec7c0b9b2ab m64@0x20=0xc0b9b2abf8f1abe3 m64@0x30=0x847d766fb2ab5a53
# why: an absolute address of 64 bits
        movabs  0x20000010, %al
        movabs  0x20000018, %rax
        movabs  %al, 0x20000021
        movabs  %eax, 0x20000024
        movabs  %ax, 0x20000032
