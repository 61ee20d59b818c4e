# in:  rdi=data
# out: rcx=0x3468acf1357cdde rdx=0x169d0369d03cdef rbx=0x78d159e26af37ef rbp=0x89abcdef rsi=0x123456789abcdef r12=0x2ca8641fdb975ab r13=0x2edcba98765c0b9 r14=0xdcd5cec7 r15=0x140d06fff8f1eae3 m64@0=0x342d0b5667110a03 m64@0x8=0x6c655e57ea61d945 m64@0x10=0x6a740da740da734
# why: all sizes, both directions
        mov     %al, %bl
        {load}  mov %ah, %ch
        mov     %ax, %dx
        {load}  mov %eax, %ebp
        {load}  mov %rax, %rsi
        mov     %r8b, 3(%rdi)
        mov     %r9w, 4(%rdi)
        mov     %r10d, 8(%rdi)
        mov     %r11, 16(%rdi)
        mov     24(%rdi), %r12b
        mov     26(%rdi), %r13w
        mov     28(%rdi), %r14d
        mov     32(%rdi), %r15
