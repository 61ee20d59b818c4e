# in:  rdi=data cf=1
# out: rax=0xbde03c68acf13579 rcx=0xa824a11d
# why: no flags
        rorx    $13, %rbx, %rax
        rorx    $33, 8(%rdi), %ecx
