# in:  rbx=101 rax=0x2020202020
# out: rax=0x20202020 cf=1
# why: the offset is taken modulo the width
        bts     %ebx, %eax
