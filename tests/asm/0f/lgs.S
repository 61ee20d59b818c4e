# in:  rdi=data m32@0x0=0x89abcdef m16@0x4=0x2b
# out: rcx=0x89abcdef rdx=0x2b rbx=0
# why: offset and selector
        lgs     (%rdi), %ecx
        mov     %gs, %edx
        mov     $0, %ebx
        mov     %ebx, %gs
