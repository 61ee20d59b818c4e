/* Entry of a test kernel: from PVH's 32-bit protected mode to 64-bit C; exception stubs. */
/* SPDX-License-Identifier: MIT */
        .section .note.pvh, "a", @note
        .long   4, 4, 18                /* name size, descriptor size, XEN_ELFNOTE_PHYS32_ENTRY */
        .asciz  "Xen"
        .long   start

        .section .text.start, "ax"
        .code32
        .globl  start
start:
        cli
        lgdt    gdt_ptr
        mov     $stack_top, %esp
        mov     %ebx, start_info
        /* identity map of 4 GiB by 2 MiB pages: page_dirs is 4 tables */
        mov     $page_dirs, %edi
        mov     $0x83, %eax             /* present, writable, large */
1:      mov     %eax, (%edi)
        movl    $0, 4(%edi)
        add     $8, %edi
        add     $0x200000, %eax
        jnc     1b
        mov     $page_dirs + 3, %eax
        mov     $pdpt, %edi
        mov     $4, %ecx
2:      mov     %eax, (%edi)
        add     $0x1000, %eax
        add     $8, %edi
        loop    2b
        movl    $pdpt + 3, pml4
        mov     %cr4, %eax
        or      $0x20, %eax             /* PAE */
        mov     %eax, %cr4
        mov     $pml4, %eax
        mov     %eax, %cr3
        mov     $0xc0000080, %ecx       /* EFER: SCE, LME, NXE */
        rdmsr
        or      $0x901, %eax
        wrmsr
        mov     %cr0, %eax
        or      $0x80010001, %eax       /* PG, WP, PE */
        and     $0x9fffffff, %eax       /* not CD, NW */
        mov     %eax, %cr0
        ljmp    $8, $start64
        .code64
start64:
        mov     $16, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %eax, %eax
        mov     %eax, %fs
        mov     %eax, %gs
        mov     $stack_top, %rsp
        call    sys_init
        call    test_main
        mov     %eax, %edi
        call    sys_exit

/* Stubs: vector on top of an error code (0 where there is none). */
        .altmacro
        .macro  stub n
        .align  16
        .if     \n == 8 || (\n >= 10 && \n <= 14) || \n == 17
        .else
        push    $0
        .endif
        push    $\n
        jmp     trap_common
        .endm
        .align  16
        .globl  trap_stubs
trap_stubs:
        .set    i, 0
        .rept   256
        stub    %i
        .set    i, i + 1
        .endr

trap_common:
        push    %rax
        push    %rcx
        push    %rdx
        push    %rbx
        push    %rbp
        push    %rsi
        push    %rdi
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rsp, %rdi
        cld
        mov     %rsp, %rbx
        and     $-16, %rsp
        call    trap_handler
        mov     %rbx, %rsp
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        pop     %rdi
        pop     %rsi
        pop     %rbp
        pop     %rbx
        pop     %rdx
        pop     %rcx
        pop     %rax
        add     $16, %rsp
        iretq

        .data
        .align  8
        .globl  gdt
gdt:    .quad   0
        .quad   0x00af9b000000ffff      /* 08: 64-bit code, ring 0 */
        .quad   0x00cf93000000ffff      /* 10: data, ring 0 */
        .quad   0x00cffb000000ffff      /* 18: 32-bit code, ring 3 */
        .quad   0x00cff3000000ffff      /* 20: data, ring 3 */
        .quad   0x00affb000000ffff      /* 28: 64-bit code, ring 3 */
        .quad   0x00cf9b000000ffff      /* 30: 32-bit code, ring 0 */
        .quad   0x008f9b000000ffff      /* 38: 16-bit code, ring 0 */
        .quad   0x008f93000000ffff      /* 40: 16-bit data, ring 0 */
        .quad   0, 0                    /* 48: TSS */
        .fill   16, 8, 0                /* 58 ...: for the tests */
gdt_end:
gdt_ptr:
        .word   gdt_end - gdt - 1
        .quad   gdt

        .globl  start_info
start_info:
        .quad   0                       /* of PVH: where struct hvm_start_info is */

        .bss
        .align  4096
        .globl  pml4, pdpt, page_dirs
pml4:   .skip   4096
pdpt:   .skip   4096
page_dirs:
        .skip   4 * 4096
        .skip   32768
stack_top:
