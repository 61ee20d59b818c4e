/* User program: repeated string instructions: counts, directions, overlaps, flags,
 * faults, code that they change. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

typedef struct Regs {
    uint64_t rax, rcx, rsi, rdi, flags;
} Regs;

enum { FLAGS = 0x8d5, DF = 0x400, PAGE = 4096 };

#define STRING(name, text)                                                         \
    static void name(Regs *r)                                                      \
    {                                                                              \
        __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %4\n\tpopfq\n\t" text     \
                         "\n\tpushfq\n\tpop %4\n\tcld\n\tlea 128(%%rsp), %%rsp"    \
                         : "+a"(r->rax), "+c"(r->rcx), "+S"(r->rsi), "+D"(r->rdi), \
                           "+r"(r->flags)                                          \
                         :                                                         \
                         : "cc", "memory");                                        \
        r->flags &= FLAGS;                                                         \
    }

STRING(movsb, "rep movsb")
STRING(movsw, "rep movsw")
STRING(movsl, "rep movsl")
STRING(movsq, "rep movsq")
STRING(stosb, "rep stosb")
STRING(stosw, "rep stosw")
STRING(stosl, "rep stosl")
STRING(stosq, "rep stosq")
STRING(lodsb, "rep lodsb")
STRING(lodsq, "rep lodsq")
STRING(cmpsb, "repe cmpsb")
STRING(cmpsl, "repe cmpsl")
STRING(cmpsq_ne, "repne cmpsq")
STRING(scasb, "repne scasb")
STRING(scasw, "repne scasw")
STRING(scasq_e, "repe scasq")
STRING(movsb_short_address, "rep addr32 movsb")

static const struct {
    const char *name;
    void (*run)(Regs *r);
    unsigned size;
} strings[] = {
    {"movsb",    movsb,               1},
    {"movsw",    movsw,               2},
    {"movsl",    movsl,               4},
    {"movsq",    movsq,               8},
    {"stosb",    stosb,               1},
    {"stosw",    stosw,               2},
    {"stosl",    stosl,               4},
    {"stosq",    stosq,               8},
    {"lodsb",    lodsb,               1},
    {"lodsq",    lodsq,               8},
    {"cmpsb",    cmpsb,               1},
    {"cmpsl",    cmpsl,               4},
    {"cmpsq_ne", cmpsq_ne,            8},
    {"scasb",    scasb,               1},
    {"scasw",    scasw,               2},
    {"scasq_e",  scasq_e,             8},
    {"addr32",   movsb_short_address, 1},
};
enum { NR_STRINGS = sizeof strings / sizeof strings[0] };

static char *area; /* below 4 GiB; a page that nothing may touch lies behind */
enum { AREA = 4 << 20 };

enum { FIRST = 100 << 10, LAST = 8 << 10 };

/* Of the places that tests write, or of everything. */
static uint64_t hash(int all)
{
    uint64_t h = 1;
    for (unsigned i = 0; i < AREA / 8; i++) {
        if (!all && i == FIRST / 8) {
            i = (AREA - LAST) / 8;
        }
        h = (h ^ ((uint64_t *)area)[i]) * 0x9e3779b97f4a7c15;
        h ^= h >> 29;
    }
    return h;
}

static void fill(unsigned period)
{
    for (unsigned i = 0; i < FIRST; i++) {
        area[i] = i % period;
    }
    memset(area + FIRST, 0, AREA - FIRST);
}

static void show(const char *name, const Regs *r, int all)
{
    printf("%s rax=%llx rcx=%llx rsi=%llx rdi=%llx flags=%llx memory=%llx\n", name,
           (unsigned long long)r->rax, (unsigned long long)r->rcx,
           (unsigned long long)r->rsi - (uintptr_t)area,
           (unsigned long long)r->rdi - (uintptr_t)area, (unsigned long long)r->flags,
           (unsigned long long)hash(all));
}

static void run(unsigned i, uint64_t count, long from, long to, uint64_t flags)
{
    Regs r = {0x0706050403020100, count, (uintptr_t)area + from, (uintptr_t)area + to,
              flags};
    strings[i].run(&r);
    show(strings[i].name, &r, count > 100000);
}

