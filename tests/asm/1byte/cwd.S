# in:  rax=0x7fffffff8000 rdx=0x1111111111111111
# out: rcx=0xffffffff rdx=0 rbx=0x111111111111ffff
# why: sign of rAX to all of rDX
        cwd
        mov     %rdx, %rbx
        cdq
        mov     %rdx, %rcx
        cqo
