# in:  rax=0x8123456789abcd85 rcx=19 cf=1
# out: rax=0x8123456789ab3617 cf=1
# why: a count of the width and more
        rcl     %cl, %ax
