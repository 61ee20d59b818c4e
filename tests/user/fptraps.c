/* User program: SIMD exceptions that are not masked: what the handler sees, and what the
 * instruction does once they are. */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { MASKED = 0x1f80, FLAGS = 0x8d5 };

/* All vector registers before and behind an instruction, its other operands. */
static struct {
    _Alignas(32) uint8_t in[16][32], out[16][32], mem[32];
    uint64_t gpr, flags, traps, hash;
    uint32_t csr, csr_out, masked;
} v;

static void add(const void *p, size_t n)
{
    const uint8_t *b = p;
    for (size_t i = 0; i < n; i++) {
        v.hash = (v.hash ^ b[i]) * UINT64_C(0x100000001b3);
    }
}

/* Masks all, so that the instruction is done when it is begun again. */
static void on_trap(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    greg_t *r = uc->uc_mcontext.gregs;
    greg_t seen[] = {si->si_code, r[REG_TRAPNO], r[REG_EFL] & FLAGS, r[REG_RCX]};
    uint32_t *csr = &uc->uc_mcontext.fpregs->mxcsr;
    uint8_t same = si->si_addr == (void *)r[REG_RIP];
    v.traps++;
    add(seen, sizeof seen);
    add(&same, 1);
    add(csr, 4);
    add(uc->uc_mcontext.fpregs->_xmm, sizeof uc->uc_mcontext.fpregs->_xmm);
    *csr |= MASKED;
}

#define LOAD(n)  "vmovdqa 32*" #n "(%[in]), %%ymm" #n "\n"
#define STORE(n) "vmovdqa %%ymm" #n ", 32*(16+" #n ")(%[in])\n"
#define ALL(F) \
    F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14) F(15)

