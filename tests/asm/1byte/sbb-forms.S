# in:  rdi=data rbp=0x10 cf=1
# out: rax=0x777776f6 rcx=0x3468acf13579b21 rdx=0x76543211 rbx=0x78d159e26afc0bc r8=0x23d70a3d70a3d69 r10=0xba3ebd3bba38b72a cf=1 pf=0 af=0 zf=0 sf=1 of=0 m64@0=0x28d626ea18110a03
# why: the encodings with AL and rAX, both directions, high bytes, memory
        {load}  sbb %bl, %cl
        {load}  sbb %ebx, %edx
        sbb     $0x81, %al
        sbb     $0x12345678, %eax
        sbb     $-2, %r8
        sbb     %r9w, 6(%rdi)
        sbb     8(%rdi,%rbp,2), %r10
        sbb     %ah, %bh
        sbb     %r11b, 4(%rdi)
