# in:  rdi=data
# out: rax=0x1000001c rcx=0x10000022 rdx=0x4 rbx=0x3 m64@0x8=0x10000022 s64@0xff8=0x10000009
# why: by register and memory
        lea     1f(%rip), %rax
        call    *%rax
        mov     $3, %ebx
        lea     2f(%rip), %rcx
        mov     %rcx, 8(%rdi)
        jmp     *8(%rdi)
1:
        mov     $4, %edx
        ret
2:
