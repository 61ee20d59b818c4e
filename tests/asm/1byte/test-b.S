# in:  rax=0x8080808080808080 rbx=0x80808080c0c0c0c0 cf=1 of=1
# out: cf=0 pf=0 zf=0 sf=1 of=0
# why: AND without a result, 8 bits
        test    %bl, %al
