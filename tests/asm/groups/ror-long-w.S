# in:  rax=0x8123456789abcd85 rcx=19 cf=1
# out: rax=0x8123456789abb9b0 cf=1
# why: a count of the width and more
        ror     %cl, %ax
