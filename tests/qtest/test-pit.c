/* i8254: modes of counter 0, read-back, latches, counter 2 and port 61h. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/qtest.h"

/* Nanoseconds after which n ticks have passed. */
#define TICKS(n) ((n)*NS_PER_SEC / 1193182 + 1)

static QTest q;
static Probe out0;

static void setup(void)
{
    qtest_init(&q);
    Device *d = device_new(&i8254_class, &q.m);
    device_connect(d, "irq", probe_line(&out0));
    qtest_realize(d);
}

static void teardown(void)
{
    qtest_fini(&q);
}

static void program(int counter, int mode, uint16_t count)
{
    outb(&q, 0x43, counter << 6 | 3 << 4 | mode << 1);
    outb(&q, 0x40 + counter, count & 0xff);
    outb(&q, 0x40 + counter, count >> 8);
}

static uint16_t read_word(int counter)
{
    uint16_t lo = inb(&q, 0x40 + counter);
    return lo | inb(&q, 0x40 + counter) << 8;
}

static uint16_t read_count(int counter)
{
    outb(&q, 0x43, counter << 6);
    return read_word(counter);
}

START_TEST(mode0_one_shot)
{
    program(0, 0, 1000);
    ck_assert_int_eq(out0.level, 0);
    step(&q, TICKS(400));
    ck_assert_uint_eq(read_count(0), 600);
    step(&q, TICKS(598));
    ck_assert_int_eq(out0.level, 0);
    step(&q, TICKS(2));
    ck_assert_int_eq(out0.level, 1);
    ck_assert_uint_eq(out0.rises, 1);
    step(&q, SEC);
    ck_assert_uint_eq(out0.rises, 1);
}
END_TEST

START_TEST(mode2_rate)
{
    program(0, 2, 11932); /* 100 Hz */
    unsigned before = out0.rises;
    step(&q, SEC + MS);
    ck_assert_uint_eq(out0.rises - before, 100);
}
END_TEST

START_TEST(late_periods_are_made_up)
{
    for (int mode = 2; mode <= 3; mode++) {
        program(0, mode, 11932);
        unsigned before = out0.rises;
        step_late(&q, SEC / 4 + MS);
        ck_assert_uint_eq(out0.rises - before, 25);
        step(&q, SEC / 4);
        ck_assert_uint_eq(out0.rises - before, 50);
    }
    program(0, 2, 2); /* a fast one is merged */
    unsigned before = out0.rises;
    step_late(&q, SEC);
    ck_assert_uint_le(out0.rises - before, 2);
}
END_TEST

START_TEST(mode3_square)
{
    program(0, 3, 11932);
    unsigned before = out0.falls;
    step(&q, 2 * MS);
    ck_assert_int_eq(out0.level, 1);
    step(&q, 4 * MS);
    ck_assert_int_eq(out0.level, 0);
    step(&q, SEC);
    ck_assert_uint_eq(out0.falls - before, 101);
    uint16_t v = read_count(0);
    ck_assert(!(v & 1) && v <= 11932);
}
END_TEST

START_TEST(mode3_odd_and_one)
{
    program(0, 3, 1);
    step(&q, 10 * US);
    program(0, 3, 3);
    step(&q, 10 * US);
    ck_assert_uint_le(read_count(0), 3);
}
END_TEST

START_TEST(mode4_strobe)
{
    program(0, 4, 500);
    ck_assert_int_eq(out0.level, 1);
    step(&q, SEC);
    ck_assert_uint_eq(out0.falls, 1);
    ck_assert_int_eq(out0.level, 1);
}
END_TEST

START_TEST(late_strobe_is_made_up)
{
    program(0, 4, 500);
    unsigned before = out0.rises;
    step_late(&q, MS);
    ck_assert_uint_eq(out0.rises - before, 1);
    ck_assert_int_eq(out0.level, 1);
    step_late(&q, SEC);
    ck_assert_uint_eq(out0.rises - before, 1);
}
END_TEST

START_TEST(zero_is_65536)
{
    program(0, 0, 0);
    step(&q, TICKS(65535));
    ck_assert_int_eq(out0.level, 0);
    step(&q, TICKS(2));
    ck_assert_int_eq(out0.level, 1);
}
END_TEST

START_TEST(lsb_only_and_msb_only)
{
    outb(&q, 0x43, 0x10); /* counter 0, LSB, mode 0 */
    outb(&q, 0x40, 50);
    step(&q, TICKS(20));
    ck_assert_uint_eq(inb(&q, 0x40), 30);
    outb(&q, 0x43, 0x20); /* MSB */
    outb(&q, 0x40, 2);
    step(&q, TICKS(1));
    ck_assert_uint_eq(inb(&q, 0x40), 1);
}
END_TEST

