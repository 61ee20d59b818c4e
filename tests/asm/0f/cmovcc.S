# why: each condition
# case: none
# in:  rsi=0x1234
# out: rdx=0x1234 rbx=0x1234 rdi=0x1234 r9=0x1234 r11=0x1234 r13=0x1234 r15=0x1234
# case: cf
# in:  rsi=0x1234 cf=1
# out: rcx=0x1234 rbx=0x1234 rdi=0x1234 r8=0x1234 r11=0x1234 r13=0x1234 r15=0x1234
# case: zf
# in:  rsi=0x1234 zf=1 sf=1
# out: rax=0x1234 rdx=0x1234 rbx=0x1234 rbp=0x1234 r8=0x1234 r10=0x1234 r13=0x1234 r14=0x1234
# case: sf
# in:  rsi=0x1234 sf=1
# out: rax=0x1234 rdx=0x1234 rbx=0x1234 rdi=0x1234 r9=0x1234 r10=0x1234 r13=0x1234 r14=0x1234
# case: of
# in:  rsi=0x1234 of=1 pf=1
# out: rax=0x1234 rdx=0x1234 rdi=0x1234 r9=0x1234 r11=0x1234 r12=0x1234 r14=0x1234
# case: all
# in:  rsi=0x1234 cf=1 pf=1 zf=1 sf=1 of=1
# out: rax=0x1234 rcx=0x1234 rbp=0x1234 r8=0x1234 r10=0x1234 r12=0x1234 r15=0x1234
        cmovo   %rsi, %rax
        cmovno  %rsi, %rbx
        cmovb   %rsi, %rcx
        cmovnb  %rsi, %rdx
        cmovz   %rsi, %rbp
        cmovnz  %rsi, %rdi
        cmovbe  %rsi, %r8
        cmovnbe %rsi, %r9
        cmovs   %rsi, %r10
        cmovns  %rsi, %r11
        cmovp   %rsi, %r12
        cmovnp  %rsi, %r13
        cmovl   %rsi, %r14
        cmovnl  %rsi, %r15
        cmovle  %rsi, %rax
        cmovnle %rsi, %rbx
