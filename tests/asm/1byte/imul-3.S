# in:  rdi=data rbx=0x7fffffff
# out: rax=0x80000003 rdx=0x11ccccccccca5cd6 rbp=0x3d3a06d3a0699fc cf=1 of=1
# why: three operands
        imul    $-3, %ebx, %eax
        imul    $0x12345, %rcx, %rdx
        imul    $0x1234, 8(%rdi), %bp
