# in:  rdi=0x1fffffff0 rbp=0x20000020
# out: rax=0x88817a73
# why: an address size of 32 bits wraps
        mov     (%edi,%ebp), %eax
