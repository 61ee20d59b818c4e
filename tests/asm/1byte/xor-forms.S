# in:  rdi=data rbp=0x10 cf=1
# out: rax=0x9b9f9b16 rcx=0x3468acf13579b62 rdx=0xbbac5e71 rbx=0x78d159e26afacbc r8=0xfdc28f5c28f5c299 r10=0x4ac6c545da48fb5e cf=0 pf=1 zf=0 sf=0 of=0 m64@0=0x3f7b262b18110a03
# why: the encodings with AL and rAX, both directions, high bytes, memory
        {load}  xor %bl, %cl
        {load}  xor %ebx, %edx
        xor     $0x81, %al
        xor     $0x12345678, %eax
        xor     $-2, %r8
        xor     %r9w, 6(%rdi)
        xor     8(%rdi,%rbp,2), %r10
        xor     %ah, %bh
        xor     %r11b, 4(%rdi)
