/* Alignment check: Linux sets CR0.AM, so a program that sets EFLAGS.AC gets SIGBUS. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <ucontext.h>

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

/* Several accesses off one base: what has been found aligned changes. Shows rbx and rcx
 * where it faults. */
static uint64_t at[2];

static void on_known(int sig, siginfo_t *info, void *context)
{
    const greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    at[0] = r[REG_RBX] - (uintptr_t)data;
    at[1] = r[REG_RCX];
    siglongjmp(back, 1);
}

#define KNOWN(code)                                                               \
    do {                                                                          \
        at[0] = at[1] = 0;                                                        \
        if (!sigsetjmp(back, 1)) {                                                \
            __asm__ volatile("movaps (%%rbx), %%xmm0\n" code ::"b"(data), "c"(0L) \
                             : "rax", "rdx", "xmm0", "xmm1", "memory", "cc");     \
        }                                                                         \
        printf("%s: %d %d\n", code, (int)at[0], (int)at[1]);                      \
    } while (0)

static void test_known(void)
{
    struct sigaction sa = {.sa_sigaction = on_known, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &sa, NULL);
    KNOWN("movaps %%xmm0, 16(%%rbx); movaps %%xmm0, 24(%%rbx)");
    KNOWN(
        "add $16, %%rbx; movaps (%%rbx), %%xmm0; sub $8, %%rbx; movaps (%%rbx), %%xmm0");
    KNOWN("lea 8(%%rbx), %%rbx; movaps 8(%%rbx), %%xmm0; inc %%rbx; movaps 8(%%rbx), "
          "%%xmm0");
    KNOWN(
        "movaps (%%rbx, %%rcx, 8), %%xmm0; inc %%rcx; movaps 8(%%rbx, %%rcx, 8), %%xmm0; "
        "movaps (%%rbx, %%rcx, 8), %%xmm0");
    KNOWN("movaps (%%rbx, %%rcx, 8), %%xmm0; movaps 16(%%rbx, %%rcx, 4), %%xmm0; inc "
          "%%ecx; "
          "movaps 16(%%rbx, %%rcx, 8), %%xmm0");
    KNOWN("mov $3, %%edx; 1: movaps (%%rbx), %%xmm0; add $16, %%rcx; add $8, %%rbx; "
          "dec %%edx; jnz 1b");
    KNOWN("1: movaps (%%rbx, %%rcx), %%xmm0; add $16, %%rcx; cmp $48, %%rcx; jne 1b; "
          "inc %%rcx; movaps (%%rbx, %%rcx), %%xmm0");
    KNOWN("1: movaps (%%rbx, %%rcx), %%xmm0; add $16, %%rcx; cmp $32, %%rcx; jb 1b; "
          "add $8, %%rbx; cmp $48, %%rcx; jb 1b");
    KNOWN(
        "1: movaps (%%rbx), %%xmm0; add $1, %%rcx; cmp $3, %%rcx; jne 2f; lea 4(%%rbx), "
        "%%rbx; 2: cmp $5, %%rcx; jne 1b");
    KNOWN("1: movaps (%%rbx, %%rcx, 2), %%xmm0; add $8, %%rcx; cmp $16, %%rcx; jne 1b; "
          "movaps 8(%%rbx, %%rcx, 2), %%xmm0");
    KNOWN("movaps data+16(%%rip), %%xmm0; inc %%rcx; movaps data+24(%%rip), %%xmm0");
    KNOWN("lea 8(%%rbx), %%rdx; test %%rcx, %%rcx; je 2f; movaps (%%rdx), %%xmm0; 2: inc "
          "%%rcx; movaps (%%rdx), %%xmm0");
    KNOWN("lea 16(%%rbx), %%rdx; 1: test %%rcx, %%rcx; je 2f; movaps (%%rdx), %%xmm0; "
          "lea 8(%%rdx), %%rdx; 2: inc %%rcx; movaps (%%rdx), %%xmm0; jmp 1b");
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
    test_known();
    return 0;
}
