/* User program: indirect jumps in each of the modes that units are made for, and jumps to
 * where nothing is. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#define NOINLINE __attribute__((noinline, noclone))

enum { FLUSH = 1, SIMD_TRAPS = 2, X87_TRAPS = 4, NR_MODES = 8, ROUNDS = 30 };

static sigjmp_buf back;
static unsigned traps[NR_MODES];
static volatile unsigned mode;
static volatile uint64_t fault_at;

static void set_mode(unsigned m)
{
    uint32_t mxcsr = 0x1f80 | (m & FLUSH ? 0x8040 : 0);
    uint16_t cw = m & X87_TRAPS ? 0x37b : 0x37f; /* divisions by zero */
    mxcsr &= m & SIMD_TRAPS ? ~0x200u : ~0u;
    __asm__ volatile("ldmxcsr %0; fnclex; fldcw %1" : : "m"(mxcsr), "m"(cw));
    mode = m;
}

/* ---- functions ---- */

static NOINLINE float scale(float a, float b)
{
    return a * b;
}

static NOINLINE float divide(float a, float b)
{
    return a / b;
}

static NOINLINE float divide_x87(float a, float b)
{
    float r;
    __asm__ volatile("fninit; fldcw %3; flds %1; fdivs %2; fstps %0; fwait"
                     : "=m"(r)
                     : "m"(a), "m"(b),
                       "m"((const uint16_t){mode & X87_TRAPS ? 0x37b : 0x37f})
                     : "st");
    return r;
}

static float (*volatile functions[])(float, float) = {scale, divide, divide_x87};

static void on_trap(int sig)
{
    traps[mode]++;
    siglongjmp(back, 1);
}

static uint32_t call(unsigned f, float a, float b)
{
    volatile float r = 0;
    uint32_t bits;
    if (!sigsetjmp(back, 1)) {
        r = functions[f](a, b);
    }
    memcpy(&bits, (const void *)&r, sizeof bits);
    return bits;
}

/* More modes than have a table, each often, and one right behind another. */
static void test_modes(void)
{
    uint64_t sums[NR_MODES] = {0};
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < 3 * NR_MODES; i++) {
            unsigned m = round < ROUNDS / 2 ? (i * 3 + round) % NR_MODES : i % 3;
            set_mode(m);
            uint32_t small = call(0, 0x1p-126f, 0.5f + round / 64.f);
            set_mode(m);
            uint32_t far = call(1, 1 + round, i % 2);
            set_mode(m);
            uint32_t far_x87 = call(2, 1 + round, i % 2);
            sums[m] = sums[m] * 31 + small + far + far_x87;
        }
    }
    set_mode(0);
    for (unsigned m = 0; m < NR_MODES; m++) {
        printf("%u: %016llx, %u traps\n", m, (unsigned long long)sums[m], traps[m]);
    }
}

/* ---- nowhere ---- */

static void on_fault(int sig, siginfo_t *info, void *context)
{
    fault_at = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    siglongjmp(back, 1);
}

static void jump_to(void (*target)(void))
{
    fault_at = 1;
    if (!sigsetjmp(back, 1)) {
        target();
    }
    printf("%llx ", (unsigned long long)fault_at);
}

static void test_nowhere(void)
{
    for (unsigned m = 0; m < 2 * NR_MODES; m++) {
        for (uintptr_t to = 0; to < 0x400; to += 0x154) {
            set_mode(m % NR_MODES);
            jump_to((void (*)(void))to);
        }
    }
    printf("\n");
}

int main(void)
{
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    signal(SIGFPE, on_trap);
    sigaction(SIGSEGV, &fault, NULL);
    test_modes();
    test_nowhere();
    return 0;
}
