# in:  rdi=data
# out: rax=0x1e rcx=0xe cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: memory
        popcnt  8(%rdi), %rax
        popcnt  3(%rdi), %ecx
