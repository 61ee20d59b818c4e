# why: two ways to one instruction: what registers, vectors and flags hold is known on neither
# case: taken
# in:  rax=3 rbx=0 zf=1 cf=1
# out: r10=5 rcx=3 rdx=8 rbx=3 xmm1=0x3 zf=1 cf=1
# case: untaken
# in:  rax=3 rbx=0 zf=0 cf=1
# out: r10=6 rcx=6 rdx=0xc rbx=2 xmm1=0x6 zf=0 cf=1
# case: both
# in:  rax=0xffffffffffffffff rbx=0 zf=0 cf=0
# out: r10=2 rcx=0xfffffffffffffffe rdx=0 rbx=0 xmm1=0xfffffffffffffffe zf=0 cf=0
        lea     2(%rax), %r10
        movq    %rax, %xmm1
        jz      1f
        lea     1(%r10), %r10
        paddq   %xmm1, %xmm1
1:
        movq    %xmm1, %rcx
        lea     (%r10,%rcx), %rdx
        setz    %bl
        jnc     2f
        lea     2(%rbx), %rbx
2:
