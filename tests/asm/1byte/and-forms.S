# in:  rdi=data rbp=0x10 cf=1
# out: rax=0x204400 rcx=0x3468acf13579b9c rdx=0x403218c rbx=0x78d159e26af04bc r8=0x23d70a3d70a3d66 r10=0x4013a3220210001 cf=0 pf=1 zf=0 sf=0 of=0 m64@0=0x4261418110a03
# why: the encodings with AL and rAX, both directions, high bytes, memory
        {load}  and %bl, %cl
        {load}  and %ebx, %edx
        and     $0x81, %al
        and     $0x12345678, %eax
        and     $-2, %r8
        and     %r9w, 6(%rdi)
        and     8(%rdi,%rbp,2), %r10
        and     %ah, %bh
        and     %r11b, 4(%rdi)
