# in:  rax=0xcd5
# out: cf=1 pf=1 af=1 zf=1 sf=1 of=1 df=1 s64@0xff8=0xcd5
# why: and back
        push    %rax
        popf
