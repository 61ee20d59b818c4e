# in:  rdi=data
# out: rax=0x123456789abcdbc rcx=0x3468acf13579b18 rbx=0x78d159e26af37ef m64@0=0x342d261fde110a03
# why: registers and memory, 8 bits
        xchg    %bl, %al
        xchg    %cl, 3(%rdi)
