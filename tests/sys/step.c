/* Single step, debug registers' read-outs, INT1, shadows of STI, MOV SS and POPF. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

static int steps;
static uint64_t step_rip[32], last_dr6;

static uint64_t read_dr6(void)
{
    uint64_t v;

    asm volatile("mov %%dr6, %0" : "=r"(v));
    return v;
}

static void write_dr6(uint64_t v)
{
    asm volatile("mov %0, %%dr6" ::"r"(v));
}

static void count_step(Frame *f)
{
    if (steps < 32) {
        step_rip[steps] = f->rip;
    }
    steps++;
    last_dr6 = read_dr6();
    write_dr6(0xffff0ff0);
}

extern char s0[], s1[], s2[], s3[], s4[], m0[], m1[];

/* TF traps after the instruction behind POPF, and after each one until it is cleared. */
static void single_step(void)
{
    steps = 0;
    asm volatile("pushf; pushf; orq $0x100, (%%rsp); popf\n"
                 ".globl s0, s1, s2, s3, s4\n"
                 "s0: nop\n"
                 "s1: mov $1, %%eax\n"
                 "s2: jmp s3\n"
                 "nop\n"
                 "s3: popf\n"
                 "s4: nop" ::
                     : "rax", "memory", "cc");
    CHECK_EQ(steps, 4);
    CHECK_EQ(step_rip[0], (uint64_t)s1);
    CHECK_EQ(step_rip[1], (uint64_t)s2);
    CHECK_EQ(step_rip[2], (uint64_t)s3);
    CHECK_EQ(step_rip[3], (uint64_t)s4);
    CHECK_EQ(last_dr6 & 0x4000, 0x4000);
}

/* MOV SS holds the trap back until after the next instruction. */
static void mov_ss(void)
{
    steps = 0;
    asm volatile("mov %%ss, %%ebx; pushf; pushf; orq $0x100, (%%rsp); popf\n"
                 "mov %%ebx, %%ss\n"
                 ".globl m0, m1\n"
                 "m0: nop\n"
                 "m1: popf\n" ::
                     : "rbx", "memory", "cc");
    CHECK_EQ(steps, 2);
    CHECK_EQ(step_rip[0], (uint64_t)m1);
}

static void rep_steps(void)
{
    static uint8_t buf[8];
    void *p = buf;
    uint64_t n = 4;

    steps = 0;
    asm volatile("pushf; pushf; orq $0x100, (%%rsp); popf; rep stosb; popf"
                 : "+D"(p), "+c"(n)
                 : "a"(1)
                 : "memory", "cc");
    CHECK_EQ(steps, 5); /* one each iteration, and POPF */
}

static void int1(void)
{
    steps = 0;
    asm volatile(".byte 0xf1");
    CHECK_EQ(steps, 1);
}

/* The TF that IRET brings traps behind the next instruction; HLT under TF does not sleep.
 */
extern char i0[], i1[], h0[];

static void iret_and_hlt(void)
{
    steps = 0;
    asm volatile("mov %%rsp, %%rcx; mov %%ss, %%eax; push %%rax; push %%rcx\n"
                 "pushf; orq $0x100, (%%rsp); push $8; push $i0; iretq\n"
                 ".globl i0, i1, h0\n"
                 "i0: nop\n"
                 "i1: hlt\n"
                 "h0: pushf; andq $~0x100, (%%rsp); popf" ::
                     : "rax", "rcx", "memory", "cc");
    CHECK_EQ(steps, 5);
    CHECK_EQ(step_rip[0], (uint64_t)i1);
    CHECK_EQ(step_rip[1], (uint64_t)h0);
}

/* SYSCALL and SYSRET trap by the TF that they leave: what FMASK clears does not. */
asm(".globl only_sysret\nonly_sysret: sysretq\n");
extern char only_sysret[], y0[], y1[];

static void u_syscall(void)
{
    asm volatile("pushf; orq $0x100, (%%rsp); popf; syscall\n"
                 ".globl y0, y1\n"
                 "y0: nop\n"
                 "y1: pushf; andq $~0x100, (%%rsp); popf\n"
                 "int $0x80" ::
                     : "rax", "rcx", "r11", "memory", "cc");
}

static void syscalls(void)
{
    wrmsr(0xc0000081, 0x08ull << 32 | 0x18ull << 48);
    wrmsr(0xc0000082, (uint64_t)only_sysret);
    wrmsr(0xc0000084, 0x100);
    steps = 0;
    run_user(u_syscall);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(steps, 5);
    CHECK_EQ(step_rip[0], (uint64_t)y0);
    CHECK_EQ(step_rip[1], (uint64_t)y1);
    wrmsr(0xc0000084, 0);
    steps = 0;
    run_user(u_syscall);
    CHECK_EQ(steps, 6);
    CHECK_EQ(step_rip[0], (uint64_t)only_sysret);
    CHECK_EQ(step_rip[1], (uint64_t)y0);
}

int test_main(void)
{
    trap_fn[1] = count_step;
    single_step();
    mov_ss();
    rep_steps();
    int1();
    iret_and_hlt();
    syscalls();
    return failures;
}
