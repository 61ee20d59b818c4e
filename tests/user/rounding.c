/* User program: x87 control words: each operation behind one, over branches, signals and
 * images. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

enum { PAGE = 4096, NEAREST = 0x37f, DOWN = 0x77f, UP = 0xb7f, TRUNCATE = 0xf7f };

/* What the operations work on, and what they leave. */
static struct {
    uint16_t cw, other, back;
    uint32_t n;
    long double x, y;
    float f32;
    double f64;
    int16_t i16;
    int32_t i32;
    uint8_t stored[16];
    uint8_t above;
    uint8_t end[108];
    _Alignas(16) uint8_t image[512];
} v;

/* Operations of all classes, between b and a. */
/* clang-format off */
#define OPS(OP, b, a)                                                                      \
    OP(b, a, "fadd %%st(1)")  OP(b, a, "fsub %%st(1)") OP(b, a, "fmul %%st(1)")            \
    OP(b, a, "fdiv %%st(1)")  OP(b, a, "faddp")        OP(b, a, "fmulp")                   \
    OP(b, a, "fadds %[f32]")  OP(b, a, "faddl %[f64]") OP(b, a, "fiadds %[i16]")           \
    OP(b, a, "fidivl %[i32]") OP(b, a, "fsqrt")        OP(b, a, "frndint")                 \
    OP(b, a, "fscale")        OP(b, a, "fprem")        OP(b, a, "fprem1")                  \
    OP(b, a, "fxtract")       OP(b, a, "fldpi")        OP(b, a, "fldl2t")                  \
    OP(b, a, "fldl2e")        OP(b, a, "fldlg2")       OP(b, a, "fldln2")                  \
    OP(b, a, "fld1")          OP(b, a, "fchs")         OP(b, a, "fxch")                    \
    OP(b, a, "fcom %%st(1)")  OP(b, a, "fxam")         OP(b, a, "fld %%st(0)")             \
    OP(b, a, "flds %[f32]")   OP(b, a, "fildl %[i32]") OP(b, a, "fsts %[st]")              \
    OP(b, a, "fstl %[st]")    OP(b, a, "fstps %[st]")  OP(b, a, "fstpl %[st]")             \
    OP(b, a, "fstpt %[st]")   OP(b, a, "fists %[st]")  OP(b, a, "fistl %[st]")             \
    OP(b, a, "fistps %[st]")  OP(b, a, "fistpl %[st]") OP(b, a, "fistpll %[st]")           \
    OP(b, a, "fisttps %[st]") OP(b, a, "fisttpl %[st]") OP(b, a, "fisttpll %[st]")         \
    OP(b, a, "fbstp %[st]")   OP(b, a, "fistpl %[st]; fistpll 8+%[st]")                    \
    OP(b, a, "fistpll %[st]; fadds %[f32]") OP(b, a, "fldcw %[other]; fistpl %[st]")       \
    OP(b, a, "fldcw %[other]; fldcw %[cw]; fsqrt")                                         \
    OP(b, a, "fldcw %[back]; fistpl %[st]; fldcw %[cw]; frndint")

