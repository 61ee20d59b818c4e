# in:  rbx=0x0
# out: rax=0x20 cf=1 zf=0
# why: of 0
        tzcnt   %ebx, %eax
