/* Code that changes once a turn beside code that does not, for a debugger that stops it
 * at each turn and has KVM and the translator take turns. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define TURNS 12

typedef uint64_t Fn(uint64_t);

/* A breakpoint's place. */
__attribute__((noinline, noclone)) void turn(void);
__attribute__((noinline, noclone)) void turn(void)
{
    asm volatile("" ::: "memory");
}

/* lea imm32(%rdi), %rax; ret */
static void emit_add(uint8_t *p, uint32_t v)
{
    static const uint8_t lea[] = {0x48, 0x8d, 0x87};

    __builtin_memcpy(p, lea, sizeof lea);
    __builtin_memcpy(p + 3, &v, 4);
    p[7] = 0xc3;
}

/* What follows a stop sees what was written before it, whoever executes the one and the
 * other; so does a page that gets code in the place of other code by its page table. */
int test_main(void)
{
    enum { WHERE = 0x40000000 };
    uint8_t *steady = alloc_page(), *changing = alloc_page();
    uint8_t *pages[2] = {alloc_page(), alloc_page()};

    emit_add(steady, 1000);
    emit_add(pages[0], 7000);
    emit_add(pages[1], 7001);
    emit_add(changing, 0);
    for (uint64_t i = 1; i <= TURNS; i++) {
        turn();
        CHECK_EQ(((Fn *)changing)(5), 5 + i - 1); /* written in the turn before */
        emit_add(changing, i);
        map_page(WHERE, (uint64_t)pages[i & 1], P | W);
        CHECK_EQ(((Fn *)steady)(i), 1000 + i);
        CHECK_EQ(((Fn *)changing)(5), 5 + i); /* has units now */
        CHECK_EQ(((Fn *)WHERE)(0), 7000 + (i & 1));
    }
    return failures;
}