/* What stands between FLDCW and the operation, and behind that. */
#define CAST "fld %%st(0); fistpl %[st]; "
#define SHAPES(SHAPE)                                                                      \
    SHAPE(plain,   "",                                           "")                       \
    SHAPE(back,    "",                                           "fldcw %[back]")          \
    SHAPE(again,   "fldcw %[other]; fldcw %[cw]",                "fldcw %[back]")          \
    SHAPE(join,    "testl $1,%[n]; jz 7f; fchs; 7:",             "fldcw %[back]")          \
    SHAPE(either,  "testl $1,%[n]; jz 7f; fldcw %[other]; 7:",   "fldcw %[back]")          \
    SHAPE(leave,   "lea 7f(%%rip),%%rax; jmp *%%rax; 7:",        "fldcw %[back]")          \
    SHAPE(loop,    "movl $3,%%ecx; 7: " CAST "decl %%ecx; jnz 7b", "fldcw %[back]")        \
    SHAPE(casts,   "movl $3,%%ecx; 7: fldcw %[cw]; " CAST                                  \
                   "fldcw %[other]; decl %%ecx; jnz 7b",         "")                       \
    SHAPE(fninit,  "fninit",                                     "fldcw %[back]")          \
    SHAPE(fnstenv, "fnstenv %[image]",                           "fldcw %[back]")          \
    SHAPE(fldenv,  "fnstenv %[image]; fldcw %[other]; fldenv %[image]", "fldcw %[back]")   \
    SHAPE(frstor,  "fnsave %[image]; frstor %[image]",           "fldcw %[back]")          \
    SHAPE(fxrstor, "fxsave %[image]; fninit; fxrstor %[image]",  "fldcw %[back]")          \
    SHAPE(fnstcw,  "fnstcw %[st]; fldcw %[other]; fldcw %[st]",  "fldcw %[back]")

/* Flags are set in front of FLDCW, and looked at behind the operation. */
#define RUN(before, after, op)                                                             \
    __asm__ volatile(                                                                      \
        "fninit; fldt %[y]; fldt %[x]; fldcw %[other]; cmpl $2,%[n]; fldcw %[cw]\n\t"      \
        before "\n\t" op "\n\t" after "\n\tseta %[above]; fnsave %[end]"                   \
        : [st] "+m"(v.stored), [image] "+m"(v.image), [end] "=m"(v.end),                   \
          [above] "=m"(v.above)                                                            \
        : [cw] "m"(v.cw), [other] "m"(v.other), [back] "m"(v.back), [n] "m"(v.n),          \
          [x] "m"(v.x), [y] "m"(v.y), [f32] "m"(v.f32), [f64] "m"(v.f64),                  \
          [i16] "m"(v.i16), [i32] "m"(v.i32)                                               \
        : "rax", "rcx", "cc");                                                             \
    digest();

#define FUNCTION(name, before, after) static void name(void) { OPS(RUN, before, after) }
#define ROW(name, before, after) {#name, name},
/* clang-format on */

static uint64_t hash;

static void mix(const void *p, size_t n)
{
    for (const uint8_t *b = p; n--; b++) {
        hash = (hash ^ *b) * 0x100000001b3;
    }
}

/* All but the pointers. */
static void digest(void)
{
    mix(v.stored, sizeof v.stored);
    mix(&v.above, sizeof v.above);
    mix(v.end, 12);
    mix(v.end + 28, sizeof v.end - 28);
    memset(v.stored, 0xee, sizeof v.stored);
}

SHAPES(FUNCTION)
static const struct {
    const char *name;
    void (*run)(void);
} shapes[] = {SHAPES(ROW)};

static void operations(void)
{
    static const long double values[] = {
        1.5L,      -2.5L,      0.1L, 32767.5L, -2147483648.5L, 9223372036854775806.5L,
        -1 / 3.0L, 0x1p-16440L};
    enum { NR = sizeof values / sizeof values[0] };

    for (unsigned s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        for (unsigned cw = 0; cw < 16; cw++) {
            if ((cw & 3) == 1) {
                continue; /* reserved precision */
            }
            hash = 0xcbf29ce484222325;
            v.cw = 0x7f | cw << 8;
            for (unsigned k = 0; k < 3 * NR; k++) {
                v.n = k;
                v.x = values[k % NR];
                v.y = values[(k * 5 + 3) % NR];
                v.other = k & 1 ? NEAREST : 0x7f | (cw * 5 + k) % 4 << 10;
                v.back = k & 2 ? NEAREST : UP;
                shapes[s].run();
            }
            printf("%s %04x: %016llx\n", shapes[s].name, v.cw, (unsigned long long)hash);
        }
    }
}

/* ---- signals ---- */

static uint8_t *page;
static volatile int faults;

