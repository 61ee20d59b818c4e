# in:  rbx=197 rax=0x2020202020
# out: rax=0x2020202000 cf=1
# why: the offset is taken modulo the width
        btr     %rbx, %rax
