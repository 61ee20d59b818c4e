# why: a bit of RAX for each branch not taken
# case: none
# in:  rax=0
# out: rax=0xaaaa
# case: cf
# in:  rax=0 cf=1
# out: rax=0x99aa
# case: zf
# in:  rax=0 zf=1 sf=1
# out: rax=0xa565
# case: sf
# in:  rax=0 sf=1
# out: rax=0xaa65
# case: of
# in:  rax=0 of=1 pf=1
# out: rax=0x6a95
# case: all
# in:  rax=0 cf=1 pf=1 zf=1 sf=1 of=1
# out: rax=0x5559
        lea     (%rax,%rax), %rax
        jo      1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jno     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jb      1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jnb     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jz      1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jnz     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jbe     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jnbe    1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        js      1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jns     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jp      1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jnp     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jl      1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jnl     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jle     1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        jnle    1f
        lea     1(%rax), %rax
1:
