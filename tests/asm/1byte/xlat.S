# in:  rbx=0x20000000 rax=0xffffffffffffff85
# out: rax=0xffffffffffffff8d rcx=0x3468acf13579ba6
# why: AL indexes; no upper bits of RAX
        xlat
        mov     %al, %cl
        addr32  xlat
