# in:  rax=0x7fffffffffffffff rbx=1 cf=1 of=1
# out: rax=0x7fffffffffffff00 cf=1 pf=1 af=1 zf=1 sf=0 of=0
# why: the largest positive number plus one overflows, 8 bits
        addb    %bl, %al
