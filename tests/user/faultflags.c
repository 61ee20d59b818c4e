/* User program: the flags that a signal frame shows when an access faults. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <ucontext.h>

static sigjmp_buf back;
static uint64_t mask;
static uint64_t memory[8];

static void on_fault(int sig, siginfo_t *info, void *context)
{
    const greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    printf(" %03llx rax %llx rcx %llx rdx %llx\n", r[REG_EFL] & mask,
           (long long)r[REG_RAX], (long long)r[REG_RCX], (long long)r[REG_RDX]);
    siglongjmp(back, 1);
}

enum {
    C = 1,
    P = 4,
    A = 0x10,
    Z = 0x40,
    S = 0x80,
    O = 0x800,
    ALL = C | P | A | Z | S | O
};

/* Runs `code`, with rbx a bad address and rsi a good one, and shows the flags of `which`.
 */
#define FAULT(which, code)                                                        \
    do {                                                                          \
        mask = which;                                                             \
        memory[0] = values[i];                                                    \
        memory[1] = values[k];                                                    \
        printf("%s", code);                                                       \
        if (!sigsetjmp(back, 1)) {                                                \
            __asm__ volatile(code                                                 \
                             :                                                    \
                             : "a"(values[i]), "c"(values[k]), "d"(5L), "b"(16L), \
                               "S"(memory)                                        \
                             : "memory", "cc", "r8", "r9", "r10", "r11", "xmm0"); \
        }                                                                         \
    } while (0)

static const uint64_t values[] = {0,
                                  1,
                                  0x7fffffff,
                                  0x80000000,
                                  0xffffffff,
                                  UINT64_C(0x7fffffffffffffff),
                                  UINT64_C(1) << 63,
                                  -1ull};

/* Operands that are gone when the access is made. */
static void lost_operands(unsigned i, unsigned k)
{
    FAULT(ALL, "add %%rcx, %%rax; mov 8(%%rsi), %%rcx; mov (%%rbx), %%rdx");
    FAULT(ALL, "sub %%ecx, %%eax; mov (%%rsi), %%rcx; mov %%rdx, (%%rbx)");
    FAULT(ALL,
          "cmp %%rcx, %%rax; mov %%rdx, %%rcx; mov %%rdx, %%rax; mov (%%rbx), %%rdx");
    FAULT(ALL, "cmp %%cl, %%al; lea 3(%%rcx), %%rcx; mov $7, %%al; mov (%%rbx), %%rdx");
    FAULT(ALL, "sub (%%rsi), %%rcx; mov (%%rbx), %%rdx");
    FAULT(ALL, "add %%rcx, (%%rsi); mov (%%rbx), %%rdx");
    FAULT(ALL, "subw $3, (%%rsi); mov (%%rsi), %%rcx; movups (%%rbx), %%xmm0");
    FAULT(ALL, "add %%rcx, %%rax; adc 8(%%rsi), %%rdx; mov (%%rbx), %%rcx");
    FAULT(ALL,
          "sub %%rcx, %%rax; sbb 8(%%rsi), %%rdx; mov (%%rsi), %%rax; mov (%%rbx), %%cl");
    FAULT(ALL, "add %%rcx, %%rax; mov (%%rsi), %%rax; inc %%rdx; mov %%rdx, %%rax; "
               "mov $1, %%edx; mov (%%rbx), %%rdx");
    FAULT(C | P | Z | S, "shr $3, %%rax; mov %%rcx, %%rax; mov (%%rbx), %%rdx");
    FAULT(C | O, "mov %%rcx, %%r8; mul %%r8; mov (%%rsi), %%rdx; mov (%%rbx), %%rax");
    FAULT(C | O, "imul %%rcx, %%rax; mov (%%rsi), %%rax; mov (%%rbx), %%rdx");
    FAULT(ALL & ~A, "and %%rcx, %%rax; mov (%%rsi), %%rax; mov (%%rbx), %%rdx");
}

/* More operands and temporaries than there are registers for. */
static void many(unsigned i, unsigned k)
{
    FAULT(ALL,
          "mov (%%rsi), %%r8; mov 8(%%rsi), %%r9; cmp %%r8, %%r9; mov $1, %%r8d; "
          "lea 1(%%r9), %%r9; add %%r9, 16(%%rsi); movzbl (%%rsi), %%r10d; "
          "lea (%%r10, %%r8, 4), %%r11; mov %%r11, 24(%%rsi); cmpxchg %%rcx, (%%rbx)");
    FAULT(ALL, "cmp %%rcx, 16(%%rsi); mov 8(%%rsi), %%rcx; addl $1, (%%rbx, %%rdx, 8)");
    FAULT(ALL,
          "add %%rcx, %%rax; mov (%%rsi), %%rax; mov %%rax, %%rcx; lock incl (%%rbx)");
    FAULT(ALL,
          "1: add %%rcx, %%rax; mov (%%rsi), %%rcx; sub $4, %%rdx; mov (%%rbx, %%rdx), "
          "%%r8; jnz 1b");
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (unsigned k = 0; k < sizeof values / sizeof values[0]; k++) {
            lost_operands(i, k);
            many(i, k);
        }
    }
    return 0;
}
