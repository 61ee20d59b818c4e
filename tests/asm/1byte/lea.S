# in:  rax=0xfffffffffffffff0 rbx=0x8000000000000003
# out: rcx=0xfffffffffffffffc rdx=0x18 rbp=0x3d3a06d3a06ffef rsi=0xffffffe7 r8=0x20000006 r9=0x7fffffff r10=0x10000029 r11=0x10000031 r12=0xfffffffffffffff0 r13=0x2edcba98765ffe0 r14=0x800000000000000b
# why: addresses as values; no segment, no access
        lea     (%rax,%rbx,4), %rcx
        lea     0x10(%rax,%rbx,8), %edx
        lea     -1(%rax), %bp
        lea     4(%ebx,%eax,2), %rsi
        lea     0x20000000(,%rbx,2), %r8
        lea     0x7fffffff, %r9
        lea     1f(%rip), %r10
1:
        lea     2f(%eip), %r11
2:
        lea     (%rax), %r12
        lea     (%rax,%rax), %r13w
        .byte   0x64, 0x4c, 0x8d, 0x73, 0x08
