# in:  rax=0xffffffffffffffff rbx=1 cf=0 of=1 sf=1 rdi=data
# out: rax=0x1 rcx=0x63a0de1a of=0
# why: OF only
        adox    %rbx, %rax
        adox    8(%rdi), %ecx
