# in:  rdi=data
# out: rax=0x3b424950575e656c rcx=0x181f262d rdx=0x169d0369d03262d m64@0x10=0xbc37af269e158d07 m64@0x18=0x9ad3063ac0b9b2ab m64@0x20=0x140d06fff889a1e3
# why: byte order on the way
        movbe   8(%rdi), %rax
        movbe   3(%rdi), %ecx
        movbe   5(%rdi), %dx
        movbe   %rbx, 16(%rdi)
        movbe   %ebp, 28(%rdi)
        movbe   %si, 33(%rdi)
