/* Instructions on device memory that a hypervisor has to emulate, and often cannot. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define HPET 0xfed00000ull
#define HPET_COUNTER                                                   \
    (HPET + 0xf0) /* writable while it is stopped; what follows is not \
                   */

static uint64_t counter(void)
{
    return *(volatile uint64_t *)HPET_COUNTER;
}

static void set_counter(uint64_t v)
{
    *(volatile uint64_t *)HPET_COUNTER = v;
}

/* Moves of each size, and what reads and writes back. */
static void plain(void)
{
    set_counter(0x1122334455667788);
    CHECK_EQ(counter(), 0x1122334455667788);
    CHECK_EQ(*(volatile uint32_t *)(HPET_COUNTER + 4), 0x11223344);
    asm volatile("lock; addl $1, (%0)" ::"r"(HPET_COUNTER) : "memory");
    CHECK_EQ(counter(), 0x1122334455667789);
    asm volatile("xorl $0xff, (%0)" ::"r"(HPET_COUNTER) : "memory");
    CHECK_EQ(counter(), 0x1122334455667776);
}

static bool cmpxchg16b(uint64_t lo, uint64_t hi, uint64_t new_lo)
{
    bool equal;

    asm volatile("lock; cmpxchg16b (%4)"
                 : "=@ccz"(equal), "+a"(lo), "+d"(hi)
                 : "b"(new_lo), "r"(HPET_COUNTER), "c"(0ull)
                 : "memory");
    return equal;
}

static void wide_exchange(void)
{
    uint64_t behind = *(volatile uint64_t *)(HPET_COUNTER + 8);

    set_counter(5);
    CHECK(!cmpxchg16b(4, behind, 9));
    CHECK_EQ(counter(), 5);
    CHECK(cmpxchg16b(5, behind, 0x0123456789abcdef));
    CHECK_EQ(counter(), 0x0123456789abcdef);
}

static void vectors(void)
{
    uint64_t sum[2] __attribute__((aligned(16))) = {7, 1};

    WRITE_CR(0, (READ_CR(0) & ~4ull) | 2);
    WRITE_CR(4, READ_CR(4) | 3 << 9);
    set_counter(40);
    asm volatile("movdqa (%0), %%xmm1\n"
                 "paddq (%1), %%xmm1\n"
                 "movdqa %%xmm1, (%0)" ::"r"(sum),
                 "r"(HPET_COUNTER)
                 : "memory");
    CHECK_EQ(sum[0], 47);
    set_counter(3);
    asm volatile("fninit; fildll (%0); fistpll (%1)" ::"r"(HPET_COUNTER), "r"(sum)
                 : "memory");
    CHECK_EQ(sum[0], 3);
}

/* Many, so that each kind of failure comes again. */
static void again(void)
{
    uint64_t behind = *(volatile uint64_t *)(HPET_COUNTER + 8);

    set_counter(0);
    for (unsigned i = 0; i < 200; i++) {
        CHECK(cmpxchg16b(i, behind, i + 1));
    }
    CHECK_EQ(counter(), 200);
}

int test_main(void)
{
    map_page(HPET, HPET, P | W);
    plain();
    wide_exchange();
    vectors();
    again();
    return failures;
}
