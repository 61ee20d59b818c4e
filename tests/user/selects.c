/* Jumps around a few moves, which may become conditional moves: all orders of two values,
 * one of them from memory. */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* What each way has left: registers, and flags where the ways come together. */
typedef struct State {
    uint64_t a, b, c, d;
    uint64_t flags;
} State;

typedef void Run(State *s, const uint64_t *loaded, uint64_t other);

/* Below the compiler's red zone. */
#define MASK_FLAGS                                                                       \
    "lea -128(%%rsp), %%rsp\n pushfq\n pop %%rax\n lea 128(%%rsp), %%rsp\n and $0x8d5, " \
    "%%eax\n"

/* `text`: what a comparison has said leads one or the other way to label 9. In front of
 * it stands `away`, which only jumps reach. */
#define RUN(name, away, cmp, text)                                                      \
    static void name(State *s, const uint64_t *loaded, uint64_t other)                  \
    {                                                                                   \
        uint64_t flags;                                                                 \
        __asm__ volatile("jmp 7f\n" away "7:\n" cmp "\n" text "9:\n" MASK_FLAGS         \
                         : "=&a"(flags), "+b"(s->a), "+c"(s->b), "+d"(s->c), "+D"(s->d) \
                         : "S"(loaded), "r"(other)                                      \
                         : "cc", "memory");                                             \
        s->flags = flags;                                                               \
    }

/* Moves of both sizes; one reads what the one before has written. */
#define MOVES_1 "mov %%rcx, %%rbx\n mov %%ebx, %%edx\n lea 5(%%rdx, %%rcx, 2), %%rdi\n"
#define MOVES_2 "movzwl %%cx, %%edx\n mov $-7, %%rcx\n movslq %%edx, %%rbx\n"

#define ONE_WAY(c)    "j" c " 9f\n" MOVES_1
#define BY_RIP(c)     "j" c " 9f\n lea 1f(%%rip), %%rcx\n 1: mov %%ecx, %%ebx\n"
#define BOTH(c)       "j" c " 1f\n" MOVES_1 "jmp 9f\n 1:\n" MOVES_2
#define AWAY          "1:\n" MOVES_1 "jmp 9f\n"
#define ELSEWHERE(c)  "j" c " 1b\n" MOVES_2
#define SECOND_WAY(c) "j" c " 1f\n" MOVES_2 "8: jmp 9f\n 1: mov %%rdi, %%rbx\n jmp 8b\n"
/* Not all that is left out are moves, or they are too many. */
#define TOO_LONG(c) "j" c " 9f\n" MOVES_1 MOVES_1
#define NO_MOVE(c)  "j" c " 9f\n mov %%rcx, %%rbx\n incl %%edx\n"
#define FLAGS(c)    "j" c " 9f\n mov %%rcx, %%rbx\n sub %%rcx, %%rcx\n"

