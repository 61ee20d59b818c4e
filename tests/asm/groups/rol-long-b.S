# in:  rax=0x8123456789abcd85 rcx=11 cf=1
# out: rax=0x8123456789abcd2c cf=0
# why: a count of the width and more
        rol     %cl, %al
