/* Privilege: ring 3 and back, SYSCALL, SYSENTER, call gates, I/O permission, what ring 3
 * may not do. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define USER(name, code)                                                       \
    static void name(void)                                                     \
    {                                                                          \
        asm volatile(code "; int $0x80" ::                                     \
                         : "memory", "rax", "rcx", "rdx", "rbx", "r11", "cc"); \
    }
USER(u_nothing, "nop")
USER(u_cli, "cli")
USER(u_hlt, "hlt")
USER(u_cr, "mov %%cr0, %%rax")
USER(u_msr, "mov $0x10, %%ecx; rdmsr")
USER(u_lgdt, "lgdt (%%rsp)")
USER(u_in, "in $0x80, %%al")
USER(u_out_e9, "mov $0xe9, %%edx; mov $10, %%al; out %%al, %%dx")
USER(u_int3, "int3")
USER(u_int_91, "int $0x91")
USER(u_popf, "pushf; orq $0x3200, (%%rsp); popf; pushf; pop %%rax; mov %%rax, arg")
USER(u_invlpg, "invlpg (%%rsp)")
USER(u_swapgs, "swapgs")
USER(u_sysret, "sysretq")
USER(u_load_kernel_ds, "mov $0x10, %%eax; mov %%eax, %%ds")
USER(u_call_gate, "lcall *gate_pointer; mov %%rax, arg+8")

static void expect(void (*fn)(void), int vector, uint64_t error)
{
    run_user(fn);
    CHECK_EQ(trap.vector, vector);
    CHECK_EQ(trap.error, error);
    CHECK_EQ(trap.cs & 3, 3);
}

static void forbidden(void)
{
    expect(u_nothing, 0x80, 0);
    expect(u_cli, 13, 0);
    expect(u_hlt, 13, 0);
    expect(u_cr, 13, 0);
    expect(u_msr, 13, 0);
    expect(u_lgdt, 13, 0);
    expect(u_invlpg, 13, 0);
    expect(u_swapgs, 13, 0);
    expect(u_load_kernel_ds, 13, 0x10);
    expect(u_int3, 13, 3 * 8 + 2); /* the gate's DPL is 0 */
    set_gate(0x91, 14, 3, 0);
    expect(u_int_91, 0x91, 0);
    run_user(u_sysret);
    CHECK(trap.vector == 13 || trap.vector == 6);
}

static void ports(void)
{
    expect(u_in, 13, 0);
    tss.map[0x80 / 8] &= ~1;
    run_user(u_in);
    CHECK_EQ(trap.vector, 0x80);
    tss.map[0x80 / 8] |= 1;
    expect(u_out_e9, 13, 0);
}

/* POPF at ring 3 with IOPL 0 changes neither IF nor IOPL. */
static void flags(void)
{
    run_user(u_popf);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(arg[0] & 0x3200, 0);
}

/* --- SYSCALL --- */

static volatile uint64_t seen_rcx, seen_r11, seen_flags, seen_cs;

asm(".globl syscall_entry\n"
    "syscall_entry:\n"
    "mov %rcx, seen_rcx; mov %r11, seen_r11\n"
    "mov %rsp, arg+16; lea arg+64, %rsp\n"
    "pushf; pop %rax; mov %rax, seen_flags; mov %cs, %eax; mov %rax, seen_cs\n"
    "mov arg+16, %rsp\n"
    "sysretq\n"
    ".globl sysenter_entry\n"
    "sysenter_entry:\n"
    "mov %rsp, seen_rcx\n"
    "mov $user_back, %edx; mov arg+24, %rcx\n"
    "sysexitq\n"
    ".globl gate_entry\n"
    "gate_entry:\n"
    "mov %cs, %eax\n"
    "lretq\n"
    ".data\n gate_pointer: .long 0; .word 0x60\n .text\n");
extern char syscall_entry[], sysenter_entry[], gate_entry[], user_back[];

static void u_syscall(void)
{
    asm volatile("std; stc; syscall; .globl after_syscall; after_syscall: pushf; pop "
                 "%%rax; mov %%rax, arg; cld; int $0x80" ::
                     : "rax", "rcx", "r11", "memory", "cc");
}
extern char after_syscall[];

static void syscalls(void)
{
    /* STAR: kernel 08 and 10, user 28 (64-bit) and 20 */
    wrmsr(0xc0000081, 0x08ull << 32 | 0x18ull << 48);
    wrmsr(0xc0000082, (uint64_t)syscall_entry);
    wrmsr(0xc0000084, 0x400); /* clears DF */
    run_user(u_syscall);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(trap.cs, 0x2b);
    CHECK_EQ(seen_rcx, (uint64_t)after_syscall);
    CHECK_EQ(seen_r11 & 0x401, 0x401);
    CHECK_EQ(seen_flags & 0x401, 1);
    CHECK_EQ(seen_cs, 8);
    CHECK_EQ(arg[0] & 0x401, 0x401);
}

static void u_sysenter(void)
{
    asm volatile("mov %%rsp, arg+24; sysenter; .globl user_back; user_back: int $0x80" ::
                     : "rax", "rcx", "rdx", "memory");
}

/* SYSEXIT wants the GDT laid out its way: entries 70 (64-bit code) and 78 (data) after
 * CS 50. */
static void sysenters(void)
{
    gdt[12] = gdt[1];
    gdt[13] = gdt[2];
    gdt[14] = gdt[3];
    gdt[15] = gdt[4];
    gdt[16] = gdt[5];
    gdt[17] = gdt[4];
    wrmsr(0x174, 0x60);
    wrmsr(0x175, 0x123450);
    wrmsr(0x176, (uint64_t)sysenter_entry);
    run_user(u_sysenter);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(seen_rcx, 0x123450);
    CHECK_EQ(trap.cs, 0x83);
}

/* A 64-bit call gate to ring 0 and a far return from it. */
static void call_gate(void)
{
    uint64_t to = (uint64_t)gate_entry;

    gdt[12] = (to & 0xffff) | 8 << 16 | 0xecull << 40 | (to >> 16 & 0xffff) << 48;
    gdt[13] = to >> 32;
    arg[1] = 99;
    run_user(u_call_gate);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(arg[1], 8);
}

USER(u_div, "xor %%ecx, %%ecx; div %%ecx")

/* The stack that an exception from ring 3 arrives on is TSS.RSP0. */
static uint64_t frame_at;

static void note_frame(Frame *f)
{
    frame_at = (uint64_t)&f->ss + 8;
    f->rip += 2; /* behind the DIV */
}

static void stack_switch(void)
{
    trap_fn[0] = note_frame;
    run_user(u_div);
    trap_fn[0] = NULL;
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(frame_at, tss.rsp[0]);
}

int test_main(void)
{
    forbidden();
    ports();
    flags();
    syscalls();
    sysenters();
    call_gate();
    stack_switch();
    return failures;
}
