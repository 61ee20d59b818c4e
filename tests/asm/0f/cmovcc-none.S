# in:  rsi=0x1234 
# out: rdx=0x1234 rbx=0x1234 rdi=0x1234 r9=0x1234 r11=0x1234 r13=0x1234 r15=0x1234
# why: each condition
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
