/* i8042: the sequences by which drivers find controller, keyboard and mouse. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/qtest.h"

static QTest q;

static void setup(void)
{
    qtest_init(&q);
    qtest_device(&q, &i8042_class);
}

static void teardown(void)
{
    qtest_fini(&q);
}

static uint8_t answer(void)
{
    ck_assert_uint_eq(inb(&q, 0x64) & 0x21, 0x01);
    return inb(&q, 0x60);
}

static uint8_t aux_answer(void)
{
    ck_assert_uint_eq(inb(&q, 0x64) & 0x21, 0x21);
    return inb(&q, 0x60);
}

static void no_answer(void)
{
    ck_assert_uint_eq(inb(&q, 0x64) & 0x01, 0x00);
}

START_TEST(self_tests)
{
    no_answer();
    outb(&q, 0x64, 0xaa);
    ck_assert_uint_eq(answer(), 0x55);
    outb(&q, 0x64, 0xab);
    ck_assert_uint_eq(answer(), 0x00);
    outb(&q, 0x64, 0xa9);
    ck_assert_uint_eq(answer(), 0x00);
    no_answer();
}
END_TEST

START_TEST(mode_byte)
{
    outb(&q, 0x64, 0x60);
    outb(&q, 0x60, 0x74);
    outb(&q, 0x64, 0x20);
    ck_assert_uint_eq(answer(), 0x74);
    outb(&q, 0x64, 0xa8); /* enables aux: bit 5 falls */
    outb(&q, 0x64, 0xae);
    outb(&q, 0x64, 0x20);
    ck_assert_uint_eq(answer(), 0x44);
}
END_TEST

START_TEST(aux_loopback)
{
    outb(&q, 0x64, 0xd3);
    outb(&q, 0x60, 0x5a);
    ck_assert_uint_eq(aux_answer(), 0x5a);
}
END_TEST

START_TEST(keyboard)
{
    ck_assert_int_eq(q.gsi[1].level, 0);
    outb(&q, 0x60, 0xff);
    ck_assert_int_eq(q.gsi[1].level, 1);
    ck_assert_uint_eq(answer(), 0xfa);
    ck_assert_uint_eq(q.gsi[1].rises, 2); /* an edge for each byte */
    ck_assert_uint_eq(answer(), 0xaa);
    ck_assert_int_eq(q.gsi[1].level, 0);
    outb(&q, 0x60, 0xf2);
    ck_assert(answer() == 0xfa && answer() == 0xab && answer() == 0x41);
    outb(&q, 0x60, 0xed);
    ck_assert_uint_eq(answer(), 0xfa);
    outb(&q, 0x60, 0x07);
    ck_assert_uint_eq(answer(), 0xfa);
    outb(&q, 0x60, 0xf0);
    ck_assert_uint_eq(answer(), 0xfa);
    outb(&q, 0x60, 0x00);
    ck_assert(answer() == 0xfa && answer() == 2);
    outb(&q, 0x60, 0xee);
    ck_assert_uint_eq(answer(), 0xee);
    outb(&q, 0x60, 0x01);
    ck_assert_uint_eq(answer(), 0xfe);
    no_answer();
}
END_TEST

START_TEST(mouse)
{
    outb(&q, 0x64, 0xd4);
    outb(&q, 0x60, 0xff);
    ck_assert(aux_answer() == 0xfa && aux_answer() == 0xaa && aux_answer() == 0x00);
    ck_assert_uint_eq(q.gsi[12].rises, 3);
    outb(&q, 0x64, 0xd4);
    outb(&q, 0x60, 0xf2);
    ck_assert(aux_answer() == 0xfa && aux_answer() == 0x00);
    outb(&q, 0x64, 0xd4);
    outb(&q, 0x60, 0xe8);
    ck_assert_uint_eq(aux_answer(), 0xfa);
    outb(&q, 0x64, 0xd4);
    outb(&q, 0x60, 0x03);
    ck_assert_uint_eq(aux_answer(), 0xfa);
    outb(&q, 0x64, 0xd4);
    outb(&q, 0x60, 0xe9);
    ck_assert(aux_answer() == 0xfa && aux_answer() == 0 && aux_answer() == 3);
    ck_assert_uint_eq(aux_answer(), 100);
}
END_TEST

START_TEST(interrupt_enables)
{
    outb(&q, 0x64, 0x60);
    outb(&q, 0x60, 0x00);
    outb(&q, 0x60, 0xee);
    ck_assert_int_eq(q.gsi[1].level, 0);
    outb(&q, 0x64, 0x60);
    outb(&q, 0x60, 0x01);
    ck_assert_int_eq(q.gsi[1].level, 1);
}
END_TEST

START_TEST(queue_overflow)
{
    for (int i = 0; i < 300; i++) {
        outb(&q, 0x60, 0xee);
    }
    for (int i = 0; i < 64; i++) {
        ck_assert_uint_eq(answer(), 0xee);
    }
    no_answer();
}
END_TEST

START_TEST(reset_pulse)
{
    outb(&q, 0x64, 0xfe);
    ck_assert_int_eq(q.requests[MACHINE_RESET], 1);
    outb(&q, 0x64, 0xff); /* pulses nothing */
    outb(&q, 0x64, 0xd0);
    ck_assert_uint_eq(answer(), 0x03);
    outb(&q, 0x64, 0xd1);
    outb(&q, 0x60, 0xdf);
    ck_assert_int_eq(q.requests[MACHINE_RESET], 1);
    outb(&q, 0x64, 0xd1);
    outb(&q, 0x60, 0xde);
    ck_assert_int_eq(q.requests[MACHINE_RESET], 2);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, self_tests);
    tcase_add_test(tc, mode_byte);
    tcase_add_test(tc, aux_loopback);
    tcase_add_test(tc, keyboard);
    tcase_add_test(tc, mouse);
    tcase_add_test(tc, interrupt_enables);
    tcase_add_test(tc, queue_overflow);
    tcase_add_test(tc, reset_pulse);
}

int main(void)
{
    return unit_main("i8042", add);
}
