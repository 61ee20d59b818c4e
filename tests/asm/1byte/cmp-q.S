# in:  rax=0x8000000000000000 rbx=1 cf=1 of=1
# out: cf=0 pf=1 af=1 zf=0 sf=0 of=1
# why: CMP changes flags only, 64 bits
        cmpq    %rbx, %rax
