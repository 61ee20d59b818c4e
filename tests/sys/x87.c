/* x87 over units, interrupts, faults and changes of its control word. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define APIC 0xfee00000ull
#define VA   0x40000000000ull
enum { EOI = 0xb0, SVR = 0xf0, LVTT = 0x320, TICR = 0x380, TDCR = 0x3e0 };

static void apic_write(unsigned r, uint32_t v)
{
    *(volatile uint32_t *)(APIC + r) = v;
}

/* A handler that uses the x87 itself, and leaves it as it was. */
static volatile int ticks;
static volatile uint64_t handler_sum;
static void tick(Frame *f)
{
    static uint8_t image[108];
    static uint64_t sum;

    asm volatile(
        "fnsave %0; fninit; fldpi; fld1; fld1; faddp; fmulp; fistpq %1; frstor %0"
        : "+m"(image), "=m"(sum));
    handler_sum += sum;
    ticks++;
    apic_write(EOI, 0);
}

/* The stack is kept full over calls and branches; the loop has no end but its counter. */
static uint64_t __attribute__((noinline)) work(unsigned n)
{
    static double step = 1.0009765625, half = 0.5;
    static uint8_t image[108];
    static int32_t seven = 7;
    uint64_t hash = 0;

    asm volatile("fninit; fld1; fldpi; fldl2e; fldln2; fldz" ::: "memory");
    while (n--) {
        uint16_t sw;
        uint8_t far[10];

        asm volatile("fxch %st(3)");
        asm volatile("fmull %0; fxch %%st(2)" ::"m"(step));
        asm volatile("fsqrt; fadd %st(1), %st; fxch %st(4)");
        asm volatile("fldl %0; fmulp; fiaddl %1" ::"m"(half), "m"(seven));
        if (n & 1) {
            asm volatile("fsin; fcoml %1; fnstsw %0" : "=a"(sw) : "m"(half));
            hash += sw & 0x4500;
        }
        asm volatile("fld %%st(2); fprem1; fstpt %0" : "=m"(far));
        for (unsigned i = 0; i < 10; i++) {
            hash = hash * 31 + far[i];
        }
    }
    asm volatile("fnsave %0" : "=m"(image));
    for (unsigned i = 0; i < 108; i++) {
        if (i < 12 || i >= 28) { /* but for the pointers */
            hash = hash * 31 + image[i];
        }
    }
    return hash;
}

static void interrupts(void)
{
    enum { ROUNDS = 3000 };
    uint64_t want = work(ROUNDS);

    trap_fn[0x70] = tick;
    apic_write(SVR, 0x1ff);
    apic_write(TDCR, 3);
    apic_write(LVTT, 0x20070); /* periodic */
    apic_write(TICR, 4000);
    asm volatile("sti");
    while (ticks < 20) {
        CHECK_EQ(work(ROUNDS), want);
    }
    asm volatile("cli");
    apic_write(TICR, 0);
    CHECK_EQ(handler_sum, 6ull * ticks); /* 2 pi, rounded */
}

/* A store that faults leaves registers, tags and status as they were. */
static void faults(void)
{
    static uint32_t before[27], after[27];

    asm volatile("fninit; fldpi; fld1; fnstenv %0; fldenv %0" : "+m"(before));
    arg[0] = VA;
    TRY("mov arg, %%rbx; fstps (%%rbx)");
    CHECK_EQ(trap.vector, 14);
    CHECK_EQ(trap.error, 2);
    TRY("mov arg, %%rbx; fstpt -3(%%rbx)");
    CHECK_EQ(trap.vector, 14);
    TRY("mov arg, %%rbx; faddl (%%rbx)");
    CHECK_EQ(trap.vector, 14);
    CHECK_EQ(trap.error, 0);
    asm volatile("fnstenv %0" : "=m"(after));
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(after[i], before[i]);
    }
}

