# in:  rax=0xffffffffffffffff
# out: rax=0xffffffff
# why: clears the upper half
        {load}  mov %eax, %eax