static void test_counts(void)
{
    static const uint64_t counts[] = {0, 1, 2, 7, 250, 251, 600};
    for (unsigned i = 0; i < NR_STRINGS; i++) {
        fill(251);
        for (unsigned k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            for (unsigned down = 0; down < 2; down++) {
                run(i, counts[k], 10000, 20000 + 251 * 16 + k % 2,
                    (k % 2 ? FLAGS : 2) | (down ? DF : 0));
            }
        }
    }
}

static void test_overlaps(void)
{
    static const int by[] = {-3, -1, 0, 1, 3, 8, 4096};
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned k = 0; k < sizeof by / sizeof by[0]; k++) {
            fill(253);
            run(i, 5000, 40000, 40000 + by[k], 2);
            run(i, 5000, 98000, 98000 + by[k], 2 | DF);
        }
    }
}

/* Every distance, every length, of which each has a hash. */
static void test_near(void)
{
    for (unsigned i = 0; i < 4; i++) {
        for (int by = -140; by <= 140; by += by < -40 || by >= 40 ? 9 : 1) {
            uint64_t h = 1;
            for (unsigned count = 0; count <= 140; count += count < 70 ? 1 : 7) {
                unsigned n = 140 * 8 + 300;
                for (unsigned k = 0; k < n; k++) {
                    area[k] = k * 7 + count;
                }
                Regs r = {0, count, (uintptr_t)area + 150, (uintptr_t)area + 150 + by, 2};
                strings[i].run(&r);
                for (unsigned k = 0; k < n; k++) {
                    h = (h ^ (unsigned char)area[k]) * 0x9e3779b97f4a7c15;
                    h ^= h >> 29;
                }
                h ^= r.rcx ^ (r.rsi + r.rdi) << 8;
            }
            printf("%s by %d: %llx\n", strings[i].name, by, (unsigned long long)h);
        }
    }
}

/* Stores of every length, at every place in a vector. */
static void test_stores(void)
{
    for (unsigned i = 4; i < 8; i++) {
        uint64_t h = 1;
        for (unsigned count = 0; count <= 140; count++) {
            Regs r = {0x1122334455667788 * (count + UINT64_C(1)), count, 0,
                      (uintptr_t)area + count % 17, FLAGS};
            fill(250);
            strings[i].run(&r);
            h = (h ^ hash(0) ^ r.rcx ^ r.rdi) * 0x9e3779b97f4a7c15 + r.flags;
        }
        printf("%s: %llx\n", strings[i].name, (unsigned long long)h);
    }
}

/* Comparisons that end everywhere, above and below, and at the end of their pages: the
 * elements in front of that are `same` or not, as the search goes on. */
static void test_ends(void)
{
    for (unsigned i = 10; i < 16; i++) {
        unsigned size = strings[i].size;
        int scans = i >= 13, until_equal = i == 12 || i == 13 || i == 14;
        for (unsigned count = 0; count <= 70; count++) {
            uint64_t h = 1;
            for (unsigned at = 0; at <= count; at++) {
                char *p = area + 3 * PAGE - 40 * (at % 3) - count % 5;
                char *q = area + AREA - count * size;
                memset(p, until_equal ? 0x41 : 0x40, 8 * 71);
                memset(q, 0x40, count * size);
                if (at < count) {
                    int other = until_equal ? scans ? 0x41 : 0x40 : 0x30 + (at & 32);
                    memset((scans ? q : p) + at * size, other, size);
                }
                uint64_t rax = (until_equal ? 0x41 : 0x40) * 0x0101010101010101;
                Regs r = {rax, count, (uintptr_t)p, (uintptr_t)q, at & 1 ? FLAGS : 2};
                strings[i].run(&r);
                h = (h ^ r.rcx ^ r.flags << 8 ^ (r.rdi - (uintptr_t)q) << 24 ^
                     (r.rsi - (uintptr_t)p) << 40) *
                    0x9e3779b97f4a7c15;
                h ^= h >> 29;
            }
            printf("%s of %u: %llx\n", strings[i].name, count, (unsigned long long)h);
        }
    }
}

