# in:  rax=0x8123456789abcd85 rcx=11 cf=1
# out: rax=0x8123456789abcdb0 cf=1
# why: a count of the width and more
        ror     %cl, %al
