# in:  rcx=0xffffffff00000003 rax=0
# out: rax=0x3 rcx=0 pf=1 af=0 zf=0 sf=0 of=0
# why: 67: counts in ECX and clears the upper half
1:
        inc     %eax
        addr32  loop 1b
