# in:  rdi=data
# out: rax=0x43ca9484 rcx=0x20bac1d8ddae282a rbp=0x3d3a06d3a069c52 cf=1 of=1
# why: two operands
        imul    %ebx, %eax
        imul    8(%rdi), %rcx
        imul    %dx, %bp
