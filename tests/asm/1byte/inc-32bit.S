# bits: 32
# in:  cf=1
# out: rax=0x89abcdf0 rcx=0x13579bdd rdx=0x169d0369d0369cc rbx=0x78d159e26af37bd pf=1 af=0 zf=0 sf=0 of=0
# why: one-byte INC and DEC
        inc     %eax
        inc     %bx
        dec     %ecx
        dec     %dx
