/* I/O APIC: edge and level pins, masking, remote IRR, EOI. */
/* SPDX-License-Identifier: MIT */
#include "cpu/intc.h"
#include "hw/intc/apic.h"
#include "tests/qtest/qtest.h"

#define BASE      0xfec00000
#define LEVEL     (1u << 15)
#define MASKED    (1u << 16)
#define REMOTE    (1u << 14)
#define LAPIC_EOI 0xb0
#define LAPIC_SVR 0xf0

static QTest q;
static ApicBus bus;
static Device *lapic, *ioapic;
static CPUIntc intc;

static uint32_t get(unsigned reg)
{
    writel(&q, BASE, reg);
    return readl(&q, BASE + 0x10);
}

static void set(unsigned reg, uint32_t v)
{
    writel(&q, BASE, reg);
    writel(&q, BASE + 0x10, v);
}

static void set_pin(unsigned n, uint32_t v)
{
    set(0x10 + 2 * n, v);
}

static int ack(void)
{
    return intc.ack(lapic);
}

static void eoi(void)
{
    lapic_mmio_write(lapic, LAPIC_EOI, 0);
}

static void setup(void)
{
    qtest_init(&q);
    memset(&bus, 0, sizeof bus);
    lapic = device_new(&lapic_class, &q.m);
    device_set_ptr(lapic, "bus", &bus);
    qtest_realize(lapic);
    lapic_get_intc(lapic, &intc);
    lapic_mmio_write(lapic, LAPIC_SVR, 0x1ff);
    ioapic = device_new(&ioapic_class, &q.m);
    device_set_ptr(ioapic, "bus", &bus);
    qtest_realize(ioapic);
}

static void teardown(void)
{
    qtest_fini(&q);
}

START_TEST(registers)
{
    ck_assert_uint_eq(get(1), 0x00170020);
    ck_assert_uint_eq(get(0x10), MASKED);
    ck_assert_uint_eq(get(0x3f), 0);
    ck_assert_uint_eq(get(0x40), 0);
    set(0, 0x0f000000);
    ck_assert_uint_eq(get(0), 0x0f000000);
    ck_assert_uint_eq(get(2), 0x0f000000);
    set(0x11, 0xffffffff);
    ck_assert_uint_eq(get(0x11), 0xff000000);
    set_pin(0, 0xffffffff);
    ck_assert_uint_eq(get(0x10),
                      0x1afff); /* delivery status and remote IRR are read-only */
}
END_TEST

START_TEST(edge)
{
    set_pin(4, 0x34);
    set_line(ioapic, 4, 1);
    ck_assert_int_eq(ack(), 0x34);
    eoi();
    ck_assert_int_eq(ack(), -1);
    set_line(ioapic, 4, 1);
    ck_assert_int_eq(ack(), -1);
    set_line(ioapic, 4, 0);
    set_line(ioapic, 4, 1);
    ck_assert_int_eq(ack(), 0x34);
}
END_TEST

START_TEST(masked_edge_is_lost)
{
    set_pin(4, 0x34 | MASKED);
    set_line(ioapic, 4, 1);
    set_pin(4, 0x34);
    ck_assert_int_eq(ack(), -1);
}
END_TEST

static void pulse(int n)
{
    set_line(ioapic, n, 1);
    set_line(ioapic, n, 0);
}

/* Three ticks while the vCPU waits are three interrupts; of another pin they are one. */
START_TEST(ticks_are_owed)
{
    set_pin(2, 0x30);
    set_pin(4, 0x34);
    for (int i = 0; i < 3; i++) {
        pulse(2);
        pulse(4);
    }
    ck_assert_int_eq(ack(), 0x34);
    eoi();
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(ack(), 0x30);
        ck_assert_int_eq(ack(), -1); /* not before its EOI */
        eoi();
    }
    ck_assert_int_eq(ack(), -1);
    pulse(2);
    ck_assert_int_eq(ack(), 0x30);
}
END_TEST

START_TEST(owed_ticks_are_forgotten)
{
    set_pin(2, 0x30);
    pulse(2);
    pulse(2);
    set_pin(2, 0x30 | MASKED);
    set_pin(2, 0x31);
    ck_assert_int_eq(ack(), 0x30);
    eoi();
    ck_assert_int_eq(ack(), -1);
    pulse(2);
    ck_assert_int_eq(ack(), 0x31);
    eoi();
    ck_assert_int_eq(ack(), -1);
}
END_TEST

START_TEST(level)
{
    set_pin(17, 0x51 | LEVEL);
    set_line(ioapic, 17, 1);
    ck_assert_uint_eq(get(0x32), 0x51 | LEVEL | REMOTE);
    ck_assert_int_eq(ack(), 0x51);
    set_line(ioapic, 17, 1);
    ck_assert_int_eq(ack(), -1);
    eoi(); /* still high: again */
    ck_assert_int_eq(ack(), 0x51);
    set_line(ioapic, 17, 0);
    eoi();
    ck_assert_uint_eq(get(0x32), 0x51 | LEVEL);
    ck_assert_int_eq(ack(), -1);
}
END_TEST

