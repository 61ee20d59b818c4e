/* 16550A: FIFO, interrupts and their priorities, loopback, modem lines, back-pressure. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/fake-chardev.h"
#include "tests/qtest/qtest.h"

enum { DATA = 0x3f8, IER, FCR, LCR, MCR, LSR, MSR, SCR };
#define IIR FCR
#define IRQ (q.gsi[4])

static QTest q;
static Chardev chr;

static void setup(void)
{
    qtest_init(&q);
    fake_chardev_init(&chr);
    Device *d = device_new(&isa_serial_class, &q.m);
    device_set_ptr(d, "chardev", &chr);
    qtest_realize(d);
    outb(&q, MCR, 0x0b);
}

static void teardown(void)
{
    qtest_fini(&q);
    fake_chardev_free(&chr);
}

START_TEST(at_reset)
{
    ck_assert_uint_eq(inb(&q, IER), 0x00);
    ck_assert_uint_eq(inb(&q, IIR), 0x01);
    ck_assert_uint_eq(inb(&q, LSR), 0x60);
    ck_assert_uint_eq(inb(&q, MSR), 0xb0);
    outb(&q, SCR, 0x5a);
    ck_assert_uint_eq(inb(&q, SCR), 0x5a);
}
END_TEST

START_TEST(divisor)
{
    outb(&q, LCR, 0x83);
    outb(&q, DATA, 0x01);
    outb(&q, IER, 0x02);
    ck_assert_uint_eq(inb(&q, DATA), 0x01);
    ck_assert_uint_eq(inb(&q, IER), 0x02);
    outb(&q, LCR, 0x03);
    ck_assert_uint_eq(inb(&q, IER), 0x00);
    ck_assert_str_eq(chr.out->str, "");
}
END_TEST

START_TEST(polled_output)
{
    for (const char *p = "hello"; *p; p++) {
        ck_assert_uint_eq(inb(&q, LSR) & 0x60, 0x60);
        outb(&q, DATA, *p);
    }
    ck_assert_str_eq(chr.out->str, "hello");
    ck_assert_uint_eq(IRQ.rises, 0);
}
END_TEST

/* What a driver does that probes for the transmit interrupt. */
START_TEST(transmit_interrupt)
{
    outb(&q, IER, 0x02);
    ck_assert_int_eq(IRQ.level, 1);
    ck_assert_uint_eq(inb(&q, IIR), 0x02);
    ck_assert_int_eq(IRQ.level, 0); /* reading IIR clears it */
    ck_assert_uint_eq(inb(&q, IIR), 0x01);
    outb(&q, DATA, 'x');
    ck_assert_int_eq(IRQ.level, 1);
    ck_assert_uint_eq(inb(&q, IIR), 0x02);
    outb(&q, IER, 0x00);
    outb(&q, IER, 0x02); /* enabling it with THR empty raises it again */
    ck_assert_uint_eq(inb(&q, IIR), 0x02);
    outb(&q, IER, 0x02); /* but not when it was enabled already */
    ck_assert_uint_eq(inb(&q, IIR), 0x01);
}
END_TEST

START_TEST(out2_gates_interrupt)
{
    outb(&q, MCR, 0x03);
    outb(&q, IER, 0x02);
    ck_assert_int_eq(IRQ.level, 0);
    outb(&q, MCR, 0x0b);
    ck_assert_int_eq(IRQ.level, 1);
}
END_TEST

START_TEST(receive_without_fifo)
{
    outb(&q, IER, 0x01);
    fake_chardev_type(&chr, "ab");
    ck_assert_uint_eq(inb(&q, LSR), 0x61);
    ck_assert_uint_eq(inb(&q, IIR), 0x04);
    ck_assert_uint_eq(chr.typed->len, 1); /* no overrun: the rest waits */
    ck_assert_uint_eq(inb(&q, DATA), 'a');
    ck_assert_uint_eq(inb(&q, DATA), 'b');
    ck_assert_uint_eq(inb(&q, LSR), 0x60);
    ck_assert_int_eq(IRQ.level, 0);
}
END_TEST

