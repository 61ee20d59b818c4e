# in:  rcx=0x20 rbx=0xffffffffffffffff
# out: rax=0xffffffff cf=1 zf=0 sf=1 of=0
# why: nothing to clear: CF
        bzhi    %ecx, %ebx, %eax