START_TEST(masked_level_is_kept)
{
    set_pin(17, 0x51 | LEVEL | MASKED);
    set_line(ioapic, 17, 1);
    ck_assert_int_eq(ack(), -1);
    set_pin(17, 0x51 | LEVEL);
    ck_assert_int_eq(ack(), 0x51);
}
END_TEST

START_TEST(eoi_register)
{
    set_pin(17, 0x51 | LEVEL);
    set_line(ioapic, 17, 1);
    ack();
    set_line(ioapic, 17, 0);
    writel(&q, BASE + 0x40, 0x51);
    ck_assert_uint_eq(get(0x32), 0x51 | LEVEL);
}
END_TEST

START_TEST(switch_to_edge_clears_remote_irr)
{
    set_pin(17, 0x51 | LEVEL);
    set_line(ioapic, 17, 1);
    set_pin(17, 0x51 | MASKED);
    set_pin(17, 0x51 | LEVEL | MASKED);
    ck_assert_uint_eq(get(0x32), 0x51 | LEVEL | MASKED);
}
END_TEST

START_TEST(nobody_takes_it)
{
    set(0x11 + 2 * 17, 9u << 24); /* no such APIC */
    set_pin(17, 0x51 | LEVEL);
    set_line(ioapic, 17, 1);
    ck_assert_uint_eq(get(0x32), 0x51 | LEVEL); /* not stuck */
    set(0x11 + 2 * 17, 0);
    ck_assert_int_eq(ack(), 0x51);
}
END_TEST

static int passed, passed_pin, passed_level;

static void taker_pin(void *opaque, bool to_ioapic, unsigned pin, int l)
{
    ck_assert(to_ioapic);
    passed++;
    passed_pin = pin;
    passed_level = l;
}

static const CPUIntcTaker taker = {.set_pin = taker_pin};

/* Somebody else has the chip: levels go there; one that is high sends when it is back. */
START_TEST(given_away)
{
    CPUIntcChips image = {0};
    set_pin(17, 0x51 | LEVEL | MASKED);
    set_pin(4, 0x34);
    set_line(ioapic, 17, 1);
    ioapic_give(ioapic, &taker, &image);
    ck_assert_uint_eq(image.ioapic.rte[4], 0x34);
    ck_assert_uint_eq(image.ioapic.lines, 1u << 17);
    passed = 0;
    set_line(ioapic, 17, 1); /* nothing new */
    ck_assert_int_eq(passed, 0);
    set_line(ioapic, 4, 1);
    ck_assert_int_eq(passed, 1);
    ck_assert_int_eq(passed_pin, 4);
    ck_assert_int_eq(passed_level, 1);
    ck_assert_int_eq(ack(), -1);

    image.ioapic.rte[17] = 0x52 | LEVEL; /* unmasked there */
    ioapic_take_back(ioapic, &image, true);
    ck_assert_uint_eq(get(0x10 + 2 * 17), 0x52 | LEVEL);
    ck_assert_int_eq(ack(), -1);
    set_line(ioapic, 4, 0);
    ck_assert_int_eq(passed, 2);
    ioapic_take_back(ioapic, &image, false);
    ck_assert_int_eq(ack(), 0x52);
    ck_assert_uint_eq(get(0x10 + 2 * 17), 0x52 | LEVEL | REMOTE);
    set_line(ioapic, 4, 1);
    ck_assert_int_eq(passed, 2);
}
END_TEST

/* In service there: it is not sent once more before its end. */
START_TEST(comes_back_in_service)
{
    CPUIntcChips image = {0};
    set_pin(17, 0x51 | LEVEL);
    ioapic_give(ioapic, &taker, &image);
    set_line(ioapic, 17, 1);
    image.ioapic.rte[17] |= REMOTE;
    ioapic_take_back(ioapic, &image, false);
    ck_assert_int_eq(ack(), -1);
    writel(&q, BASE + 0x40, 0x51);
    ck_assert_int_eq(ack(), 0x51);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, registers);
    tcase_add_test(tc, edge);
    tcase_add_test(tc, masked_edge_is_lost);
    tcase_add_test(tc, ticks_are_owed);
    tcase_add_test(tc, owed_ticks_are_forgotten);
    tcase_add_test(tc, level);
    tcase_add_test(tc, masked_level_is_kept);
    tcase_add_test(tc, eoi_register);
    tcase_add_test(tc, switch_to_edge_clears_remote_irr);
    tcase_add_test(tc, nobody_takes_it);
    tcase_add_test(tc, given_away);
    tcase_add_test(tc, comes_back_in_service);
}

int main(void)
{
    return unit_main("ioapic", add);
}