START_TEST(receive_fifo_trigger)
{
    outb(&q, FCR, 0x81); /* trigger at 8 */
    ck_assert_uint_eq(inb(&q, IIR), 0xc1);
    outb(&q, IER, 0x01);
    fake_chardev_type(&chr, "1234567");
    ck_assert_int_eq(IRQ.level, 0);
    fake_chardev_type(&chr, "8");
    ck_assert_int_eq(IRQ.level, 1);
    ck_assert_uint_eq(inb(&q, IIR), 0xc4);
    ck_assert_uint_eq(inb(&q, DATA), '1');
    ck_assert_int_eq(IRQ.level, 0);
    fake_chardev_type(&chr, "9abcdefghijkl");
    ck_assert_uint_eq(chr.typed->len, 4); /* 16 are in the FIFO */
    for (const char *p = "23456789abcdefghijkl"; *p; p++) {
        ck_assert_uint_eq(inb(&q, DATA), *p);
    }
    ck_assert_uint_eq(inb(&q, LSR), 0x60);
}
END_TEST

START_TEST(character_timeout)
{
    outb(&q, LCR, 0x83);
    outb(&q, DATA, 0x01); /* 115200 baud: 4 characters are 347 us */
    outb(&q, IER, 0x00);
    outb(&q, LCR, 0x03);
    outb(&q, FCR, 0xc1);
    outb(&q, IER, 0x01);
    fake_chardev_type(&chr, "xy");
    step(&q, 300 * US);
    ck_assert_int_eq(IRQ.level, 0);
    step(&q, 60 * US);
    ck_assert_int_eq(IRQ.level, 1);
    ck_assert_uint_eq(inb(&q, IIR), 0xcc);
    ck_assert_uint_eq(inb(&q, DATA), 'x');
    ck_assert_int_eq(IRQ.level, 0); /* a read starts it anew */
    step(&q, 400 * US);
    ck_assert_int_eq(IRQ.level, 1);
    ck_assert_uint_eq(inb(&q, DATA), 'y');
    ck_assert_int_eq(IRQ.level, 0);
    step(&q, SEC);
    ck_assert_int_eq(IRQ.level, 0);
}
END_TEST

START_TEST(fifo_reset)
{
    outb(&q, FCR, 0x01);
    fake_chardev_type(&chr, "abc");
    outb(&q, FCR, 0x03);
    ck_assert_uint_eq(inb(&q, LSR), 0x60);
    fake_chardev_type(&chr, "d");
    outb(&q, FCR, 0x00); /* turning it off empties it */
    ck_assert_uint_eq(inb(&q, LSR), 0x60);
    ck_assert_uint_eq(inb(&q, IIR), 0x01);
}
END_TEST

START_TEST(break_condition)
{
    outb(&q, FCR, 0x01);
    outb(&q, IER, 0x05);
    chr.handlers->event(chr.opaque, CHARDEV_BREAK);
    ck_assert_uint_eq(inb(&q, IIR), 0xc6); /* line status comes first */
    ck_assert_uint_eq(inb(&q, LSR) & 0x91, 0x91);
    ck_assert_uint_eq(inb(&q, LSR) & 0x91, 0x01);
    ck_assert_uint_eq(inb(&q, DATA), 0);
    ck_assert_uint_eq(inb(&q, LSR), 0x60);
}
END_TEST

START_TEST(loopback)
{
    outb(&q, MCR, 0x10);
    outb(&q, DATA, 'L');
    ck_assert_str_eq(chr.out->str, "");
    ck_assert_uint_eq(inb(&q, LSR), 0x61);
    outb(&q, DATA, 'M'); /* no FIFO: overrun */
    ck_assert_uint_eq(inb(&q, LSR), 0x63);
    ck_assert_uint_eq(inb(&q, LSR), 0x61);
    ck_assert_uint_eq(inb(&q, DATA), 'M');
    fake_chardev_type(&chr, "n");
    ck_assert_uint_eq(inb(&q, LSR), 0x60); /* the line is cut off */
    outb(&q, MCR, 0x0b);
    ck_assert_uint_eq(inb(&q, DATA), 'n');
}
END_TEST

/* The modem line test of drivers: DTR, RTS, OUT1, OUT2 come back as DSR, CTS, RI, DCD. */
START_TEST(loopback_modem_lines)
{
    static const uint8_t pairs[][2] = {
        {0x11, 0x20},
        {0x12, 0x10},
        {0x14, 0x40},
        {0x18, 0x80},
        {0x1a, 0x90},
        {0x10, 0x00}
    };
    for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++) {
        outb(&q, MCR, pairs[i][0]);
        ck_assert_uint_eq(inb(&q, MSR) & 0xf0, pairs[i][1]);
    }
}
END_TEST