#define FORMS(FORM, c, cmp, width)                          \
    FORM(width##_##c##_one, "", cmp, ONE_WAY(#c))           \
    FORM(width##_##c##_rip, "", cmp, BY_RIP(#c))            \
    FORM(width##_##c##_both, "", cmp, BOTH(#c))             \
    FORM(width##_##c##_elsewhere, AWAY, cmp, ELSEWHERE(#c)) \
    FORM(width##_##c##_second, "", cmp, SECOND_WAY(#c))     \
    FORM(width##_##c##_long, "", cmp, TOO_LONG(#c))         \
    FORM(width##_##c##_flags, "", cmp, FLAGS(#c))           \
    FORM(width##_##c##_none, "", cmp, NO_MOVE(#c))

#define CONDITIONS(FORM, cmp, width) \
    FORMS(FORM, b, cmp, width)       \
    FORMS(FORM, ae, cmp, width)      \
    FORMS(FORM, be, cmp, width)      \
    FORMS(FORM, a, cmp, width)       \
    FORMS(FORM, l, cmp, width)       \
    FORMS(FORM, ge, cmp, width)      \
    FORMS(FORM, le, cmp, width)      \
    FORMS(FORM, g, cmp, width)       \
    FORMS(FORM, e, cmp, width)       \
    FORMS(FORM, s, cmp, width)

#define ALL(FORM)                                                \
    CONDITIONS(FORM, "cmp %6, (%%rsi)", memory)                  \
    CONDITIONS(FORM, "mov (%%rsi), %%eax\n cmp %%eax, %k6", reg) \
    CONDITIONS(FORM, "movsbq (%%rsi), %%rax\n cmp %%al, %b6", byte)

ALL(RUN)

#define ENTRY(name, away, cmp, text) {#name, name},
static const struct {
    const char *name;
    Run *run;
} runs[] = {ALL(ENTRY)};

static const uint64_t values[] = {
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000000,
    INT64_MAX,
    (uint64_t)INT64_MIN,
    UINT64_MAX,
    0x0123456789abcdef,
};
enum { VALUES = sizeof values / sizeof *values };

static uint64_t mixed(uint64_t h, const State *s)
{
    uint64_t all[] = {s->a, s->b, s->c, s->d, s->flags};

    for (unsigned n = 0; n < 5; n++) {
        h = (h ^ all[n]) * 0x9e3779b97f4a7c15;
        h ^= h >> 29;
    }
    return h;
}

static void test_orders(void)
{
    for (unsigned n = 0; n < sizeof runs / sizeof *runs; n++) {
        uint64_t h = n;

        for (unsigned i = 0; i < VALUES * VALUES; i++) {
            State s = {0x1111111122222222 + i, 0x33333333c4444444, 0x5555555566666666,
                       0x7777777788888888, 0};

            runs[n].run(&s, &values[i / VALUES], values[i % VALUES]);
            h = mixed(h, &s);
        }
        printf("%s %016llx\n", runs[n].name, (unsigned long long)h);
    }
}

/* What an order says, in a loop, as a search does it. */
static void test_search(void)
{
    uint32_t sorted[1000];
    uint64_t found = 0;

    for (unsigned n = 0; n < 1000; n++) {
        sorted[n] = n * n * 7;
    }
    for (uint32_t want = 0; want < 7000000; want += 1237) {
        uint64_t low = 0, high = 1000, mid;

        __asm__ volatile("jmp 2f\n"
                         "3: lea 1(%[mid]), %[low]\n jmp 2f\n"
                         "1: lea (%[low], %[high]), %[mid]\n shr %[mid]\n"
                         "cmp %[want], (%[sorted], %[mid], 4)\n jb 3b\n"
                         "mov %[mid], %[high]\n"
                         "2: cmp %[high], %[low]\n jb 1b\n"
                         : [low] "+r"(low), [high] "+r"(high), [mid] "=&r"(mid)
                         : [want] "r"(want), [sorted] "r"(sorted)
                         : "cc", "memory");
        found = found * 31 + low;
    }
    printf("search %016llx\n", (unsigned long long)found);
}

/* A way that is looked at is code: it may be changed. */
static void test_changed(void)
{
    static const uint8_t code[] = {
        0x3b, 0x37,                   /* cmp esi, [rdi] */
        0x72, 0x1c,                   /* jb +0x1c, to 0x20 */
        0xb8, 0x01, 0x00, 0x00, 0x00, /* mov eax, 1 */
        0xc3,                         /* ret */
    };
    static const uint8_t away[] = {
        0xb8, 0x02, 0x00, 0x00, 0x00, /* mov eax, 2 */
        0xeb, 0xe2,                   /* jmp to the ret, at 9 */
    };
    uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int (*run)(const uint32_t *loaded, uint32_t other) = (void *)page;
    uint32_t ten = 10;

    memcpy(page, code, sizeof code);
    memcpy(page + 0x20, away, sizeof away);
    for (int round = 0; round < 50; round++) {
        page[0x21] = 2 + round; /* the way elsewhere */
        printf("%d ", run(&ten, 5));
        page[5] = 100 + round; /* the other */
        printf("%d ", run(&ten, 20));
        page[2] = round & 1 ? 0x76 : 0x72; /* the jump itself */
        printf("%d ", run(&ten, 10));
    }
    printf("\n");
}

int main(void)
{
    test_orders();
    test_search();
    test_changed();
    return 0;
}
