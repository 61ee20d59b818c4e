# in:  rdi=data
# out: rax=0x123456789ab37bc rcx=0x3468acf13571f18 rbx=0x78d159e26afcdef m64@0=0x342d269bde110a03
# why: registers and memory, 16 bits
        xchg    %bx, %ax
        xchg    %cx, 3(%rdi)
