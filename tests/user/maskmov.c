/* User program: masked moves: all forms, masks, those that fault, and stores into code.
 */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

typedef union Vec {
    uint8_t b[32];
    uint32_t d[8];
    uint64_t q[4];
} Vec;

/* Of data and mask at v and v + 1; all of the data register goes back to v. */
#define MOVE(name, insn, reg, d, m, operands)                                    \
    static void name(void *at, Vec *v)                                           \
    {                                                                            \
        __asm__ volatile("vmovdqu (%1), %%ymm" #d "\n\tvmovdqu 32(%1), %%ymm" #m \
                         "\n\t" insn " " operands "\n\tvmovdqu %%ymm" #d         \
                         ", (%1)\n\tvzeroupper"                                  \
                         :                                                       \
                         : "r"(at), "r"(v)                                       \
                         : "memory", "xmm0", "xmm1", "xmm13", "xmm14", "xmm15"); \
    }
#define LOAD(r, d, m)  "(%0), %%" r #m ", %%" r #d
#define STORE(r, d, m) "%%" r #d ", %%" r #m ", (%0)"

/* clang-format off */
#define FORMS(FORM)                                        \
    FORM(ps_128, "vmaskmovps", "xmm", 0, 1)                \
    FORM(ps_256, "vmaskmovps", "ymm", 0, 1)                \
    FORM(pd_128, "vmaskmovpd", "xmm", 0, 13)               \
    FORM(pd_256, "vmaskmovpd", "ymm", 13, 0)               \
    FORM(d_128,  "vpmaskmovd", "xmm", 13, 14)              \
    FORM(d_256,  "vpmaskmovd", "ymm", 15, 1)               \
    FORM(q_128,  "vpmaskmovq", "xmm", 1, 15)               \
    FORM(q_256,  "vpmaskmovq", "ymm", 14, 15)              \
    FORM(same,   "vpmaskmovd", "ymm", 1, 1)
#define BOTH(name, insn, r, d, m)                    \
    MOVE(load_##name, insn, r, d, m, LOAD(r, d, m))  \
    MOVE(store_##name, insn, r, d, m, STORE(r, d, m))
FORMS(BOTH)
static const struct {
    const char *name;
    void (*load)(void *at, Vec *v);
    void (*store)(void *at, Vec *v);
} forms[] = {
#define ROW(name, insn, r, d, m) {#name, load_##name, store_##name},
    FORMS(ROW)
};
/* clang-format on */
enum { NR_FORMS = sizeof forms / sizeof forms[0] };

static uint8_t *area; /* a page, and one behind it that may not be touched at first */
static int faults, rights;

static void fault(int sig, siginfo_t *si, void *context)
{
    faults++;
    printf("fault at %+d\n", (int)((uint8_t *)si->si_addr - area - PAGE));
    mprotect(area + PAGE, PAGE, rights);
}

static void show(const char *what, const char *name, const uint8_t *at, const Vec *v)
{
    printf("%s %-6s", what, name);
    for (int i = 0; i < 32; i++) {
        printf("%s%02x", i % 4 ? "" : " ", at[i]);
    }
    for (int i = 0; i < 8; i++) {
        printf(" %08x", v->d[i]);
    }
    printf("\n");
}

static void fill(Vec *v, uint8_t *at, unsigned mask)
{
    for (int i = 0; i < 8; i++) {
        v[0].d[i] = 0x11111111 * i;
        v[1].d[i] = (mask >> i & 1 ? 0x80000000 : 0x7fffff00) + i;
    }
    for (int i = 0; i < 32 && at + i < area + PAGE; i++) {
        at[i] = 0xa0 + i;
    }
}

static void all_masks(unsigned f)
{
    Vec v[2];
    uint8_t *at = area + 37;

    for (unsigned mask = 0; mask < 256; mask += 5) {
        fill(v, at, mask);
        forms[f].load(at, v);
        show("load", forms[f].name, at, v);
        fill(v, at, mask);
        forms[f].store(at, v);
        show("store", forms[f].name, at, v);
    }
}

/* The third element of four bytes, and what follows, is behind the end. */
static void behind_end(unsigned f)
{
    Vec v[2];
    uint8_t *at = area + PAGE - 8;

    for (unsigned mask = 0; mask < 256; mask += 5) {
        rights = PROT_READ;
        mprotect(area + PAGE, PAGE, PROT_NONE);
        fill(v, at, mask);
        forms[f].load(at, v);
        rights = PROT_READ | PROT_WRITE;
        mprotect(area + PAGE, PAGE, rights);
        show("load", forms[f].name, at, v);
        mprotect(area + PAGE, PAGE, PROT_READ);
        fill(v, at, mask);
        forms[f].store(at, v);
        show("store", forms[f].name, at, v);
        memset(area + PAGE, 0x55, 64);
    }
}

/* A function whose number, the second element of four bytes, a masked store changes. */
static void into_code(void)
{
    static const uint8_t bytes[] = {0xb8, 1, 2, 3, 4, 0xc3}; /* mov $.., %eax; ret */
    uint8_t *code = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *fn = code + PAGE - 5; /* the number ends with the page */
    uint32_t (*run)(void) = (uint32_t(*)(void))fn;

    memcpy(fn, bytes, sizeof bytes);
    for (unsigned f = 0; f < NR_FORMS - 1; f++) {
        for (unsigned mask = 0; mask < 4; mask++) {
            Vec v[2] = {{.d = {0xb8909090, f * 16 + mask}}}; /* the first ends in MOV */

            v[1].d[0] = mask << 30 & 0x80000000;
            v[1].d[1] = mask << 31;
            forms[f].store(fn - 3, v);
            printf("code %-6s %x %02x\n", forms[f].name, run(), fn[-1]);
        }
    }
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};

    if (!__builtin_cpu_supports("avx2")) {
        printf("no AVX2\n");
        return 0;
    }
    area =
        mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sigaction(SIGSEGV, &sa, NULL);
    for (unsigned f = 0; f < NR_FORMS; f++) {
        all_masks(f);
        behind_end(f);
    }
    into_code();
    printf("%d faults\n", faults);
    return 0;
}
