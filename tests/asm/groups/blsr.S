# in:  rdi=data rbx=0x1000 cf=1
# out: rax=0 rcx=0x5049423a cf=0 zf=0 sf=0 of=0
# why: lowest bit
        blsr    %rbx, %rax
        blsr    8(%rdi), %ecx
