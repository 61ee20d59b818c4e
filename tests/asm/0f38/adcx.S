# in:  rax=0xffffffffffffffff rbx=1 cf=1 of=1 zf=1 rdi=data
# out: rax=0x1 rcx=0x63a0de1a cf=0
# why: CF only
        adcx    %rbx, %rax
        adcx    8(%rdi), %ecx
