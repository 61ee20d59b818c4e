# out: rax=0 cf=0 pf=1 zf=1 sf=0 of=0
# why: readable in user mode
        rdfsbase %rax
        xor     %eax, %eax
