/* Ring 3 looks at a page that ring 0 has changed the mapping of, each long enough for
 * assist=auto to give the guest from one to the other. */
/* SPDX-License-Identifier: MIT */
#include "../sys/sys.h"

#define WINDOW 0x40000000ull
enum { ROUNDS = 6, USER_TURNS = 100000000, KERNEL_TURNS = 20000, EFER = 0xc0000080 };

static void spin(uint32_t turns)
{
    asm volatile("1: dec %0; jnz 1b" : "+r"(turns)::"cc");
}

/* In the middle of it KVM gets the guest. */
static void look(void)
{
    asm volatile("mov (%0), %%r8; 1: dec %1; jnz 1b; mov (%0), %%rax; mov %%rax, arg+8; "
                 "mov %%r8, arg; ud2" ::"r"(WINDOW),
                 "r"(USER_TURNS)
                 : "rax", "r8", "memory", "cc");
}

int test_main(void)
{
    uint64_t *pages[2] = {alloc_page(), alloc_page()};
    uint64_t *entry = map_page(WINDOW, (uint64_t)pages[0], P | W | U);

    *pages[0] = 1000;
    *pages[1] = 1001;
    /* where KVM has no SYSCALL that works, it gets the guest only without one */
    asm volatile("rdmsr; and $~1, %%eax; wrmsr" ::"c"(EFER) : "eax", "edx");
    for (unsigned i = 0; i < ROUNDS; i++) {
        spin(KERNEL_TURNS); /* here the translator, where KVM emulates ring 0 */
        *entry = (uint64_t)pages[i & 1] | P | W | U;
        asm volatile("invlpg (%0)" ::"r"(WINDOW) : "memory");
        run_user(look);
        CHECK_EQ(trap.vector, 6);
        CHECK_EQ(arg[0], 1000 + (i & 1));
        CHECK_EQ(arg[1], 1000 + (i & 1));
    }
    return failures;
}
