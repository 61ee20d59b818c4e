# in:  rax=0x100
# out: rcx=0x3468acf13579b00 rbx=0x78d159e26af3700 cf=0 pf=1 zf=0 sf=0 of=0
# why: forms of AL and rAX
        test    $0x81, %al
        setne   %bl
        test    $0x10000, %eax
        setne   %cl
        test    $-1, %rax
