# out: rax=0x10000010 rsp=0x20011020 s64@0x1000=0x10000010
# why: drops arguments
        lea     1f(%rip), %rax
        mov     %rax, (%rsp)
        ret     $0x18
        ud2
1:
