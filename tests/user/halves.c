/* User program: loops on all of the 256-bit registers, and what a fault finds in them. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { PAGE = 4096, XSAVE_HIGH = 576 }; /* where upper halves are in a signal's frame */

static char *area; /* a page, and one behind it that may not be written at first */
static volatile int faults;

static void fault(int sig, siginfo_t *si, void *context)
{
    ucontext_t *u = context;
    const char *fp = (const char *)u->uc_mcontext.fpregs;

    printf("fault at %+d, flags %x\n", (int)((char *)si->si_addr - area - PAGE) & ~31,
           (unsigned)u->uc_mcontext.gregs[REG_EFL] & 0x8d5);
    for (int n = 0; n < 16; n++) {
        uint64_t low[2], high[2];

        memcpy(low, fp + 160 + 16 * n, 16);
        memcpy(high, fp + XSAVE_HIGH + 16 * n, 16);
        printf("ymm%d %016lx %016lx %016lx %016lx\n", n, low[0], low[1], high[0],
               high[1]);
    }
    faults++;
    mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE);
}

/* Sums, masks, permutations by a register that stays and by one that does not. */
static uint64_t loop(const char *from, char *to, long bytes, const uint32_t *consts)
{
    uint64_t sum = 0, masks, zeros;

    __asm__ volatile(
        "vmovdqu (%[consts]), %%ymm14\n\tvmovdqu 32(%[consts]), %%ymm13\n\t"
        "vmovdqu 64(%[consts]), %%ymm8\n\tvpxor %%xmm6, %%xmm6, %%xmm6\n\t"
        "vmovdqa %%ymm6, %%ymm12\n"
        "1:\n\t"
        "vmovdqa (%[from],%[bytes]), %%ymm0\n\tvmovdqu 3(%[from],%[bytes]), %%ymm2\n\t"
        "vpsadbw %%ymm2, %%ymm0, %%ymm1\n\tvpaddq %%ymm1, %%ymm6, %%ymm6\n\t"
        "vpcmpgtb %%ymm2, %%ymm0, %%ymm7\n\tvpermd %%ymm0, %%ymm14, %%ymm3\n\t"
        "vpand %%ymm13, %%ymm2, %%ymm9\n\tvpshufb %%ymm9, %%ymm0, %%ymm10\n\t"
        "vpsllvd %%ymm9, %%ymm0, %%ymm9\n\tvpblendvb %%ymm7, %%ymm10, %%ymm3, %%ymm1\n\t"
        "vpermd %%ymm1, %%ymm8, %%ymm11\n\tvpaddd %%ymm8, %%ymm14, %%ymm8\n\t"
        "testl $0x1ff, %k[bytes]\n\tjne 2f\n\t"
        "vpaddd (%[consts]), %%ymm11, %%ymm12\n\tvpxor %%ymm12, %%ymm8, %%ymm8\n"
        "2:\n\t"
        "vpaddd %%ymm9, %%ymm11, %%ymm11\n\tvptest %%ymm1, %%ymm7\n\t"
        "vpcmpeqb %%ymm1, %%ymm0, %%ymm15\n\tvmovdqa %%ymm11, (%[to],%[bytes])\n\t"
        "setc %b[zeros]\n\tvpmovmskb %%ymm15, %k[masks]\n\tadd %[masks], %[sum]\n\t"
        "movzbl %b[zeros], %k[zeros]\n\trol $7, %[sum]\n\tadd %[zeros], %[sum]\n\t"
        "vptest %%ymm12, %%ymm12\n\tsete %b[zeros]\n\tmovzbl %b[zeros], %k[zeros]\n\t"
        "rol $7, %[sum]\n\tadd %[zeros], %[sum]\n\tadd $32, %[bytes]\n\t"
        "jne 1b\n\t"
        "vmovq %%xmm6, %[masks]\n\tadd %[masks], %[sum]\n\tvextracti128 $1, %%ymm8, "
        "%%xmm8\n\t"
        "vmovq %%xmm8, %[masks]\n\tadd %[masks], %[sum]\n\tvzeroupper"
        : [sum] "+r"(sum), [bytes] "+r"(bytes), [masks] "=&r"(masks), [zeros] "=&r"(zeros)
        : [from] "r"(from), [to] "r"(to), [consts] "r"(consts)
        : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm6", "xmm7", "xmm8", "xmm9",
          "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    return sum;
}

int main(void)
{
    static char from[2 * PAGE] __attribute__((aligned(32)));
    uint32_t consts[24];
    struct sigaction sa = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    uint64_t seed = 7;

    if (!__builtin_cpu_supports("avx2")) {
        printf("no AVX2\n");
        return 0;
    }
    area =
        mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < sizeof from; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        from[i] = (char)(seed >> 56) & (i & 64 ? -1 : 0x13);
    }
    for (int i = 0; i < 24; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        consts[i] = (uint32_t)(seed >> 32) & (i < 8 ? UINT32_MAX : 0x8f8f8f8f);
    }
    sigaction(SIGSEGV, &sa, NULL);
    for (int k = 0; k < 6; k++) { /* the end of what is written moves */
        uint64_t sum = 0;

        mprotect(area + PAGE, PAGE, k & 1 ? PROT_NONE : PROT_READ | PROT_WRITE);
        printf("%lx\n", loop(from + PAGE + 32 * k, area + PAGE + 512 * k, -2048, consts));
        for (int i = 0; i < 2 * PAGE; i++) {
            sum = sum * 31 + (unsigned char)area[i];
        }
        printf("%lx\n", sum);
    }
    printf("%d faults\n", faults);
    return 0;
}
