# in:  rdi=data rbx=0x1000 cf=1
# out: rax=0x1fff rcx=0x1 cf=0 zf=0 sf=0 of=0
# why: lowest bit
        blsmsk  %rbx, %rax
        blsmsk  8(%rdi), %ecx
