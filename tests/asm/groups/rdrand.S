# in:  cf=0 of=1 zf=1
# out: rax=0x1 rcx=0 r9=0 cf=1 pf=0 af=0 zf=0 sf=0 of=0
# why: CF says that there is a number; the other flags are 0
        rdrand  %eax
        setc    %al
        movzx   %al, %eax
        rdrand  %r9w
        mov     $0, %r9d
        rdseed  %rcx
        mov     $0, %ecx
