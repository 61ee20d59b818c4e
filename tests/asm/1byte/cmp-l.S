# in:  rax=0x8000000000000000 rbx=1 cf=1 of=1
# out: cf=1 pf=1 af=1 zf=0 sf=1 of=0
# why: CMP changes flags only, 32 bits
        cmpl    %ebx, %eax
