# in:  zf=1 of=1 sf=1
# out: rax=0x123456789abcd01 rcx=0x3468acf13579b00 rbx=0x78d159e26af3700 cf=1
# why: CF only
        stc
        setc    %al
        cmc
        setc    %bl
        clc
        setc    %cl
        cmc
