/* HPET: counter, one-shot and periodic comparators, legacy route, level interrupts. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/qtest.h"

#define BASE    0xfed00000ull
#define CONFIG  (BASE + 0x10)
#define STATUS  (BASE + 0x20)
#define COUNTER (BASE + 0xf0)
#define TN(n)   (BASE + 0x100 + 0x20 * (n))
#define CMP(n)  (TN(n) + 8)

static QTest q;
static Device *hpet;

static void setup(void)
{
    qtest_init(&q);
    hpet = qtest_device(&q, &hpet_class);
}

static void teardown(void)
{
    qtest_fini(&q);
}

START_TEST(capabilities)
{
    ck_assert_uint_eq(readl(&q, BASE), 0x8086a201);
    ck_assert_uint_eq(readl(&q, BASE + 4), 10000000);
    ck_assert_uint_eq(readq(&q, TN(0)), 0x00f0000000000030);
}
END_TEST

START_TEST(counter)
{
    step(&q, MS);
    ck_assert_uint_eq(readq(&q, COUNTER), 0);
    writeq(&q, COUNTER, 0xfffffff0);
    writel(&q, CONFIG, 1);
    step(&q, 1000);
    ck_assert_uint_eq(readq(&q, COUNTER), 0x100000054);
    ck_assert_uint_eq(readl(&q, COUNTER + 4), 1);
    writel(&q, CONFIG, 0);
    step(&q, MS);
    ck_assert_uint_eq(readq(&q, COUNTER), 0x100000054);
    writel(&q, COUNTER, 7); /* lower half alone */
    ck_assert_uint_eq(readq(&q, COUNTER), 0x100000007);
}
END_TEST

START_TEST(one_shot_legacy)
{
    writel(&q, CONFIG, 3);
    writel(&q, TN(0), 0x104);
    writel(&q, CMP(0), readl(&q, COUNTER) + 1000);
    step(&q, 9990);
    ck_assert_uint_eq(q.gsi[0].rises, 0);
    step(&q, 10);
    ck_assert_uint_eq(q.gsi[0].rises, 1);
    ck_assert_int_eq(q.gsi[0].level, 0);
    step(&q, SEC);
    ck_assert_uint_eq(q.gsi[0].rises, 1);
}
END_TEST

/* The order in which kernels set up the periodic mode, by 32-bit writes. */
START_TEST(periodic)
{
    writel(&q, CONFIG, 3);
    writel(&q, TN(0), 0x14c); /* periodic, VAL_SET, 32 bits, enabled */
    writel(&q, CMP(0), readl(&q, COUNTER) + 100000);
    writel(&q, CMP(0), 400000);
    step(&q, MS + 1);
    ck_assert_uint_eq(q.gsi[0].rises, 1);
    step(&q, 40 * MS);
    ck_assert_uint_eq(q.gsi[0].rises, 11);
    ck_assert_uint_eq(readl(&q, CMP(0)), 100000 + 11 * 400000);
    writel(&q, CONFIG, 0);
    step(&q, SEC);
    ck_assert_uint_eq(q.gsi[0].rises, 11);
}
END_TEST

/* As kernels leave it that have found a better timer: nobody is woken, and the comparator
 * goes on all the same. */
START_TEST(periodic_unheard)
{
    writel(&q, CONFIG, 3);
    writel(&q, TN(0), 0x14c);
    writel(&q, CMP(0), readl(&q, COUNTER) + 100000);
    writel(&q, CMP(0), 400000);
    step(&q, MS + 1);
    ck_assert_uint_eq(q.gsi[0].rises, 1);
    writel(&q, TN(0), 0x108); /* interrupt off */
    ck_assert_int_eq(clock_deadline(q.m.clock), TIMER_IDLE);
    step(&q, 40 * MS);
    ck_assert_uint_eq(readl(&q, CMP(0)), 100000 + 11 * 400000);
    step(&q, 100 * SEC); /* 32 bits come round twice */
    ck_assert_uint_eq(readl(&q, CMP(0)), (uint32_t)(100000 + 25011ull * 400000));
    ck_assert_uint_eq(q.gsi[0].rises, 1);
    writel(&q, TN(0), 0x10c); /* and on */
    step(&q, 4 * MS);
    ck_assert_uint_eq(q.gsi[0].rises, 2);
    step(&q, 8 * MS);
    ck_assert_uint_eq(q.gsi[0].rises, 4);
}
END_TEST

