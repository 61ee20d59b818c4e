# in:  rbx=197 rax=0x2020202020
# out: cf=1
# why: the offset is taken modulo the width
        bts     %rbx, %rax
