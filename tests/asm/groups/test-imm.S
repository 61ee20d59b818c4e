# in:  rdi=data
# out: rax=0x123456789abcd01 rcx=0x3468acf13579b01 rdx=0x169d0369d036900 rbx=0x78d159e26af3700 cf=0 pf=0 zf=0 sf=0 of=0
# why: group 3 with both of its TEST encodings
        testb   $0x40, 5(%rdi)
        sete    %al
        testl   $0x8000, 8(%rdi)
        sets    %bl
        testq   $-0x80000000, %rdx
        setp    %cl
        .byte   0xf6, 0xc8+3, 0x01
        setne   %dl
        .byte   0xf7, 0xc8+6, 0x01, 0x00, 0x00, 0x00
