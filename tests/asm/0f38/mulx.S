# in:  rdi=data cf=1 zf=1
# out: rax=0x4a123c1ae1c3f rbx=0x3ce34c3365afdec6 rbp=0x4c853c3f rsi=0x313dffa8 r8=0x35c4fcbd05d72
# why: no flags; the high half wins
        mulx    %rcx, %rbx, %rax
        mulx    8(%rdi), %ebp, %esi
        mulx    %r9, %r8, %r8
