# in:  rax=0x4000000000000000
# out: rax=0x8000000000000000 cf=0 pf=1 af=0 zf=0 sf=1 of=1
# why: the sum wins
        xadd    %rax, %rax
