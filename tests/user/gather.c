/* User program: gathers: all forms, masks, and what is done of one that faults. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { PAGE = 4096 };

typedef union Vec {
    uint8_t b[32];
    uint32_t d[8];
    uint64_t q[4];
} Vec;

/* Data, index and mask in registers 0, 1, 2, or in those whose numbers are given. */
#define GATHER(name, insn, d, i, m, data, index, mask)                                   \
    static void name(const void *base, Vec *v)                                           \
    {                                                                                    \
        __asm__ volatile("vmovdqu (%1), %%ymm" #d "\n\tvmovdqu 32(%1), %%ymm" #i         \
                         "\n\tvmovdqu 64(%1), %%ymm" #m "\n\t" insn " %%" mask #m ","    \
                         " 8(%0,%%" index #i ",4), %%" data #d "\n\tvmovdqu %%ymm" #d    \
                         ", (%1)\n\tvmovdqu %%ymm" #m ", 64(%1)\n\tvzeroupper"           \
                         :                                                               \
                         : "r"(base), "r"(v)                                             \
                         : "memory", "xmm0", "xmm1", "xmm2", "xmm13", "xmm14", "xmm15"); \
    }

/* clang-format off */
#define FORMS(FORM)                                            \
    FORM(dd_256, "vpgatherdd", 0, 1, 2, "ymm", "ymm", "ymm")   \
    FORM(dd_128, "vpgatherdd", 0, 1, 2, "xmm", "xmm", "xmm")   \
    FORM(dq_256, "vpgatherdq", 0, 1, 2, "ymm", "xmm", "ymm")   \
    FORM(dq_128, "vpgatherdq", 0, 1, 2, "xmm", "xmm", "xmm")   \
    FORM(qd_256, "vpgatherqd", 0, 1, 2, "xmm", "ymm", "xmm")   \
    FORM(qd_128, "vpgatherqd", 0, 1, 2, "xmm", "xmm", "xmm")   \
    FORM(qq_256, "vpgatherqq", 0, 1, 2, "ymm", "ymm", "ymm")   \
    FORM(dps,    "vgatherdps", 13, 1, 2, "ymm", "ymm", "ymm")  \
    FORM(dpd,    "vgatherdpd", 0, 13, 2, "ymm", "xmm", "ymm")  \
    FORM(qps,    "vgatherqps", 0, 1, 13, "xmm", "ymm", "xmm")  \
    FORM(qpd,    "vgatherqpd", 14, 15, 13, "ymm", "ymm", "ymm") \
    FORM(dps_14, "vgatherdps", 0, 14, 2, "ymm", "ymm", "ymm")  \
    FORM(dps_15, "vgatherdps", 0, 2, 15, "ymm", "ymm", "ymm")
FORMS(GATHER)
static const struct {
    const char *name;
    void (*run)(const void *base, Vec *v);
    int index64;
} forms[] = {
#define ROW(name, insn, d, i, m, data, index, mask) {#name, name, insn[sizeof insn - 3] == 'q' || insn[sizeof insn - 4] == 'q'},
    FORMS(ROW)
};
/* clang-format on */
enum { NR_FORMS = sizeof forms / sizeof forms[0] };

static char *area; /* a page, and one behind it that may not be touched at first */
static volatile int faults;
static uint32_t mask_at_fault, data_at_fault;

static void fault(int sig, siginfo_t *si, void *context)
{
    ucontext_t *u = context;

    faults++;
    data_at_fault = u->uc_mcontext.fpregs->_xmm[0].element[0];
    mask_at_fault = u->uc_mcontext.fpregs->_xmm[2].element[0];
    printf("fault at %+d\n", (int)((char *)si->si_addr - area - PAGE));
    mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static void show(const char *name, const Vec *v)
{
    printf("%-8s", name);
    for (int i = 0; i < 8; i++) {
        printf(" %08x", v[0].d[i]);
    }
    printf(" mask");
    for (int i = 0; i < 8; i++) {
        printf(" %x", v[2].d[i]);
    }
    printf("\n");
}

/* Indices as the form has them: `at` of element `far`, small ones else. */
static void fill(Vec *v, unsigned form, int far, int64_t at)
{
    memset(v, 0x11, 3 * sizeof *v);
    for (int i = 0; i < (forms[form].index64 ? 4 : 8); i++) {
        int64_t x = i == far ? at : 7 * i - 3;

        if (forms[form].index64) {
            v[1].q[i] = x;
        } else {
            v[1].d[i] = x;
        }
    }
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    Vec v[3];

    if (!__builtin_cpu_supports("avx2")) {
        printf("no AVX2\n");
        return 0;
    }
    area =
        mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PAGE / 4; i++) {
        ((uint32_t *)area)[i] = 0x1000000 + i;
    }
    mprotect(area + PAGE, PAGE, PROT_NONE);
    sigaction(SIGSEGV, &sa, NULL);
    for (unsigned f = 0; f < NR_FORMS; f++) {
        for (unsigned m = 0; m < 256; m += 85) { /* which elements are asked for */
            fill(v, f, -1, 0);
            for (int i = 0; i < 8; i++) {
                v[2].d[i] = m >> i & 1 ? 0xffffffff : 0x7fffffff;
            }
            forms[f].run(area + PAGE / 2, v);
            show(forms[f].name, v);
        }
    }
    for (unsigned f = 0; f < NR_FORMS; f++) {
        for (int k = 0; k < 8;
             k++) { /* an element that is behind the end, of all or some */
            int far = k & 1 ? 3 : 1;

            fill(v, f, far, PAGE / 8 + 3);
            for (int i = 0; i < 8; i++) {
                v[2].d[i] = k >> 1 & 1 && i == k >> 2 ? 0x7fffffff : 0xffffffff;
            }
            mask_at_fault = data_at_fault = 0;
            mprotect(area + PAGE, PAGE, PROT_NONE);
            forms[f].run(area + PAGE / 2, v);
            show(forms[f].name, v);
            if (f == 0) { /* what was done of the first element */
                printf("data %x mask %x\n", data_at_fault, mask_at_fault);
            }
        }
    }
    printf("%d faults\n", faults);
    return 0;
}