/* FIP is that of the last instruction, be it long ago. */
static void pointers(void)
{
    static uint32_t env[7];
    uint64_t at;

    asm volatile("fninit; 1: fld1; lea 1b(%%rip), %1; fnstenv %0" : "=m"(env), "=r"(at));
    CHECK_EQ(env[3], (uint32_t)at);
    asm volatile("fninit; 1: fldz; lea 1b(%%rip), %1" : "=m"(env), "=r"(at));
    arg[0] = VA;
    TRY("mov arg, %%rbx; fldl (%%rbx)"); /* is not executed */
    asm volatile("fnstenv %0" : "=m"(env));
    CHECK_EQ(env[3], (uint32_t)at);
}

/* FDIVP is written as bytes: assemblers differ in what they call it. #MF comes with the
 * next instruction that waits, whatever mode units are in. */
static void unmasked(void)
{
    uint16_t cw = 0x37b, masked = 0x37f, sw = 0;

    WRITE_CR(0, READ_CR(0) | 0x20); /* NE */
    arg[0] = (uint64_t)&cw;
    arg[1] = (uint64_t)&masked;
    TRY("fninit; fld1; fldz; mov arg, %%rbx; fldcw (%%rbx); .byte 0xde, 0xf9; fnop");
    CHECK_EQ(trap.vector, 16);
    asm volatile("fnstsw %0" : "=a"(sw));
    CHECK_EQ(sw & 0x80ff, 0x8084);
    TRY("fnclex; mov arg+8, %%rbx; fldcw (%%rbx); .byte 0xde, 0xf9; fnop");
    CHECK_EQ(trap.vector, -1);
    asm volatile("fnstsw %0" : "=a"(sw));
    CHECK_EQ(sw & 0x80ff, 4);
    TRY("mov arg, %%rbx; fldcw (%%rbx); fnop"); /* unmasks what is recorded */
    CHECK_EQ(trap.vector, 16);
    asm volatile("fninit");
}

/* Casts behind each rounding; one whose store faults is done again. */
static void casts(void)
{
    static const int64_t rounded[4] = {-3, -3, -2, -2}; /* of -2.75 */
    uint16_t nearest = 0x37f, cw;
    double x = -2.75;

    for (unsigned rc = 0; rc < 4; rc++) {
        uint16_t now = 0;
        int64_t a, b;

        cw = nearest | rc << 10;
        arg[0] = (uint64_t)&cw;
        arg[1] = VA;
        asm volatile(
            "fninit; fldl %2; fldcw %3; fistpll %0; fldcw %4; fldl %2; fistpll %1"
            : "=m"(a), "=m"(b)
            : "m"(x), "m"(cw), "m"(nearest));
        CHECK_EQ(a, rounded[rc]);
        CHECK_EQ(b, rounded[0]);
        asm volatile("fldl %0" ::"m"(x));
        TRY("mov arg, %%rbx; fldcw (%%rbx); mov arg+8, %%rbx; fistpll (%%rbx)");
        CHECK_EQ(trap.vector, 14);
        asm volatile("fnstcw %1; fistpll %0" : "=m"(a), "=m"(now));
        CHECK_EQ(a, rounded[rc]);
        CHECK_EQ(now, cw);
    }
}

/* CR0.TS: the state is another task's. */
static void task_switched(void)
{
    uint64_t v = 0;

    asm volatile("fninit; fldpi");
    WRITE_CR(0, READ_CR(0) | 8);
    TRY("fld1");
    CHECK_EQ(trap.vector, 7);
    asm volatile("clts");
    asm volatile("fistpq %0" : "=m"(v));
    CHECK_EQ(v, 3);
}

int test_main(void)
{
    outb(0x21, 0xff);
    outb(0xa1, 0xff);
    WRITE_CR(0, (READ_CR(0) & ~4ull) | 2); /* MP, not EM */
    interrupts();
    faults();
    pointers();
    unmasked();
    casts();
    task_switched();
    return failures;
}
