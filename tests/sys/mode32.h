/* From 64-bit code to 32-bit code in ring 0 without paging, and back. For one file of a
 * test kernel. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SYS_MODE32_H
#define TESTS_SYS_MODE32_H

#include "sys.h"

/*
 * leave_long_mode runs at `arg` (32-bit code, ring 0, paging off) and comes back: results
 * in arg[1..7]. The kernel is identity-mapped below 4 GiB, so code and stack stay where
 * they are.
 */
asm(".globl leave_long_mode\n"
    "leave_long_mode:\n"
    "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "mov %rsp, saved_rsp\n"
    "mov %cr3, %rax; mov %rax, saved_cr3\n"
    "lcall *to_32\n"
    "1: pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
    "ret\n"
    ".code32\n"
    "enter_32:\n"
    "mov $0x10, %eax; mov %eax, %ss; mov %eax, %ds; mov %eax, %es\n"
    "mov %cr0, %eax; and $0x7fffffff, %eax; mov %eax, %cr0\n" /* paging off: LMA goes */
    "mov $0xc0000080, %ecx; rdmsr; and $~0x100, %eax; wrmsr\n"
    "call *arg\n"
    "mov %cr0, %eax; and $0x7fffffff, %eax; mov %eax, %cr0\n"
    "mov %cr4, %eax; or $0x20, %eax; mov %eax, %cr4\n"
    "mov $0xc0000080, %ecx; rdmsr; or $0x100, %eax; wrmsr\n"
    "mov saved_cr3, %eax; mov %eax, %cr3\n"
    "mov %cr0, %eax; or $0x80000000, %eax; mov %eax, %cr0\n"
    "ljmp $8, $back_64\n"
    ".code64\n"
    "back_64:\n"
    "mov saved_rsp, %rsp\n"
    "jmp 1b\n"
    ".data\n"
    "to_32: .long enter_32; .word 0x30\n"
    "saved_rsp: .quad 0\n"
    "saved_cr3: .quad 0\n"
    ".text\n");
void leave_long_mode(void);

#define CODE32(name, text)                                                  \
    asm(".globl " #name "\n.code32\n" #name ":\n" text "\nret\n.code64\n"); \
    extern char name[];

static void run32(void *fn)
{
    for (int i = 1; i < 8; i++) {
        arg[i] = 0;
    }
    arg[0] = (uint64_t)fn;
    leave_long_mode();
}

#endif
