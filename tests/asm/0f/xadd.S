# in:  rdi=data
# out: rax=0x123456789abcdbc rcx=0x3468acf135769cd rdx=0x169d0369d0305ab rbx=0x78d159e26af37ab rbp=0xc3b2a189 rsi=0xfdb97523 r8=0x260b60b60b60b56 r9=0x49e26af37c048bd r10=0x683fb72ea61d90a r11=0x6c655e575049423b r12=0x88817a73 r13=0x2edcba98765b2ab cf=0 pf=1 af=0 zf=0 sf=1 of=0 m64@0=0x342d261f18114f03 m64@0x8=0x730c9f31c456e96f m64@0x10=0xa49d968f863aef96 m64@0x18=0xdcd5cec7c0b9f5bd
# why: sum and old value
        xadd    %al, %bl
        xadd    %cx, %dx
        xadd    %ebp, %esi
        xadd    %r8, %r9
        xadd    %r10b, 1(%rdi)
        xadd    %r11, 8(%rdi)
        lock    xadd %r12d, 16(%rdi)
        lock    xadd %r13w, 24(%rdi)