/* Shows the interrupted control word, and changes it in the frame. */
static void trap(int sig, siginfo_t *info, void *context)
{
    struct _libc_fpstate *fp = ((ucontext_t *)context)->uc_mcontext.fpregs;
    uint32_t mxcsr;
    uint16_t own;

    __asm__ volatile("fnstcw %0; stmxcsr %1" : "=m"(own), "=m"(mxcsr));
    printf("signal %d: cwd %04x swd %04x mxcsr %04x, handler %04x %04x\n", sig, fp->cwd,
           fp->swd, fp->mxcsr, own, mxcsr);
    own = DOWN;
    __asm__ volatile("fldcw %0" ::"m"(own));
    if (sig == SIGSEGV) {
        faults++;
        mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    } else {
        fp->cwd ^= 0xc00;
    }
}

/* A store that faults between two FLDCW, with each rounding; then a frame that says
 * another rounding than that of the last FLDCW. */
static void signals(void)
{
    static const uint16_t words[] = {NEAREST, DOWN, UP, TRUNCATE};
    struct sigaction sa = {.sa_sigaction = trap, .sa_flags = SA_SIGINFO};
    long double x = -2.75L;
    uint32_t mxcsr = 0x5f80; /* up */
    uint16_t nearest = NEAREST, after;

    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGTRAP, &sa, NULL);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
    for (unsigned i = 0; i < 4; i++) {
        int64_t stored, near;
        mprotect(page, PAGE, PROT_NONE);
        __asm__ volatile("fldt %3; fldcw %2; fistpll %0; fldcw %4; fldt %3; fistpll %1"
                         : "=m"(*(int64_t *)page), "=m"(near)
                         : "m"(words[i]), "m"(x), "m"(nearest));
        printf("%04x: %lld %lld\n", words[i], *(long long *)page, (long long)near);
        __asm__ volatile("fldt %3; fldcw %2; int3; fistpll %0; fnstcw %1; fldcw %4"
                         : "=m"(stored), "=m"(after)
                         : "m"(words[i]), "m"(x), "m"(nearest));
        printf("%04x: %lld, then %04x\n", words[i], (long long)stored, after);
    }
    printf("%d faults\n", faults);
}

static volatile int ticks;
static uint16_t cw_of_cast;

/* Casts in the handler, too. */
static void tick(int sig, siginfo_t *info, void *context)
{
    static volatile long double x = 7.75L;
    uint16_t cwd = ((ucontext_t *)context)->uc_mcontext.fpregs->cwd;

    if ((int)x != 7 || (cwd != NEAREST && cwd != cw_of_cast)) {
        printf("cwd %04x in the frame\n", cwd);
    }
    ticks++;
}

/* Signals at any place of casts. */
static void interrupts(void)
{
    struct itimerval often =
                         {
                             {0, 1000},
                             {0, 1000}
    },
                     never = {{0, 0}, {0, 0}};
    struct sigaction sa = {.sa_sigaction = tick, .sa_flags = SA_SIGINFO};
    uint16_t nearest = NEAREST;
    uint64_t wrong = 0;

    cw_of_cast = TRUNCATE;
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (uint32_t i = 0; ticks < 50; i++) {
        long double x = i + 0.75L;
        int64_t down, near;
        __asm__ volatile("fldt %3; fldcw %2; fistpll %0; fldcw %4; fldt %3; fistpll %1"
                         : "=m"(down), "=m"(near)
                         : "m"(cw_of_cast), "m"(x), "m"(nearest));
        wrong += down != i || near != (int64_t)i + 1;
    }
    setitimer(ITIMER_REAL, &never, NULL);
    printf("wrong: %llu\n", (unsigned long long)wrong);
}

int main(void)
{
    v.f32 = 0.3f;
    v.f64 = 1e-3;
    v.i16 = -7;
    v.i32 = 3;
    operations();
    signals();
    interrupts();
    return 0;
}
