/* MC146818: time in all formats, setting it, alarm, periodic and update interrupts. */
/* SPDX-License-Identifier: MIT */
#include "hw/rtc/mc146818.h"
#include "tests/qtest/qtest.h"

enum { SECOND = 0, MINUTE = 2, HOUR = 4, WEEKDAY = 6, DAY, MONTH, YEAR, A, B, C, D };
#define CENTURY 0x32
#define EPOCH   951782399 /* Monday 2000-02-28 23:59:59 UTC */

static QTest q;
static Probe irq;
static Device *rtc;

static void setup(void)
{
    qtest_init(&q);
    rtc = device_new(&mc146818_class, &q.m);
    device_set_uint(rtc, "epoch", EPOCH);
    device_connect(rtc, "irq", probe_line(&irq));
    qtest_realize(rtc);
}

static void teardown(void)
{
    qtest_fini(&q);
}

static void setup_on_host(void)
{
    qtest_init(&q);
    rtc = device_new(&mc146818_class, &q.m);
    device_set_uint(rtc, "epoch", EPOCH);
    device_set_uint(rtc, "runs-on", RTC_ON_HOST);
    qtest_realize(rtc);
}

static uint8_t get(uint8_t reg)
{
    outb(&q, 0x70, reg);
    return inb(&q, 0x71);
}

static void set(uint8_t reg, uint8_t v)
{
    outb(&q, 0x70, reg);
    outb(&q, 0x71, v);
}

START_TEST(time_runs)
{
    ck_assert_uint_eq(get(D), 0x80);
    ck_assert(get(SECOND) == 0x59 && get(MINUTE) == 0x59 && get(HOUR) == 0x23);
    ck_assert(get(DAY) == 0x28 && get(MONTH) == 0x02 && get(YEAR) == 0x00);
    ck_assert(get(CENTURY) == 0x20 && get(WEEKDAY) == 2);
    step(&q, SEC); /* 2000 is a leap year */
    ck_assert(get(SECOND) == 0 && get(HOUR) == 0 && get(DAY) == 0x29 &&
              get(WEEKDAY) == 3);
    step(&q, 86400 * SEC);
    ck_assert(get(DAY) == 1 && get(MONTH) == 3);
}
END_TEST

START_TEST(formats)
{
    set(B, 0x06);
    ck_assert(get(SECOND) == 59 && get(HOUR) == 23 && get(CENTURY) == 20);
    set(B, 0x04); /* 12 hours, binary */
    ck_assert_uint_eq(get(HOUR), 0x80 | 11);
    set(B, 0x00);
    ck_assert_uint_eq(get(HOUR), 0x91);
    step(&q, SEC);
    ck_assert_uint_eq(get(HOUR), 0x12); /* midnight is 12 AM */
    step(&q, 12 * 3600 * SEC);
    ck_assert_uint_eq(get(HOUR), 0x92);
}
END_TEST

START_TEST(set_time)
{
    set(B, 0x82);
    step(&q, 10 * SEC);
    ck_assert_uint_eq(get(SECOND), 0x59); /* the picture stands still */
    set(SECOND, 0x30);
    set(MINUTE, 0x15);
    set(HOUR, 0x08);
    set(DAY, 0x31);
    set(MONTH, 0x12);
    set(YEAR, 0x99);
    set(CENTURY, 0x19);
    set(B, 0x02);
    step(&q, 16 * 3600 * SEC);
    ck_assert(get(YEAR) == 0 && get(CENTURY) == 0x20 && get(MONTH) == 1 && get(DAY) == 1);
    ck_assert(get(HOUR) == 0 && get(MINUTE) == 0x15 && get(SECOND) == 0x30);
    ck_assert_uint_eq(get(WEEKDAY), 7);
}
END_TEST

START_TEST(nonsense_time)
{
    static const uint8_t bad[] = {0xff, 0xaa, 0x00, 0x7f};
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        for (int reg = 0; reg < 10; reg++) {
            set(reg, bad[i]);
            get(reg);
        }
        set(CENTURY, bad[i]);
        step(&q, SEC);
    }
}
END_TEST

