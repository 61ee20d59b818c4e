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
        {disp32} jo 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jno 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jb 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jnb 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jz 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jnz 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jbe 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jnbe 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} js 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jns 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jp 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jnp 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jl 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jnl 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jle 1f
        lea     1(%rax), %rax
1:
        lea     (%rax,%rax), %rax
        {disp32} jnle 1f
        lea     1(%rax), %rax
1:
