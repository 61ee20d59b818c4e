# in:  of=1 pf=1
# out: rax=0x123456789ab0001 rcx=0x3468acf13570000 rdx=0x169d0369d030101 rbx=0x78d159e26af0100 r8=0x23d70a3d70a3d00 r9=0x260b60b60b60b01 r10=0x683fb72ea61d901 r11=0x6a740da740da700 r12=0x2ca8641fdb97501 r13=0x2edcba987654300 r15=0x1d3456789abcde00
# why: each condition
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
