# in:  rdi=data rbp=0x10 cf=1
# out: cf=1 pf=1 af=0 zf=0 sf=1 of=0
# why: the encodings with AL and rAX, both directions, high bytes, memory
        {load}  cmp %bl, %cl
        {load}  cmp %ebx, %edx
        cmp     $0x81, %al
        cmp     $0x12345678, %eax
        cmp     $-2, %r8
        cmp     %r9w, 6(%rdi)
        cmp     8(%rdi,%rbp,2), %r10
        cmp     %ah, %bh
        cmp     %r11b, 4(%rdi)