START_TEST(update_in_progress)
{
    step(&q, 900 * MS);
    ck_assert_uint_eq(get(A), 0x26);
    step(&q, 99900 * US);
    ck_assert_uint_eq(get(A), 0xa6);
    step(&q, 100 * US);
    ck_assert_uint_eq(get(A), 0x26);
}
END_TEST

START_TEST(periodic)
{
    set(5, 0x12); /* no alarm near */
    set(A, 0x26); /* 1024 Hz */
    set(B, 0x42);
    int n = 0;
    for (int i = 0; i < 4000; i++) {
        step(&q, 250 * US);
        if (irq.level) {
            n++;
            ck_assert_uint_eq(get(C), 0xc0 | (n == 1024 ? 0x10 : 0));
            ck_assert_int_eq(irq.level, 0);
        }
    }
    ck_assert_int_eq(n, 1024);
}
END_TEST

START_TEST(update_interrupt)
{
    set(B, 0x12);
    step(&q, 999 * MS);
    ck_assert_int_eq(irq.level, 0);
    step(&q, 2 * MS);
    ck_assert_int_eq(irq.level, 1);
    ck_assert_uint_eq(get(C) & 0x90, 0x90);
    ck_assert_uint_eq(get(C), 0);
    step(&q, SEC);
    ck_assert_int_eq(irq.level, 1);
}
END_TEST

START_TEST(flags_without_interrupt)
{
    set(5, 0x12);
    step(&q, 2 * SEC);
    ck_assert_uint_eq(get(C) & 0xf0, 0x50); /* PF and UF, no IRQF */
    ck_assert_uint_eq(get(C), 0);
    ck_assert_uint_eq(irq.rises, 0);
}
END_TEST

START_TEST(alarm_interrupt)
{
    set(1, 0x05);
    set(3, 0x00);
    set(5, 0xff); /* any hour */
    set(B, 0x22);
    step(&q, 5 * SEC);
    ck_assert_int_eq(irq.level, 0);
    step(&q, SEC);
    ck_assert_int_eq(irq.level, 1);
    ck_assert_uint_eq(get(C) & 0xa0, 0xa0);
    step(&q, 3599 * SEC);
    ck_assert_int_eq(irq.level, 0);
    step(&q, SEC);
    ck_assert_int_eq(irq.level, 1);
}
END_TEST

START_TEST(memory)
{
    set(0x40, 0x5a);
    mc146818_set_cmos(rtc, 0x15, 0x80);
    device_reset(rtc);
    ck_assert_uint_eq(get(0x40), 0x5a);
    ck_assert_uint_eq(get(0x80 | 0x15), 0x80); /* bit 7 of the index is the NMI mask */
    ck_assert_uint_eq(inb(&q, 0x70), 0xff);
}
END_TEST

/* It starts where it was told to, and the guest's time does not move it. */
START_TEST(goes_by_the_host)
{
    teardown();
    setup_on_host();
    step(&q, 3600 * SEC);
    ck_assert(get(HOUR) == 0x23 || (get(HOUR) == 0 && get(MINUTE) < 0x30));
    set(HOUR, 0x12);
    set(MINUTE, 0);
    step(&q, 3600 * SEC);
    ck_assert(get(HOUR) == 0x12 && get(MINUTE) < 0x30);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, time_runs);
    tcase_add_test(tc, formats);
    tcase_add_test(tc, set_time);
    tcase_add_test(tc, nonsense_time);
    tcase_add_test(tc, update_in_progress);
    tcase_add_test(tc, periodic);
    tcase_add_test(tc, update_interrupt);
    tcase_add_test(tc, flags_without_interrupt);
    tcase_add_test(tc, alarm_interrupt);
    tcase_add_test(tc, memory);
    tcase_add_test(tc, goes_by_the_host);
}

int main(void)
{
    return unit_main("rtc", add);
}
