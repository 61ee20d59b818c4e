# in:  cf=1
# out: rcx=0x20011000 cf=1 pf=0 af=0 zf=0 sf=0 of=0 df=0 s64@0xfd8=0x10000013 s64@0xfe0=0x33 s64@0xfe8=0x203 s64@0xff0=0x20011000 s64@0xff8=0x2b
# why: the 64-bit frame: rip, cs, flags, rsp, ss
        mov     %rsp, %rcx
        push    $0x2b
        push    %rcx
        pushfq
        push    $0x33
        push    $1f
        clc
        iretq
        ud2
1:
