# out: rax=0x1000000e rsp=0x20010ff8 s64@0xff8=0x1000000e s64@0x1000=0x1000000e
# why: the address is read before the push
        lea     1f(%rip), %rax
        mov     %rax, (%rsp)
        call    *(%rsp)
1:
