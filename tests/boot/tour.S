# The guest of docs/tour.md: `add [rdi], eax` on RAM, then on a register of the HPET.
# SPDX-License-Identifier: MIT
# Entered by its PVH note in 32-bit protected mode. Maps the first and the fourth GiB by 2 MiB
# pages, goes to 64-bit mode, and ends with status 3 by the debug exit at port 0x501.
        .section .note.pvh, "a", @note
        .long   4, 4, 18                # sizes of name and descriptor, type: 32-bit entry
        .asciz  "Xen"
        .long   start

        .text
        .code32
start:
        lgdt    gdt_ptr
        mov     $low, %edi
        mov     $0x83, %eax             # present, writable, large
        call    map
        mov     $high, %edi
        mov     $0xc0000083, %eax
        call    map
        mov     $0x20, %eax             # PAE
        mov     %eax, %cr4
        mov     $pml4, %eax
        mov     %eax, %cr3
        mov     $0xc0000080, %ecx       # EFER.LME
        rdmsr
        or      $0x100, %eax
        wrmsr
        mov     $0x80000001, %eax       # PG, PE
        mov     %eax, %cr0
        ljmp    $8, $start64
map:    mov     $512, %ecx
1:      mov     %eax, (%edi)
        add     $0x200000, %eax
        add     $8, %edi
        loop    1b
        ret

        .code64
start64:
        mov     $stack, %esp
        mov     $0x800000, %edi         # RAM that nobody has touched
        mov     $3, %eax
        call    bump
        mov     $0xfed000f0, %edi       # main counter of the HPET, which stands still
        call    bump
        mov     $0x501, %edx
        mov     $1, %al
        out     %al, %dx
        hlt

        .balign 4096
bump:   add     %eax, (%rdi)
        ret

        .data
gdt:    .quad   0, 0x00af9b000000ffff
gdt_ptr:
        .word   gdt_ptr - gdt - 1
        .long   gdt
        .balign 4096
pml4:   .quad   pdpt + 3
        .fill   511, 8, 0
pdpt:   .quad   low + 3, 0, 0, high + 3
        .fill   508, 8, 0
low:    .fill   512, 8, 0
high:   .fill   512, 8, 0
        .fill   512, 8, 0
stack:
