# in:  rdi=data rbp=0x10 cf=1
# out: rax=0x9bbfdfff rcx=0x3468acf13579bfe rdx=0xbfaf7ffd rbx=0x78d159e26afffbc r8=0xffffffffffffffff r10=0x4ec7ff77fa69fb5f cf=0 pf=1 zf=0 sf=0 of=0 m64@0=0x3f7f263f18110a03
# why: the encodings with AL and rAX, both directions, high bytes, memory
        {load}  or %bl, %cl
        {load}  or %ebx, %edx
        or      $0x81, %al
        or      $0x12345678, %eax
        or      $-2, %r8
        or      %r9w, 6(%rdi)
        or      8(%rdi,%rbp,2), %r10
        or      %ah, %bh
        or      %r11b, 4(%rdi)
