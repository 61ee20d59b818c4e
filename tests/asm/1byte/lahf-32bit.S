# bits: 32
# in:  zf=1 cf=1 rax=0
# out: rax=0x4300 rbx=0x4300 cf=1 pf=0 af=0 zf=1 sf=0
# why: the same in 32-bit code
        lahf
        mov     %eax, %ebx
        sahf
