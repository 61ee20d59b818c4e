/* i8259: initialisation, priorities, cascade, modes, level inputs, poll. */
/* SPDX-License-Identifier: MIT */
#include "hw/intc/i8259.h"
#include "cpu/intc.h"
#include "tests/qtest/qtest.h"

static QTest q;
static Probe intr;
static Device *pic;

static void program(uint8_t icw4)
{
    static const uint16_t base[2] = {0x20, 0xa0};
    for (int i = 0; i < 2; i++) {
        outb(&q, base[i], 0x11);
        outb(&q, base[i] + 1, i ? 0x28 : 0x20);
        outb(&q, base[i] + 1, i ? 2 : 4);
        outb(&q, base[i] + 1, icw4);
        outb(&q, base[i] + 1, 0);
    }
}

static void setup(void)
{
    qtest_init(&q);
    pic = device_new(&i8259_class, &q.m);
    device_connect(pic, "intr", probe_line(&intr));
    qtest_realize(pic);
    program(0x01);
}

static void teardown(void)
{
    qtest_fini(&q);
}

static void pulse(int n)
{
    set_line(pic, n, 1);
    set_line(pic, n, 0);
}

START_TEST(mask_reads_back)
{
    outb(&q, 0x21, 0xfb);
    ck_assert_uint_eq(inb(&q, 0x21), 0xfb);
    outb(&q, 0xa1, 0x5a);
    ck_assert_uint_eq(inb(&q, 0xa1), 0x5a);
}
END_TEST

START_TEST(edge_and_eoi)
{
    set_line(pic, 4, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic), 0x24);
    ck_assert_int_eq(intr.level, 0);
    outb(&q, 0x20, 0x0b);
    ck_assert_uint_eq(inb(&q, 0x20), 0x10); /* ISR */
    outb(&q, 0x20, 0x20);
    ck_assert_uint_eq(inb(&q, 0x20), 0x00);
    ck_assert_int_eq(intr.level, 0); /* still high, but an edge is wanted */
    set_line(pic, 4, 0);
    set_line(pic, 4, 1);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(masked_edge_is_kept)
{
    outb(&q, 0x21, 0xff);
    set_line(pic, 3, 1);
    ck_assert_int_eq(intr.level, 0);
    outb(&q, 0x20, 0x0a);
    ck_assert_uint_eq(inb(&q, 0x20), 0x08); /* IRR */
    outb(&q, 0x21, 0x00);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(ticks_are_owed)
{
    for (int i = 0; i < 3; i++) {
        pulse(0);
        pulse(4);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(i8259_ack(pic), 0x20);
        outb(&q, 0x21, 0x01); /* a guest that masks it meanwhile loses none */
        outb(&q, 0x20, 0x20);
        outb(&q, 0x21, 0x00);
    }
    ck_assert_int_eq(i8259_ack(pic), 0x24);
    outb(&q, 0x20, 0x20);
    ck_assert_int_eq(intr.level, 0);
    pulse(0);
    pulse(0);
    program(0x01); /* set up anew: nothing is owed */
    ck_assert_int_eq(intr.level, 0);
    pulse(0);
    ck_assert_int_eq(i8259_ack(pic), 0x20);
    outb(&q, 0x20, 0x20);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(priority_and_nesting)
{
    pulse(5);
    pulse(3);
    ck_assert_int_eq(i8259_ack(pic), 0x23);
    ck_assert_int_eq(intr.level, 0); /* 5 waits */
    pulse(1);
    ck_assert_int_eq(intr.level, 1); /* 1 nests */
    ck_assert_int_eq(i8259_ack(pic), 0x21);
    outb(&q, 0x20, 0x20);
    outb(&q, 0x20, 0x20);
    ck_assert_int_eq(i8259_ack(pic), 0x25);
}
END_TEST

START_TEST(cascade)
{
    pulse(12);
    ck_assert_int_eq(i8259_ack(pic), 0x2c);
    pulse(14);
    ck_assert_int_eq(intr.level, 0);
    pulse(8);
    ck_assert_int_eq(intr.level, 0); /* the master has 2 in service and is not in SFNM */
    outb(&q, 0xa0, 0x20);
    outb(&q, 0x20, 0x20);
    ck_assert_int_eq(i8259_ack(pic), 0x28);
    outb(&q, 0xa0, 0x60); /* specific EOI 0 */
    outb(&q, 0x20, 0x62);
    ck_assert_int_eq(i8259_ack(pic), 0x2e);
    set_line(pic, 2, 1); /* not wired */
    outb(&q, 0xa0, 0x20);
    outb(&q, 0x20, 0x20);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(fully_nested_cascade)
{
    program(0x11);
    pulse(12);
    ck_assert_int_eq(i8259_ack(pic), 0x2c);
    pulse(8);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic), 0x28);
}
END_TEST

START_TEST(spurious)
{
    ck_assert_int_eq(i8259_ack(pic), 0x27);
    outb(&q, 0x20, 0x0b);
    ck_assert_uint_eq(inb(&q, 0x20), 0); /* leaves nothing in service */
}
END_TEST

START_TEST(auto_eoi)
{
    program(0x03);
    pulse(6);
    ck_assert_int_eq(i8259_ack(pic), 0x26);
    outb(&q, 0x20, 0x0b);
    ck_assert_uint_eq(inb(&q, 0x20), 0);
    pulse(7);
    ck_assert_int_eq(i8259_ack(pic), 0x27);
}
END_TEST

START_TEST(rotation)
{
    outb(&q, 0x20, 0xc3); /* 3 gets the lowest priority: 4 is first */
    pulse(3);
    pulse(4);
    ck_assert_int_eq(i8259_ack(pic), 0x24);
    outb(&q, 0x20, 0xa0); /* rotate on EOI: 4 is last now */
    pulse(4);
    ck_assert_int_eq(i8259_ack(pic), 0x23);
    outb(&q, 0x20, 0x20);
    ck_assert_int_eq(i8259_ack(pic), 0x24);
}
END_TEST

START_TEST(special_mask_mode)
{
    pulse(3);
    ck_assert_int_eq(i8259_ack(pic), 0x23);
    outb(&q, 0x21, 0x08); /* mask the one in service */
    pulse(6);
    ck_assert_int_eq(intr.level, 0);
    outb(&q, 0x20, 0x68); /* set special mask mode */
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic), 0x26);
    outb(&q, 0x20, 0x48);
}
END_TEST