/* The same for a single match: it is past when the interrupt is switched on. */
START_TEST(one_shot_unheard)
{
    writel(&q, CONFIG, 1);
    writel(&q, TN(2), 22 << 9);
    writeq(&q, CMP(2), 1000);
    ck_assert_int_eq(clock_deadline(q.m.clock), TIMER_IDLE);
    step(&q, MS);
    writel(&q, TN(2), 22 << 9 | 4);
    step(&q, SEC);
    ck_assert_uint_eq(q.gsi[22].rises, 0);
    ck_assert_uint_eq(readq(&q, CMP(2)), 1000);
}
END_TEST

START_TEST(late_periods_are_made_up)
{
    writel(&q, CONFIG, 3);
    writel(&q, TN(0), 0x14c);
    writel(&q, CMP(0), readl(&q, COUNTER) + 400000);
    writel(&q, CMP(0), 400000);
    step_late(&q, 41 * MS);
    ck_assert_uint_eq(q.gsi[0].rises, 10);
    step(&q, 4 * MS);
    ck_assert_uint_eq(q.gsi[0].rises, 11);
}
END_TEST

/* Nor is a period lost that ends between two looks at the clock. */
START_TEST(busy_host)
{
    enum { PERIOD = 40000 }; /* of 10 ns */
    for (qtest_look_ns = 20000; qtest_look_ns < 500000; qtest_look_ns += 20000) {
        teardown();
        setup();
        writel(&q, CONFIG, 3);
        writel(&q, TN(0), 0x14c);
        writel(&q, CMP(0), readl(&q, COUNTER) + 10 * PERIOD);
        writel(&q, CMP(0), PERIOD);
        int64_t start = clock_ns(q.m.clock);
        for (int i = 0; i < 500; i++) {
            clock_run(q.m.clock);
        }
        int64_t periods = (clock_ns(q.m.clock) - start) / (10 * PERIOD);
        ck_assert_int_ge(q.gsi[0].rises, periods - 12);
    }
}
END_TEST

START_TEST(tiny_period_is_bounded)
{
    writel(&q, CONFIG, 3);
    writel(&q, TN(0), 0x14c);
    writel(&q, CMP(0), 1);
    writel(&q, CMP(0), 1);
    step(&q, 10 * MS); /* must come back */
    ck_assert_uint_gt(q.gsi[0].rises, 10);
    writel(&q, CMP(0), 0); /* a period of 0 must not divide */
    step(&q, 10 * MS);
}
END_TEST

START_TEST(wrap_at_32_bits)
{
    writeq(&q, COUNTER, 0xffffff00);
    writel(&q, TN(1), 0x104);
    writel(&q, CMP(1), 0x100);
    writel(&q, CONFIG, 3);
    step(&q, 0x200 * 10);
    ck_assert_uint_eq(q.gsi[8].rises, 1);
}
END_TEST

START_TEST(level_routed)
{
    writel(&q, CONFIG, 1);
    writel(&q, TN(2), 0x6 | 22 << 9);
    writeq(&q, CMP(2), 100);
    step(&q, 2000);
    ck_assert_int_eq(q.gsi[22].level, 1);
    ck_assert_uint_eq(readl(&q, STATUS), 4);
    writel(&q, STATUS, 4);
    ck_assert_int_eq(q.gsi[22].level, 0);
    ck_assert_uint_eq(readl(&q, STATUS), 0);
}
END_TEST

START_TEST(unroutable)
{
    writel(&q, CONFIG, 1);
    writel(&q, TN(2), 0x4 | 5 << 9); /* interrupt 5 is not offered */
    writeq(&q, CMP(2), 100);
    step(&q, 2000);
    ck_assert_uint_eq(q.gsi[5].rises, 0);
}
END_TEST

START_TEST(legacy_takes_over)
{
    set_line(hpet, 0, 1);
    ck_assert_int_eq(q.gsi[0].level, 1);
    set_line(hpet, 0, 0);
    writel(&q, CONFIG, 2);
    set_line(hpet, 0, 1);
    set_line(hpet, 1, 1);
    ck_assert_int_eq(q.gsi[0].level, 0);
    ck_assert_uint_eq(q.gsi[8].rises, 0);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, capabilities);
    tcase_add_test(tc, counter);
    tcase_add_test(tc, one_shot_legacy);
    tcase_add_test(tc, periodic);
    tcase_add_test(tc, periodic_unheard);
    tcase_add_test(tc, one_shot_unheard);
    tcase_add_test(tc, late_periods_are_made_up);
    tcase_add_test(tc, busy_host);
    tcase_add_test(tc, tiny_period_is_bounded);
    tcase_add_test(tc, wrap_at_32_bits);
    tcase_add_test(tc, level_routed);
    tcase_add_test(tc, unroutable);
    tcase_add_test(tc, legacy_takes_over);
}

int main(void)
{
    return unit_main("hpet", add);
}
