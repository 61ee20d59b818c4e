/* Alignment check: Linux sets CR0.AM, so a program that sets EFLAGS.AC gets SIGBUS. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf back;
static char data[64] __attribute__((aligned(64)));

/* The handler begins with AC as it was: no access before it is clear. */
__attribute__((naked)) static void on_bus(int sig, siginfo_t *info, void *uc)
{
    __asm__("pushf; andl $~0x40000, (%rsp); popf; jmp report");
}

__attribute__((used)) static void report(int sig, siginfo_t *info, void *uc)
{
    printf("signal %d, code %d\n", sig, info->si_code);
    siglongjmp(back, 1);
}

#define WITH_AC(code)                                                         \
    do {                                                                      \
        puts(code);                                                           \
        if (!sigsetjmp(back, 1)) {                                            \
            __asm__ volatile("sub $128, %%rsp\n"                              \
                             "pushf; orl $0x40000, (%%rsp); popf\n" code "\n" \
                             "pushf; andl $~0x40000, (%%rsp); popf\n"         \
                             "add $128, %%rsp" ::"b"(data)                    \
                             : "rax", "rcx", "rdi", "memory", "cc");          \
            puts("went on");                                                  \
        }                                                                     \
    } while (0)

static void on_segv(int sig, siginfo_t *info, void *uc)
{
    printf("signal %d, code %d, address %p\n", sig, info->si_code, info->si_addr);
    siglongjmp(back, 1);
}

/* What asks for aligned vectors gets #GP. The flags are live over it. */
#define VECTOR(code)                                                       \
    do {                                                                   \
        for (volatile int by = 0; by <= 16; by += 4) {                     \
            if (!sigsetjmp(back, 1)) {                                     \
                char zero;                                                 \
                __asm__ volatile("cmp $4, %1\n" code "\nsete %0"           \
                                 : "=q"(zero)                              \
                                 : "r"(by), "b"(data + by)                 \
                                 : "rax", "xmm0", "xmm1", "memory", "cc"); \
                printf("%s by %d: %d\n", code, by, zero);                  \
            }                                                              \
        }                                                                  \
    } while (0)

static void test_vectors(void)
{
    struct sigaction sa = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &sa, NULL);
    VECTOR("movaps (%%rbx), %%xmm0");
    VECTOR("movntps %%xmm0, (%%rbx)");
    VECTOR("movups (%%rbx), %%xmm0");
    VECTOR("addps (%%rbx), %%xmm0");
    VECTOR("pshufd $1, (%%rbx), %%xmm1");
    VECTOR("addss (%%rbx), %%xmm0");
    if (__builtin_cpu_supports("avx2")) {
        VECTOR("vmovdqa (%%rbx), %%ymm0");
        VECTOR("vmovdqa %%ymm0, (%%rbx)");
        VECTOR("vmovaps (%%rbx), %%xmm0");
        VECTOR("vaddps (%%rbx), %%ymm0, %%ymm1");
        VECTOR("vaddps (%%rbx), %%xmm0, %%xmm1");
        VECTOR("vmovntdqa (%%rbx), %%ymm1");
        __asm__ volatile("vzeroupper");
    }
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};

    sigaction(SIGBUS, &sa, NULL);
    WITH_AC("movl 4(%%rbx), %%eax");
    WITH_AC("movb 3(%%rbx), %%al");
    WITH_AC("movl 2(%%rbx), %%eax");
    WITH_AC("movw %%ax, 1(%%rbx)");
    WITH_AC("addq $1, 4(%%rbx)");
    WITH_AC("lock addl $1, 6(%%rbx)");
    WITH_AC("lea 2(%%rbx), %%rdi; mov $2, %%ecx; cld; rep stosl");
    WITH_AC("lea 1(%%rbx), %%rdi; mov $2, %%ecx; cld; rep stosb");
    test_vectors();
    return 0;
}
