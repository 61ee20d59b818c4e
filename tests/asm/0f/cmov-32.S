# in:  rax=0xffffffffffffffff rdi=data
# out: rax=0xffffffff rsi=0x18110a03
# why: 32 bits clear the upper half even when nothing moves
        cmovz   %ebx, %eax
        cmovz   %cx, %dx
        cmovnz  (%rdi), %esi
