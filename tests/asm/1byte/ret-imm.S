# out: rax=0x100049b0 rsp=0x20011020 s64@0x1000=0x100049b0
# why: drops arguments
        lea     1f(%rip), %rax
        mov     %rax, (%rsp)
        ret     $0x18
        ud2
1:
