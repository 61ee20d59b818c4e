/* Exceptions: vectors, error codes, return addresses, gates, double faults. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

static void faults(void)
{
    TRY("xor %%edx, %%edx; mov $1, %%eax; xor %%ecx, %%ecx; div %%ecx");
    CHECK_EQ(trap.vector, 0);
    TRY("mov $0x80000000, %%eax; cdq; mov $-1, %%ecx; idiv %%ecx");
    CHECK_EQ(trap.vector, 0);
    TRY("ud2");
    CHECK_EQ(trap.vector, 6);
    TRY("mov $0x1234567812345678, %%rcx; movb $0, (%%rcx)");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.error, 0);
    TRY("mov $0xfff8, %%ecx; mov %%ecx, %%ds");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.error, 0xfff8);
    TRY("mov $0xc0000099, %%ecx; rdmsr");
    CHECK_EQ(trap.vector, 13);
}

static void software(void)
{
    TRY("lea 1f(%%rip), %%rbx; mov %%rbx, arg; int3; 1:");
    CHECK_EQ(trap.vector, 3);
    CHECK_EQ(trap.rip, arg[0]);
    TRY("lea 1f(%%rip), %%rbx; mov %%rbx, arg; int $0x80; 1:");
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(trap.rip, arg[0]);
}

/* A not-present gate, and one beyond the limit, name themselves in the error code. */
static void gates(void)
{
    set_gate_to(0x91, 0, 8, 5, 0, 0);
    TRY("int $0x91");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.error, 0x91 * 8 + 2);
    set_gate_to(0x92, 0, 0x10, 14, 0, 0); /* data segment as code */
    TRY("int $0x92");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.error, 0x10);
    set_idt_limit(0x93 * 16 - 1);
    TRY("int $0x93");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.error, 0x93 * 8 + 2);
    set_idt_limit(4095);
}

static uint8_t ist_stack[4096] __attribute__((aligned(16)));

static void double_fault(void)
{
    tss.ist[0] = (uint64_t)(ist_stack + sizeof ist_stack);
    set_gate(8, 14, 0, 1);
    /* #UD is benign: what its broken gate raises is delivered */
    set_gate_to(6, 0, 0x10, 14, 0, 0);
    TRY("ud2");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.error, 0x10 | 1);
    /* #GP through a broken gate: #GP again, so #DF */
    set_gate_to(13, 0, 0x10, 14, 0, 0);
    TRY("mov $0xfff8, %%ecx; mov %%ecx, %%ds");
    CHECK_EQ(trap.vector, 8);
    CHECK_EQ(trap.error, 0);
    set_gate(6, 14, 0, 0);
    set_gate(13, 14, 0, 0);
    /* a page fault whose frame cannot be pushed: #PF twice is #DF, on the IST stack */
    TRY("mov $0x700000000000, %%rbx; mov %%rsp, %%rcx; mov %%rbx, %%rsp; push %%rax");
    CHECK_EQ(trap.vector, 8);
}

/* The page fault leaves everything as it was: registers, flags, memory. */
static void precise(void)
{
    uint64_t flags;

    TRY("mov $7, %%ecx; mov $0x700000000000, %%rbx; cmp %%ecx, %%ecx; xchg %%rcx, "
        "(%%rbx)");
    CHECK_EQ(trap.vector, 14);
    CHECK_EQ(trap.error, 2);
    CHECK_EQ(trap.cr2, 0x700000000000);
    CHECK_EQ(trap.rflags & 0x8d5, 0x44);
    TRY("mov $0x700000000000, %%rbx; mov $1, %%eax; sub $2, %%eax; inc %%eax; push "
        "(%%rbx)");
    flags = trap.rflags;
    CHECK_EQ(flags & 0x8d5, 0x55); /* inc leaves CF of the subtraction */
    TRY("mov $3, %%ecx; mov $0x700000000000, %%rdi; mov $gdt, %%esi; rep movsb; 1:");
    CHECK_EQ(trap.vector, 14);
}

int test_main(void)
{
    faults();
    software();
    gates();
    double_fault();
    precise();
    return failures;
}
