# in:  rdi=data rbx=7 rbp=3 rsi=0x20000100 r12=0x10000000 r15=data
# out: rax=0x123456789abcd03 rcx=0x3468acf13579b3b rdx=0x169d0369d0369c0 rbx=0x3b r8=0x23d70a3d70a3de7 r9=0x260b60b60b60b03 r10=0x683fb72ea61d9c3 r11=0x6a740da740da757 r13=0x2edcba987654326 r14=0x241f1a15100b0601 r15=0x49423b342d261f18
# why: each form of ModRM and SIB
        mov     (%rdi), %al
        mov     1(%rdi,%rbx), %bl
        mov     2(%rdi,%rbp,2), %cl
        mov     3(%rdi,%rbp,8), %dl
        mov     -4(%rsi), %r8b
        mov     0x100(%rsi), %r9b
        mov     0x20000040, %r10b
        mov     (%edi,%ebp,4), %r11b
        mov     5(,%r12,2), %r13b
        mov     (%rsp), %r14
        mov     (%r15,%rbp), %r15
