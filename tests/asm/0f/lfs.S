# in:  rdi=data m32@0x0=0x89abcdef m16@0x4=0x2b
# out: rcx=0x89abcdef rdx=0x2b
# why: offset and selector
# host: no, FS is the C library's
        lfs     (%rdi), %ecx
        mov     %fs, %edx
