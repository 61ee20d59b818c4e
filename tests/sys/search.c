/* Loops that search memory for a value: each against its rounds, one at a time. */
/* SPDX-License-Identifier: MIT */
/*
 * Engines do some rounds of such a loop at once (target/x86/search.c). Registers, flags
 * and the fault at an end of memory have to be as if they did not.
 */
#include "sys.h"

#define VA    0x40000000000ull
#define PAGES 3
#define FLAGS 0x8d5
#define APIC  0xfee00000ull

typedef struct Regs {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, r10, flags;
} Regs;

volatile Regs regs;
volatile uint8_t goes_on;
static uint64_t seed = 1;

#define LOAD                                                                           \
    "push regs+56; popf; mov regs, %%rax; mov regs+8, %%rbx; mov regs+16, %%rcx; mov " \
    "regs+24, %%rdx; mov"                                                              \
    " regs+32, %%rsi; mov regs+40, %%rdi; mov regs+48, %%r10\n"
#define STORE                                                                         \
    "pushf; pop regs+56; mov %%rax, regs; mov %%rbx, regs+8; mov %%rcx, regs+16; mov" \
    " %%rdx, regs+24; mov %%rsi, regs+32; mov %%rdi, regs+40; mov %%r10, regs+48\n"

typedef struct Form {
    void (*loop)(void), (*round)(void);
} Form;

