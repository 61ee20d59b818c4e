# in:  rax=0xffffffffffffffff
# out: rcx=0x3468acf13579bdd rdx=0x9d0369cc rbx=0x78d159e26af37bb cf=1 pf=1 af=1 zf=0 sf=1 of=0
# why: 8 and 16 bits keep the rest of the register, 32 bits clear it
        add     %al, %bl
        add     %ax, %cx
        add     %eax, %edx
