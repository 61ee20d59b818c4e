# in:  rdi=data rbp=0x10 cf=1
# out: rax=0x9be023e9 rcx=0x3468acf13579b9b rdx=0xc3b2a18a rbx=0x78d159e26af5abc r8=0x23d70a3d70a3d65 r10=0x52c939aa1a8afb60 cf=0 pf=1 af=1 zf=0 sf=0 of=0 m64@0=0x3f84265318110a03
# why: the encodings with AL and rAX, both directions, high bytes, memory
        {load}  adc %bl, %cl
        {load}  adc %ebx, %edx
        adc     $0x81, %al
        adc     $0x12345678, %eax
        adc     $-2, %r8
        adc     %r9w, 6(%rdi)
        adc     8(%rdi,%rbp,2), %r10
        adc     %ah, %bh
        adc     %r11b, 4(%rdi)
