# in:  rdi=data rbx=0x1000 cf=1
# out: rax=0x1000 rcx=0x1 cf=1 zf=0 sf=0 of=0
# why: lowest bit
        blsi    %rbx, %rax
        blsi    8(%rdi), %ecx