/* Flags are an addition's that stands in front of the instruction. */
#define ROW(name, text)                                                                \
    static void name(void)                                                             \
    {                                                                                  \
        __asm__ volatile(                                                              \
            ALL(LOAD) "ldmxcsr %[csr]\n"                                               \
                      "mov %[gpr], %%rcx\n"                                            \
                      "add $-77, %%rcx\n" text "\n"                                    \
                      "pushf; pop %[flags]\n"                                          \
                      "mov %%rcx, %[gpr]\n"                                            \
                      "stmxcsr %[out]\n" ALL(STORE) "vzeroupper; ldmxcsr %[masked]"    \
            : [gpr] "+m"(v.gpr), [flags] "=m"(v.flags), [out] "=m"(v.csr_out)          \
            : [in] "r"(v.in), [csr] "m"(v.csr), [masked] "m"(v.masked), [m] "m"(v.mem) \
            : "rcx", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",   \
              "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",      \
              "xmm14", "xmm15");                                                       \
    }

/* clang-format off */
#define ROWS(R)                                                                            \
    R(addsd,    "addsd %%xmm1, %%xmm2")           R(addsd_m,   "addsd %[m], %%xmm3")       \
    R(addss_hi, "addss %%xmm15, %%xmm14")         R(subps,     "subps %%xmm4, %%xmm5")     \
    R(mulpd,    "mulpd %[m], %%xmm6")             R(mulpd_hi,  "mulpd %%xmm1, %%xmm15")    \
    R(divss,    "divss %%xmm7, %%xmm1")           R(divpd,     "divpd %%xmm2, %%xmm8")     \
    R(divps_m,  "divps %[m], %%xmm14")            R(minsd,     "minsd %%xmm9, %%xmm2")     \
    R(maxps,    "maxps %%xmm3, %%xmm4")           R(sqrtsd,    "sqrtsd %%xmm5, %%xmm6")    \
    R(sqrtps,   "sqrtps %%xmm10, %%xmm11")        R(addsubps,  "addsubps %%xmm1, %%xmm2")  \
    R(haddpd,   "haddpd %%xmm12, %%xmm13")        R(cmppd,     "cmpltpd %%xmm1, %%xmm2")   \
    R(cmpss,    "cmpunordss %[m], %%xmm3")        R(dpps,      "dpps $0xf1, %%xmm1, %%xmm2") \
    R(roundsd,  "roundsd $4, %%xmm1, %%xmm2")     R(roundps,   "roundps $2, %%xmm3, %%xmm4") \
    R(comisd,   "comisd %%xmm1, %%xmm2")          R(ucomiss,   "ucomiss %[m], %%xmm14")    \
    R(comiss_f, "comiss %%xmm3, %%xmm4; setc %%cl") R(cvtss2sd, "cvtss2sd %%xmm1, %%xmm2") \
    R(cvtsd2ss, "cvtsd2ss %[m], %%xmm2")          R(cvtps2pd,  "cvtps2pd %%xmm3, %%xmm4")  \
    R(cvtpd2ps, "cvtpd2ps %%xmm5, %%xmm15")       R(cvtdq2ps,  "cvtdq2ps %%xmm1, %%xmm2")  \
    R(cvtps2dq, "cvtps2dq %%xmm1, %%xmm2")        R(cvttpd2dq, "cvttpd2dq %[m], %%xmm2")   \
    R(cvtsi2ss, "cvtsi2ss %%rcx, %%xmm2")         R(cvtsi2sd,  "cvtsi2sd %%rcx, %%xmm14")  \
    R(cvttsd2si, "cvttsd2si %%xmm1, %%rcx")       R(cvtss2si,  "cvtss2si %[m], %%ecx")     \
    R(cvtpi2ps, "cvtpi2ps %[m], %%xmm1")          R(vaddsd,    "vaddsd %%xmm1, %%xmm2, %%xmm3") \
    R(vmulps,   "vmulps %%ymm4, %%ymm5, %%ymm6")  R(vsubpd_m,  "vsubpd %[m], %%ymm7, %%ymm8") \
    R(vdivpd,   "vdivpd %%ymm14, %%ymm15, %%ymm1") R(vdivss_hi, "vdivss %%xmm1, %%xmm14, %%xmm15") \
    R(vsqrtpd,  "vsqrtpd %%ymm9, %%ymm10")        R(vcmpps,    "vcmpps $0x1d, %%ymm1, %%ymm2, %%ymm3") \
    R(vfma132,  "vfmadd132sd %%xmm1, %%xmm2, %%xmm3") R(vfma213, "vfmsub213ps %%ymm4, %%ymm5, %%ymm6") \
    R(vfma231,  "vfnmadd231pd %[m], %%ymm7, %%ymm8") R(vfma_hi, "vfnmsub231ss %%xmm14, %%xmm1, %%xmm15") \
    R(vcvtph2ps, "vcvtph2ps %%xmm1, %%ymm2")      R(vcvtps2ph, "vcvtps2ph $4, %%ymm3, %%xmm4") \
    R(vcvtps2ph_m, "vcvtps2ph $1, %%ymm3, %[m]; vmovdqa %[m], %%ymm4") \
    R(two,      "addsd %%xmm1, %%xmm2; divsd %%xmm3, %%xmm2; cvttsd2si %%xmm2, %%rcx")
/* clang-format on */

ROWS(ROW)

static const struct {
    const char *name;
    void (*fn)(void);
} rows[] = {
#define ENTRY(name, text) {#name, name},
    ROWS(ENTRY)
#undef ENTRY
};

/* Numbers of all kinds: lanes of 32 and of 64 bits, and as two halves. */
static uint64_t number(unsigned n)
{
    static const uint64_t kinds[] = {
        0x3ff8000000000000, 0x0000000000000000, 0x8000000000000000, 0x7ff0000000000000,
        0xfff0000000000000, 0x7ff4000000000000, 0xfff8000000000001, 0x7fefffffffffffff,
        0x0010000000000000, 0x0000000000000007, 0xc0590ccccccccccd, 0x41f0000000000000,
        0x3fc000003fc00000, 0x0000000000000001, 0x7f8000007f7fffff, 0x7fa00000ffc00000,
        0x0000000100800000, 0xc0490fdb00000000, 0x4b8000014f000000, 0x3c007bff04000001,
    };
    return kinds[n % (sizeof kinds / sizeof *kinds)];
}

static void fill(unsigned round)
{
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned k = 0; k < 4; k++) {
            uint64_t n = number(round * 7 + i * (round % 5 + 1) + k * (round % 3));
            memcpy(v.in[i] + 8 * k, &n, 8);
        }
    }
    memcpy(v.mem, v.in[round % 16], 32);
    v.gpr = number(round) >> (round % 40);
}

