# in:  rax=0x8123456789abcd85 rcx=19 cf=1
# out: rax=0x8123456789ab6c2e cf=0
# why: a count of the width and more
        rol     %cl, %ax