START_TEST(bcd)
{
    outb(&q, 0x43, 0x31); /* counter 0, word, mode 0, BCD */
    outb(&q, 0x40, 0x00);
    outb(&q, 0x40, 0x10); /* 1000 */
    step(&q, TICKS(1));
    ck_assert_uint_eq(read_count(0), 0x999);
    step(&q, TICKS(997));
    ck_assert_int_eq(out0.level, 0);
    step(&q, TICKS(3));
    ck_assert_int_eq(out0.level, 1);
}
END_TEST

START_TEST(latch_holds)
{
    program(0, 2, 10000);
    step(&q, TICKS(100));
    outb(&q, 0x43, 0x00);
    step(&q, TICKS(50));
    outb(&q, 0x43, 0x00); /* a second latch is ignored until the first is read */
    ck_assert_uint_eq(read_word(0), 9900);
    ck_assert_uint_eq(read_word(0), 9850);
}
END_TEST

START_TEST(read_back_status)
{
    outb(&q, 0x43, 0x34); /* counter 0, word, mode 2: no count yet */
    outb(&q, 0x43, 0xe2); /* latch status of 0 */
    ck_assert_uint_eq(inb(&q, 0x40), 0xf4);
    outb(&q, 0x40, 0x10);
    outb(&q, 0x40, 0x27);
    outb(&q, 0x43, 0xc2); /* status, then count */
    ck_assert_uint_eq(inb(&q, 0x40), 0xb4);
    ck_assert_uint_eq(inb(&q, 0x40), 0x10);
    ck_assert_uint_eq(inb(&q, 0x40), 0x27);
    ck_assert_uint_eq(inb(&q, 0x43), 0xff);
}
END_TEST

/* The way in which kernels calibrate: gate on, mode 0, poll OUT2. */
START_TEST(port61_calibration)
{
    outb(&q, 0x61, 0x01);
    outb(&q, 0x43, 0xb0);
    outb(&q, 0x42, 0xff);
    outb(&q, 0x42, 0x00);
    ck_assert_uint_eq(inb(&q, 0x61) & 0x21, 0x01);
    step(&q, TICKS(256));
    ck_assert_uint_eq(inb(&q, 0x61) & 0x21, 0x21);
    ck_assert_uint_eq(out0.rises, 0);
    uint8_t r = inb(&q, 0x61) & 0x10;
    step(&q, 15085);
    ck_assert_uint_ne(inb(&q, 0x61) & 0x10, r);
}
END_TEST

START_TEST(gate_holds_mode0)
{
    outb(&q, 0x61, 0x01);
    program(2, 0, 1000);
    step(&q, TICKS(100));
    outb(&q, 0x61, 0x00);
    step(&q, SEC);
    ck_assert_uint_eq(read_count(2), 900);
    outb(&q, 0x61, 0x01);
    step(&q, TICKS(100));
    ck_assert_uint_eq(read_count(2), 800);
}
END_TEST

START_TEST(gate_triggers_mode1)
{
    program(2, 1, 100);
    step(&q, SEC);
    ck_assert_uint_eq(inb(&q, 0x61) & 0x20, 0x20); /* not triggered: high */
    outb(&q, 0x61, 0x01);
    ck_assert_uint_eq(inb(&q, 0x61) & 0x20, 0x00);
    outb(&q, 0x61, 0x00); /* a low gate does not stop it */
    step(&q, TICKS(101));
    ck_assert_uint_eq(inb(&q, 0x61) & 0x20, 0x20);
}
END_TEST

/* A change of the output between two looks at the clock is not lost. */
START_TEST(busy_host)
{
    for (qtest_look_ns = 1000; qtest_look_ns < TICKS(250); qtest_look_ns += 1000) {
        teardown();
        setup();
        program(0, 0, 100);
        for (int i = 0; i < 200; i++) {
            clock_run(q.m.clock);
        }
        ck_assert_int_eq(out0.level, 1);
        for (int mode = 2; mode <= 3; mode++) {
            program(0, mode, 200);
            unsigned before = out0.rises;
            int64_t start = clock_ns(q.m.clock);
            for (int i = 0; i < 500; i++) {
                clock_run(q.m.clock);
            }
            int64_t periods = (clock_ns(q.m.clock) - start) / TICKS(200);
            ck_assert_int_ge(out0.rises - before, periods - 2);
        }
    }
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, mode0_one_shot);
    tcase_add_test(tc, mode2_rate);
    tcase_add_test(tc, late_periods_are_made_up);
    tcase_add_test(tc, busy_host);
    tcase_add_test(tc, mode3_square);
    tcase_add_test(tc, mode3_odd_and_one);
    tcase_add_test(tc, mode4_strobe);
    tcase_add_test(tc, late_strobe_is_made_up);
    tcase_add_test(tc, zero_is_65536);
    tcase_add_test(tc, lsb_only_and_msb_only);
    tcase_add_test(tc, bcd);
    tcase_add_test(tc, latch_holds);
    tcase_add_test(tc, read_back_status);
    tcase_add_test(tc, port61_calibration);
    tcase_add_test(tc, gate_holds_mode0);
    tcase_add_test(tc, gate_triggers_mode1);
}

int main(void)
{
    return unit_main("pit", add);
}
