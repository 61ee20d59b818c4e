# out: rax=0xd70a673d rcx=0x26af37bc rdx=0x169d0369d039bde rbx=0x123456789abcdef r8=0x135769cd
# why: the short form; 87 C0 clears the upper half, 90 does not
        xchg    %rax, %rbx
        xchg    %eax, %ecx
        xchg    %ax, %dx
        xchg    %r8, %rax
        .byte   0x87, 0xc0
        xchg    %al, %ah
