# out: rsp=0x20010fee s64@0xfe8=0xa29d98938e89 s64@0xff0=0 s64@0xff8=0
# why: null selectors of 64-bit code, as Linux has them; 8 bytes and 2
        push    %fs
        push    %gs
        pushw   %gs