static void run_rows(void)
{
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        v.traps = 0;
        v.hash = UINT64_C(0xcbf29ce484222325);
        for (unsigned round = 0; round < 200; round++) {
            fill(round);
            v.csr = MASKED & ~(0x80u << round % 6 | (round & 64 ? 0x1f80u : 0));
            v.csr |= (round >> 3 & 3) << 13 | (round & 32 ? 0x8000 : 0) |
                     (round % 11 ? 0 : 0x40);
            rows[i].fn();
            add(v.out, sizeof v.out);
            add(&v.gpr, 8);
            v.flags &= FLAGS;
            add(&v.flags, 8);
            add(&v.csr_out, 4);
        }
        printf("%s: %u traps, %016llx\n", rows[i].name, (unsigned)v.traps,
               (unsigned long long)v.hash);
    }
}

/* In a loop that runs for a while. */
static volatile double quotient;
static sigjmp_buf back;
static volatile unsigned at;

static void on_division(int sig)
{
    siglongjmp(back, 1);
}

static void divide(const double *a, const double *b)
{
    double sum = 0;
    for (at = 0; at < 50000; at++) {
        sum += a[at] / b[at];
    }
    quotient = sum;
}

static void test_loop(void)
{
    static double a[50000], b[50000];
    for (unsigned i = 0; i < 50000; i++) {
        a[i] = i;
        b[i] = i == 43210 ? 0 : 3;
    }
    signal(SIGFPE, on_division);
    if (sigsetjmp(back, 1)) {
        __builtin_ia32_ldmxcsr(MASKED);
        printf("division by zero at %u\n", at);
        return;
    }
    __builtin_ia32_ldmxcsr(MASKED & ~0x200);
    divide(a, b);
    puts("no division by zero");
}

/* Sent by somebody, SIGFPE is a signal like others; so are two of faults at once. */
static volatile sig_atomic_t count[65];

static void counter(int sig)
{
    count[sig]++;
}

static void test_sent(void)
{
    static const int sigs[] = {SIGSEGV, SIGUSR1, SIGFPE, SIGBUS, SIGUSR2};
    sigset_t set, pending;
    for (unsigned i = 0; i < 5; i++) {
        signal(sigs[i], counter);
    }
    for (unsigned k = 0; k < 100; k++) {
        for (unsigned i = 0; i < 5; i++) {
            kill(getpid(), sigs[(i + k) % 5]);
        }
    }
    printf("sent: %d %d %d %d %d\n", count[SIGSEGV], count[SIGUSR1], count[SIGFPE],
           count[SIGBUS], count[SIGUSR2]);
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    for (unsigned i = 0; i < 5; i++) {
        kill(getpid(), sigs[i]);
    }
    sigpending(&pending);
    printf("pending: %d %d\n", sigismember(&pending, SIGFPE), count[SIGFPE]);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    printf("sent: %d %d %d %d %d\n", count[SIGSEGV], count[SIGUSR1], count[SIGFPE],
           count[SIGBUS], count[SIGUSR2]);
}

/* One that is ignored does not interrupt system calls. */
static void test_ignored(void)
{
    pid_t parent = getpid(), child;
    int fd[2];
    if (pipe(fd)) {
        return;
    }
    signal(SIGFPE, SIG_IGN);
    child = fork();
    if (!child) {
        usleep(100000);
        kill(parent, SIGFPE);
        usleep(100000);
        _exit(write(fd[1], "x", 1) != 1);
    }
    struct pollfd p = {.fd = fd[0], .events = POLLIN};
    printf("ignored: %d\n", poll(&p, 1, 5000));
    waitpid(child, NULL, 0);
}

/* Another process sends them, faster than they are taken. */
static void test_many(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGFPE};
    pid_t parent = getpid(), child;
    for (unsigned i = 0; i < 3; i++) {
        count[sigs[i]] = 0;
        signal(sigs[i], counter);
    }
    child = fork();
    for (unsigned i = 0; !child && i < 3000; i++) {
        kill(parent, sigs[i % 3]);
    }
    if (!child) {
        _exit(0);
    }
    while (waitpid(child, NULL, WNOHANG) != child) {
    }
    printf("many: %d %d %d\n", count[SIGSEGV] > 0, count[SIGBUS] > 0, count[SIGFPE] > 0);
}

/* Blocked, it is the end. */
int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    sigset_t set;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("f16c")) {
        puts("needs a CPU with AVX2, FMA and F16C");
        return 77;
    }
    v.masked = MASKED;
    sigaction(SIGFPE, &sa, NULL);
    run_rows();
    test_loop();
    test_sent();
    fflush(stdout);
    test_ignored();
    fflush(stdout);
    test_many();
    fflush(stdout);
    signal(SIGFPE, counter);
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    v.csr = 0;
    fill(3);
    two();
    puts("not reached");
    return 0;
}