START_TEST(modem_deltas)
{
    inb(&q, MSR);
    outb(&q, IER, 0x08);
    outb(&q, MCR, 0x1c); /* loop: DCD stays, CTS and DSR fall, RI rises */
    ck_assert_uint_eq(inb(&q, IIR), 0x00);
    ck_assert_int_eq(IRQ.level, 0); /* the output is off in loopback */
    ck_assert_uint_eq(inb(&q, MSR), 0xc3);
    ck_assert_uint_eq(inb(&q, MSR), 0xc0);
    outb(&q, MCR, 0x18); /* the trailing edge of RI */
    ck_assert_uint_eq(inb(&q, MSR), 0x84);
}
END_TEST

START_TEST(back_pressure)
{
    outb(&q, FCR, 0x01);
    outb(&q, IER, 0x02);
    chr.room = 2;
    for (int i = 0; i < 20; i++) {
        outb(&q, DATA, 'a' + i);
    }
    ck_assert_str_eq(chr.out->str, "ab");
    ck_assert_uint_eq(inb(&q, LSR), 0x00);
    ck_assert_int_eq(IRQ.level, 0);
    fake_chardev_make_room(&chr, 10);
    ck_assert_str_eq(chr.out->str, "abcdefghijkl");
    ck_assert_uint_eq(inb(&q, LSR), 0x00);
    fake_chardev_make_room(&chr, 100);
    ck_assert_str_eq(chr.out->str, "abcdefghijklmnopqr"); /* 16 were kept */
    ck_assert_uint_eq(inb(&q, LSR), 0x60);
    ck_assert_int_eq(IRQ.level, 1);
}
END_TEST

START_TEST(bad_properties)
{
    GError *err = NULL;
    ck_assert(!device_add_from_spec(&q.m, "isa-serial,irq=16", &err));
    ck_assert(strstr(err->message, "irq=16") != NULL);
    g_clear_error(&err);
    ck_assert(!device_add_from_spec(&q.m, "isa-serial,iobase=0xfff9", &err));
    g_clear_error(&err);
    ck_assert(!device_add_from_spec(&q.m, "isa-serail", &err));
    ck_assert(strstr(err->message, "did you mean 'isa-serial'") != NULL);
    g_clear_error(&err);
    ck_assert(device_add_from_spec(&q.m, "isa-serial,iobase=0x2f8,irq=3", NULL));
    ck_assert_uint_eq(inb(&q, 0x2fd), 0x60);
}
END_TEST

START_TEST(debug_exit)
{
    ck_assert(device_add_from_spec(&q.m, "isa-debug-exit,iobase=0xf4,iosize=4", NULL));
    outl(&q, 0xf4, 0x10);
    ck_assert_int_eq(q.requests[MACHINE_EXIT], 1);
    ck_assert_int_eq(q.exit_code, 0x21);
    outb(&q, 0xf4, 0);
    ck_assert_int_eq(q.exit_code, 1);
    ck_assert(!device_add_from_spec(&q.m, "isa-debug-exit,iosize=0", NULL));
}
END_TEST

START_TEST(debugcon)
{
    Device *d = device_new(&isa_debugcon_class, &q.m);
    device_set_ptr(d, "chardev", &chr);
    qtest_realize(d);
    ck_assert_uint_eq(inb(&q, 0xe9), 0xe9);
    outb(&q, 0xe9, '!');
    ck_assert_str_eq(chr.out->str, "!");
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, at_reset);
    tcase_add_test(tc, divisor);
    tcase_add_test(tc, polled_output);
    tcase_add_test(tc, transmit_interrupt);
    tcase_add_test(tc, out2_gates_interrupt);
    tcase_add_test(tc, receive_without_fifo);
    tcase_add_test(tc, receive_fifo_trigger);
    tcase_add_test(tc, character_timeout);
    tcase_add_test(tc, fifo_reset);
    tcase_add_test(tc, break_condition);
    tcase_add_test(tc, loopback);
    tcase_add_test(tc, loopback_modem_lines);
    tcase_add_test(tc, modem_deltas);
    tcase_add_test(tc, back_pressure);
    tcase_add_test(tc, bad_properties);
    tcase_add_test(tc, debug_exit);
    tcase_add_test(tc, debugcon);
}

int main(void)
{
    return unit_main("serial", add);
}
