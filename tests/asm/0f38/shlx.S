# in:  rdi=data rcx=0x65 cf=1 zf=1
# out: rax=0xd5e6f78000000000 rdx=0x2824a11 rbp=0xfffffffffd24ecb4 rsi=0x13579bd
# why: no flags
        shlx    %rcx, %rbx, %rax
        shrx    %ecx, 8(%rdi), %edx
        sarx    %rcx, 16(%rdi), %rbp
        sarx    %ecx, %ebx, %esi
