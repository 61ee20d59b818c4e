# in:  rdi=data
# out: rsp=0x20010fee s64@0xfe8=0x423ba29d98938e89 s64@0xff0=0x7a736c655e575049 s64@0xff8=0x6c655e575049423b
# why: an address by RSP is that before the push
        pushq   8(%rdi)
        pushw   16(%rdi)
        pushq   2(%rsp)
