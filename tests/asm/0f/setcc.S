# why: each condition
# case: none
# out: rax=0x123456789ab0000 rcx=0x3468acf13570000 rdx=0x169d0369d030101 rbx=0x78d159e26af0101 r8=0x23d70a3d70a3d00 r9=0x260b60b60b60b01 r10=0x683fb72ea61d900 r11=0x6a740da740da701 r12=0x2ca8641fdb97500 r13=0x2edcba987654301 r14=0x1f11111111111100 r15=0x1d3456789abcde01
# case: cf
# in:  cf=1
# out: rax=0x123456789ab0000 rcx=0x3468acf13570101 rdx=0x169d0369d030000 rbx=0x78d159e26af0101 r8=0x23d70a3d70a3d00 r9=0x260b60b60b60b01 r10=0x683fb72ea61d900 r11=0x6a740da740da701 r12=0x2ca8641fdb97500 r13=0x2edcba987654301 r14=0x1f11111111111100 r15=0x1d3456789abcde01
# case: zf
# in:  zf=1 sf=1
# out: rax=0x123456789ab0100 rcx=0x3468acf13570100 rdx=0x169d0369d030001 rbx=0x78d159e26af0001 r8=0x23d70a3d70a3d01 r9=0x260b60b60b60b00 r10=0x683fb72ea61d900 r11=0x6a740da740da701 r12=0x2ca8641fdb97501 r13=0x2edcba987654300 r15=0x1d3456789abcde00
# case: sf
# in:  sf=1
# out: rax=0x123456789ab0000 rcx=0x3468acf13570000 rdx=0x169d0369d030101 rbx=0x78d159e26af0101 r8=0x23d70a3d70a3d01 r9=0x260b60b60b60b00 r10=0x683fb72ea61d900 r11=0x6a740da740da701 r12=0x2ca8641fdb97501 r13=0x2edcba987654300 r15=0x1d3456789abcde00
# case: of
# in:  of=1 pf=1
# out: rax=0x123456789ab0001 rcx=0x3468acf13570000 rdx=0x169d0369d030101 rbx=0x78d159e26af0100 r8=0x23d70a3d70a3d00 r9=0x260b60b60b60b01 r10=0x683fb72ea61d901 r11=0x6a740da740da700 r12=0x2ca8641fdb97501 r13=0x2edcba987654300 r15=0x1d3456789abcde00
# case: all
# in:  cf=1 pf=1 zf=1 sf=1 of=1
# out: rax=0x123456789ab0101 rcx=0x3468acf13570101 rdx=0x169d0369d030000 rbx=0x78d159e26af0000 r8=0x23d70a3d70a3d01 r9=0x260b60b60b60b00 r10=0x683fb72ea61d901 r11=0x6a740da740da700 r12=0x2ca8641fdb97500 r13=0x2edcba987654301 r15=0x1d3456789abcde00
        seto    %al
        setno   %bl
        setb    %cl
        setnb   %dl
        setz    %ah
        setnz   %bh
        setbe   %ch
        setnbe  %dh
        sets    %r8b
        setns   %r9b
        setp    %r10b
        setnp   %r11b
        setl    %r12b
        setnl   %r13b
        setle   %r14b
        setnle  %r15b