/* Longer than what generated code does at once. */
static void test_long(void)
{
    for (unsigned i = 0; i < NR_STRINGS; i++) {
        fill(1);
        run(i, (AREA / 2 - 100) / strings[i].size, 0, AREA / 2 + 3, 2);
    }
}

static sigjmp_buf back;
static Regs at_fault;

/* Processors do not agree on flags that a comparison shows at a fault. */
static void on_fault(int sig, siginfo_t *si, void *context)
{
    greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
    at_fault = (Regs){g[REG_RAX], g[REG_RCX], g[REG_RSI], g[REG_RDI], g[REG_EFL] & DF};
    printf("fault at %lx\n", (long)((char *)si->si_addr - area));
    siglongjmp(back, 1);
}

/* Of sources and destinations, `which` ones end in the forbidden page. */
static void run_into_fault(unsigned i, unsigned which)
{
    if (sigsetjmp(back, 1)) {
        show("", &at_fault, 0);
        __asm__ volatile("cld");
        return;
    }
    fill(1);
    run(i, 1000, which & 1 ? AREA - 808 : 1000, which & 2 ? AREA - 403 : 5000, FLAGS);
}

static void test_faults(void)
{
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    for (unsigned k = 0; k < 4 * NR_STRINGS; k++) {
        run_into_fault(k / 4, k % 4);
    }
}

/* A fault at every element of each operand, wherever it lies in a vector. */
static void test_faulting_elements(void)
{
    static volatile unsigned i, which, at;
    for (i = 0; i < NR_STRINGS; i++) {
        for (which = 1; which <= 2; which++) {
            for (at = 0; at <= 140 / strings[i].size + 8; at++) {
                Regs r = {1, 400, (uintptr_t)area + 2 * PAGE, (uintptr_t)area + 5 * PAGE,
                          FLAGS};
                *(which == 1 ? &r.rsi : &r.rdi) =
                    (uintptr_t)area + AREA - at * strings[i].size - at % 2;
                memset(area, 1, 8 * PAGE);
                memset(area + AREA - 2 * PAGE, 1, 2 * PAGE);
                if (!sigsetjmp(back, 1)) {
                    strings[i].run(&r);
                    show(strings[i].name, &r, 0);
                } else {
                    show("", &at_fault, 0);
                    __asm__ volatile("cld");
                }
            }
        }
    }
}

/* Writes over code that runs next, and over the instruction itself. */
static void test_code(void)
{
    static const unsigned char code[] = {
        0xf3, 0xa4,                         /* rep movsb */
        0xb8, 0x01, 0x00, 0x00, 0x00, 0xc3, /* mov eax, 1; ret */
    };
    static const unsigned char new_code[] = {
        0x90, 0x90, 0xb8, 0x02, 0x00, 0x00, 0x00, 0xc3,
    };
    unsigned char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned k = 0; k < 20; k++) {
        memcpy(p, code, sizeof code);
        uint64_t rcx = sizeof new_code - 2, rax = 0;
        const unsigned char *rsi = new_code + 2;
        unsigned char *rdi = p + 2;
        __asm__ volatile("call *%4"
                         : "+c"(rcx), "+S"(rsi), "+D"(rdi), "+a"(rax)
                         : "r"(p)
                         : "memory", "cc");
        printf("code: %d left %d\n", (int)rax, (int)rcx);
    }
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    /* above where the kernel puts the heap (within 1 GiB behind the program), below 4 GiB
     */
    area = mmap((void *)0x60000000, AREA + PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (area == MAP_FAILED) {
        perror("0x60000000");
        return 1;
    }
    mprotect(area + AREA, PAGE, PROT_NONE);
    test_counts();
    test_overlaps();
    test_near();
    test_stores();
    test_ends();
    test_long();
    test_faults();
    test_faulting_elements();
    test_code();
    return 0;
}
