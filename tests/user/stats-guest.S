# User program: 8754 instructions, 2250 accesses to memory, 1000 indirect branches.
# Branches go back, forward inside a unit, and to units that others fall into.
# SPDX-License-Identifier: MIT
        .globl  _start
_start: mov     $1000, %ecx
1:      call    f
        test    $1, %cl
        jz      2f
        inc     %eax                    # 500 times
2:      test    $3, %cl
        jnz     3f
        mov     (%rsp), %eax            # 250 times
3:      dec     %ecx
        jnz     1b
        mov     $231, %eax              # exit_group(0)
        xor     %edi, %edi
        syscall
        hlt
f:      ret
        .section .note.GNU-stack, "", @progbits
