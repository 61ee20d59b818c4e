/* User program: carries that go round a loop, shown by faults in it, kept over signals.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

static sigjmp_buf back;
static volatile sig_atomic_t ticks;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    const greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    printf(" %03llx rax %llx rcx %llx r12 %llx r13 %llx\n", r[REG_EFL] & 0x8c5,
           (long long)r[REG_RAX], (long long)r[REG_RCX], (long long)r[REG_R12],
           (long long)r[REG_R13]);
    siglongjmp(back, 1);
}

static void on_tick(int sig)
{
    ticks++;
}

/* rcx rounds of `body`, with rsi a word further each time; CF is clear before. */
#define ROUNDS(body)                                                       \
    __asm__ volatile("xor %%r12d, %%r12d\n\t"                              \
                     "mov $1, %%r13d\n\t"                                  \
                     "xor %%eax, %%eax\n"                                  \
                     "1:\t" body "\n\t"                                    \
                     "lea 8(%%rsi), %%rsi\n\t"                             \
                     "dec %%rcx\n\t"                                       \
                     "jnz 1b\n\t"                                          \
                     "sbb %%rdx, %%rdx"                                    \
                     : "=&a"(sum), "+c"(rounds), "+S"(from), "=&d"(borrow) \
                     :                                                     \
                     : "memory", "cc", "r10", "r11", "r12", "r13")

#define RUN(at, n, body)                                               \
    do {                                                               \
        if (!sigsetjmp(back, 1)) {                                     \
            uint64_t sum, borrow, rounds = n;                          \
            const uint64_t *from = at;                                 \
            ROUNDS(body);                                              \
            printf(" %llx %llx\n", (long long)sum, (long long)borrow); \
        }                                                              \
    } while (0)

static void all(const uint64_t *at, uint64_t n)
{
    RUN(at, n, "adc (%%rsi), %%rax");
    RUN(at, n, "mov (%%rsi), %%r10; adc %%r10, %%r12; adc %%r13, %%rax");
    RUN(at, n, "sbb (%%rsi), %%rax; mov %%rax, %%r13");
    RUN(at, n, "rcl %%rax; mov (%%rsi), %%r12; lea (%%r12, %%rax), %%r13");
    RUN(at, n, "adc (%%rsi), %%r13; mov %%r13, %%rax; inc %%r12");
}

int main(void)
{
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    struct sigaction tick = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct itimerval often = {.it_interval.tv_usec = 500, .it_value.tv_usec = 500};
    size_t size = 1 << 20, words = size / sizeof(uint64_t);
    uint64_t *memory = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect((char *)memory + size, 4096, PROT_NONE);
    sigaction(SIGSEGV, &fault, NULL);
    for (size_t i = 0; i < words; i++) {
        memory[i] = i * UINT64_C(0x9e3779b97f4a7c15) | (i % 3 ? 0 : UINT64_C(7) << 61);
    }
    for (unsigned n = 1; n < 12; n++) {
        printf("%u\n", n);
        all(memory + words - n, n);
        all(memory + words - n, n + 2);
    }
    sigaction(SIGALRM, &tick, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    uint64_t first = 0;
    for (unsigned i = 0; i < 100 || (ticks < 50 && i < 100000); i++) {
        uint64_t sum, borrow, rounds = words;
        const uint64_t *from = memory;
        ROUNDS("adc (%%rsi), %%rax; adc %%r13, %%r12");
        if (i == 0 || sum != first) {
            printf("sum %llx %llx\n", (long long)sum, (long long)borrow);
        }
        first = sum;
    }
    puts(ticks ? "with signals" : "without");
    return 0;
}