/* `body` ends with flags, by which the loop goes on while `cc`. */
#define FORM(name, cc, body)                            \
    static void name##_loop(void)                       \
    {                                                   \
        TRY(LOAD "1: " body "\n j" #cc " 1b\n" STORE);  \
    }                                                   \
    static void name##_round(void)                      \
    {                                                   \
        TRY(LOAD body "\n set" #cc " goes_on\n" STORE); \
    }

#define UP \
    "mov %%rax, %%rdi; mov (%%rax), %%ecx; add $4, %%rax; inc %%rbx; cmp %%edx, %%ecx"
FORM(up_b, b, UP)
FORM(up_ae, ae, UP)
FORM(up_be, be, UP)
FORM(up_a, a, UP)
FORM(up_l, l, UP)
FORM(up_ge, ge, UP)
FORM(up_le, le, UP)
FORM(up_g, g, UP)
FORM(down, l,
     "mov -8(%%rax), %%rsi; lea -8(%%rax), %%rax; mov %%rax, %%rdi; cmp %%rsi, %%rdx")
FORM(memory_first, b, "sub $4, %%rax; cmp %%edx, (%%rax)")
FORM(memory_last, ge, "add $8, %%rax; decl %%ebx; cmp 8(%%rax), %%rdx")
FORM(words, a,
     "movzwl 2(%%rsi, %%rcx, 2), %%r10d; dec %%rcx; lea 7(%%rcx), %%rdi; cmp "
     "%%dx, %%r10w")
FORM(bytes, le, "movsbq (%%rsi), %%rax; inc %%rsi; addl $-3, %%ebx; cmp %%rdx, %%rax")
FORM(signed_bytes, g, "movsbl 5(%%rsi), %%eax; add $3, %%rsi; cmp %%eax, %%edx")
FORM(moves_behind, g,
     "movslq (%%r10), %%rcx; cmp %%rcx, %%rdx; lea 12(%%r10), %%r10; mov "
     "%%r10, %%rdi")
FORM(two, b, "mov (%%rax, %%rbx, 4), %%ecx; add $-8, %%rax; inc %%rbx; cmp %%edx, %%ecx")
FORM(records, b, "mov 8(%%rax), %%rsi; add $24, %%rax; cmp %%rdx, %%rsi")
/* Of another kind: a register that doubles, two loads, one that leads to the next, flags
 * behind the comparison. */
FORM(doubles, b,
     "mov (%%rax), %%ecx; add $4, %%rax; lea (%%rbx, %%rbx), %%rbx; cmp %%edx, "
     "%%ecx")
FORM(loads, b, "mov (%%rax), %%ecx; mov 4(%%rax), %%esi; add $4, %%rax; cmp %%edx, %%ecx")
FORM(moving, b, "mov (%%rax), %%ecx; add $4, %%rax; sub $1, %%rdx; cmp %%edx, %%ecx")
FORM(other_flags, b,
     "mov (%%rax), %%ecx; cmp %%edx, %%ecx; lea 4(%%rax), %%rax; inc %%rbx")
FORM(overwritten, b,
     "mov (%%rax), %%ecx; add $4, %%rax; mov %%rbx, %%rcx; cmp %%rdx, %%rcx")
FORM(overwritten_late, b,
     "mov (%%rax), %%ecx; add $4, %%rax; cmp %%edx, %%ecx; mov %%rbx, %%rcx")

#define F(name)                   \
    {                             \
        name##_loop, name##_round \
    }
static const Form forms[] = {
    F(up_b),
    F(up_ae),
    F(up_be),
    F(up_a),
    F(up_l),
    F(up_ge),
    F(up_le),
    F(up_g),
    F(down),
    F(memory_first),
    F(memory_last),
    F(words),
    F(bytes),
    F(signed_bytes),
    F(moves_behind),
    F(two),
    F(records),
    F(doubles),
    F(loads),
    F(moving),
    F(other_flags),
    F(overwritten),
    F(overwritten_late),
};

static void page_fault(Frame *f)
{
    trap.vector = 14;
    trap.cr2 = READ_CR(2);
    regs =
        (Regs){f->rax, f->rbx, f->rcx, f->rdx, f->rsi, f->rdi, f->r10, f->rflags & FLAGS};
    f->rip = fixup_rip;
    f->rsp = fixup_rsp;
}

static uint32_t random32(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed >> 33;
}

/* From the registers as they are: the loop as a whole, and round by round. */
static void compare(const Form *form)
{
    Regs before = regs, after;
    int vector;
    uint64_t cr2;

    form->loop();
    after = regs;
    vector = trap.vector;
    cr2 = trap.cr2;
    regs = before;
    do {
        form->round();
    } while (trap.vector < 0 && goes_on);

    CHECK_EQ(vector, trap.vector);
    CHECK(vector < 0 || cr2 == trap.cr2);
    CHECK_EQ(after.rax, regs.rax);
    CHECK_EQ(after.rbx, regs.rbx);
    CHECK_EQ(after.rcx, regs.rcx);
    CHECK_EQ(after.rdx, regs.rdx);
    CHECK_EQ(after.rsi, regs.rsi);
    CHECK_EQ(after.rdi, regs.rdi);
    CHECK_EQ(after.r10, regs.r10);
    CHECK_EQ(after.flags & FLAGS, regs.flags & FLAGS);
}

/* From near an end of the memory, or anywhere; every other time not aligned. */
static void start(unsigned n)
{
    uint64_t off = random32() % (n % 4 < 2 ? 20 : PAGES * 1024) * 4;
    uint64_t at = (n % 4 == 0 ? VA + PAGES * 4096 - 4 - off : VA + off);

    at += n & 4 ? random32() % 4 : 0;

    uint64_t limit = random32() % 64 ? random32() % 256 - 16 : -1ull;

    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++) {
        regs = (Regs){at, random32(), 0, limit, at, 5, at, 0};
        if (forms[i].loop == two_loop) {
            regs.rbx = 0;
        }
        compare(&forms[i]);
    }
}

/* Not plain RAM: the registers of the interrupt controller. */
static void device(void)
{
    static const Form form = F(up_b), down_form = F(memory_first);

    map_page(VA, APIC, P | W);
    invlpg(VA);
    regs = (Regs){.rax = VA + 0x80, .rdx = 1};
    compare(&form);
    regs = (Regs){.rax = VA + 0xf0, .rdx = 1};
    compare(&down_form);
}

int test_main(void)
{
    trap_fn[14] = page_fault;
    for (unsigned n = 0; n < PAGES; n++) {
        uint32_t *page = alloc_page();

        for (unsigned i = 0; i < 1024; i++) {
            page[i] = random32() % 8 ? random32() % 240 : random32() << 1;
        }
        map_page(VA + 4096 * n, (uint64_t)page, P | W);
    }
    for (unsigned n = 0; n < 100; n++) {
        start(n);
    }
    device();
    return failures;
}
