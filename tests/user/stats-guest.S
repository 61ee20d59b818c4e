# User program: 4004 instructions, 2000 accesses to memory, 1000 indirect branches.
# SPDX-License-Identifier: MIT
        .globl  _start
_start: mov     $1000, %ecx
1:      call    f
        dec     %ecx
        jnz     1b
        mov     $231, %eax              # exit_group(0)
        xor     %edi, %edi
        syscall
        hlt
f:      ret
        .section .note.GNU-stack, "", @progbits