START_TEST(level_triggered)
{
    outb(&q, 0x4d1, 0xff);
    ck_assert_uint_eq(inb(&q, 0x4d1), 0xde); /* 8 and 13 cannot be level */
    outb(&q, 0x4d0, 0xff);
    ck_assert_uint_eq(inb(&q, 0x4d0), 0xf8);
    set_line(pic, 10, 1);
    ck_assert_int_eq(i8259_ack(pic), 0x2a);
    outb(&q, 0xa0, 0x20);
    outb(&q, 0x20, 0x20);
    ck_assert_int_eq(intr.level, 1); /* comes again while the line is high */
    set_line(pic, 10, 0);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(poll)
{
    pulse(5);
    outb(&q, 0x20, 0x0c);
    ck_assert_uint_eq(inb(&q, 0x20), 0x85);
    ck_assert_int_eq(intr.level, 0);
    outb(&q, 0x20, 0x20);
    outb(&q, 0x20, 0x0c);
    ck_assert_uint_eq(inb(&q, 0x20) & 0x80, 0);
}
END_TEST

START_TEST(withdrawn_slave_request)
{
    outb(&q, 0x4d1, 0x04);
    set_line(pic, 10, 1);
    set_line(pic, 10, 0);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

static int passed, passed_pin, passed_level;

static void taker_pin(void *opaque, bool to_ioapic, unsigned pin, int l)
{
    ck_assert(!to_ioapic);
    passed++;
    passed_pin = pin;
    passed_level = l;
}

static const CPUIntcTaker taker = {.set_pin = taker_pin};

/* Somebody else has the chips: what is asked for goes there, and comes back with them. */
START_TEST(given_away)
{
    CPUIntcChips image = {0};
    outb(&q, 0x4d1, 0x08);
    outb(&q, 0xa1, 0x0f & ~4);
    set_line(pic, 4, 1);
    i8259_give(pic, &taker, &image);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(image.pic[0].lines & 0x10, 0x10);
    ck_assert_uint_eq(image.pic[0].irr & 0x10, 0x10);
    ck_assert_uint_eq(image.pic[0].base, 0x20);
    ck_assert_uint_eq(image.pic[1].base, 0x28);
    ck_assert_uint_eq(image.pic[1].imr, 0x0b);
    ck_assert_uint_eq(image.pic[1].elcr, 0x08);
    passed = 0;
    set_line(pic, 4, 1); /* nothing new */
    set_line(pic, 2, 1); /* not wired */
    ck_assert_int_eq(passed, 0);
    set_line(pic, 10, 1);
    ck_assert_int_eq(passed, 1);
    ck_assert_int_eq(passed_pin, 10);
    ck_assert_int_eq(passed_level, 1);
    ck_assert_int_eq(intr.level, 0);

    image.pic[0].irr = 0; /* there 4 has been taken, ended, and a mask was written */
    image.pic[0].imr = 0x80;
    image.pic[1].irr = 0x04;
    i8259_take_back(pic, &image, true);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(inb(&q, 0x21), 0x80);
    set_line(pic, 4, 0);
    ck_assert_int_eq(passed, 2);
    i8259_take_back(pic, &image, false);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic), 0x2a);
    set_line(pic, 4, 1);
    ck_assert_int_eq(passed, 2);
}
END_TEST

START_TEST(reset_ends_giving)
{
    CPUIntcChips image = {0};
    i8259_give(pic, &taker, &image);
    device_reset(pic);
    passed = 0;
    program(0x01);
    set_line(pic, 4, 1);
    ck_assert_int_eq(passed, 0);
    ck_assert_int_eq(i8259_ack(pic), 0x24);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, mask_reads_back);
    tcase_add_test(tc, edge_and_eoi);
    tcase_add_test(tc, masked_edge_is_kept);
    tcase_add_test(tc, ticks_are_owed);
    tcase_add_test(tc, priority_and_nesting);
    tcase_add_test(tc, cascade);
    tcase_add_test(tc, fully_nested_cascade);
    tcase_add_test(tc, spurious);
    tcase_add_test(tc, auto_eoi);
    tcase_add_test(tc, rotation);
    tcase_add_test(tc, special_mask_mode);
    tcase_add_test(tc, level_triggered);
    tcase_add_test(tc, poll);
    tcase_add_test(tc, withdrawn_slave_request);
    tcase_add_test(tc, given_away);
    tcase_add_test(tc, reset_ends_giving);
}

int main(void)
{
    return unit_main("pic", add);
}
