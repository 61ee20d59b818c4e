/* The whole board: wiring, saved state of every device, random accesses to all of it. */
/* SPDX-License-Identifier: MIT */
#include "cpu/intc.h"
#include "hw/intc/apic.h"
#include "tests/qtest/board.h"

static Board b;

static void setup(void)
{
    board_init(&b, 64u << 20, NULL, NULL);
}

static void teardown(void)
{
    board_fini(&b);
}

static uint8_t in8(uint16_t port)
{
    return address_space_ldb(b.m.as_io, port);
}

static void out8(uint16_t port, uint8_t v)
{
    address_space_stb(b.m.as_io, port, v);
}

static void mem32(uint64_t addr, uint32_t v)
{
    address_space_stl(b.m.as_mem, addr, v);
}

static Device *find(const DeviceClass *cls)
{
    for (guint i = 0; i < b.m.devices->len; i++) {
        Device *d = b.m.devices->pdata[i];
        if (d->cls == cls) {
            return d;
        }
    }
    ck_abort_msg("no %s", cls->name);
    return NULL;
}

/* ---- wiring ---- */

/* 8254 -> HPET -> 8259 -> LINT0 -> local APIC. */
START_TEST(timer_through_8259)
{
    CPUIntc intc;
    lapic_get_intc(find(&lapic_class), &intc);
    out8(0x20, 0x11);
    out8(0x21, 0x30);
    out8(0x21, 0x04);
    out8(0x21, 0x01);
    out8(0x21, 0xfe);
    out8(0x43, 0x34);
    out8(0x40, 0x9c);
    out8(0x40, 0x2e); /* 100 Hz */
    ck_assert_int_eq(intc.ack(intc.opaque),
                     0x30); /* OUT of mode 2 is high from the start */
    out8(0x20, 0x20);
    ck_assert(!intc.pending(intc.opaque));
    clock_step(b.m.clock, 11 * MS);
    ck_assert(intc.pending(intc.opaque));
    ck_assert_int_eq(intc.ack(intc.opaque), 0x30);
}
END_TEST

/* 8254 -> HPET -> I/O APIC input 2 -> local APIC. */
START_TEST(timer_through_ioapic)
{
    CPUIntc intc;
    lapic_get_intc(find(&lapic_class), &intc);
    out8(0x21, 0xff);
    out8(0x43, 0x34);
    out8(0x40, 0x9c);
    out8(0x40, 0x2e);
    mem32(0xfec00000, 0x10 + 2 * 2);
    mem32(0xfec00010, 0x31);
    ck_assert_int_eq(intc.ack(intc.opaque), -1);
    clock_step(b.m.clock, 11 * MS);
    ck_assert_int_eq(intc.ack(intc.opaque), 0x31);
}
END_TEST

START_TEST(serial_interrupt_and_output)
{
    CPUIntc intc;
    lapic_get_intc(find(&lapic_class), &intc);
    mem32(0xfec00000, 0x10 + 2 * 4);
    mem32(0xfec00010, 0x44);
    out8(0x3fc, 0x0b);
    out8(0x3f9, 0x02);
    ck_assert_int_eq(intc.ack(intc.opaque), 0x44);
    out8(0x3f8, 'A');
    out8(0x2f8, 'B');
    ck_assert_str_eq(b.serial[0].out->str, "A");
    ck_assert_str_eq(b.serial[1].out->str, "B");
    ck_assert_uint_eq(in8(0x3ee), 0xff); /* no third port */
}
END_TEST

START_TEST(message_signalled)
{
    CPUIntc intc;
    lapic_get_intc(find(&lapic_class), &intc);
    b.m.msi(b.m.msi_opaque, 0xfee00000, 0x4099);
    ck_assert_int_eq(intc.ack(intc.opaque), 0x99);
}
END_TEST

START_TEST(lapic_page)
{
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xfee00030), 0x50014);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xfee000f0), 0x1ff);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xfee00350), 0x700);
}
END_TEST

START_TEST(memory_layout)
{
    address_space_stl(b.m.as_mem, 0x9fffc, 0x12345678);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0x9fffc), 0x12345678);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xa0000), 0xffffffff);
    address_space_stl(b.m.as_mem, 0x3fffffc, 7);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0x3fffffc), 7);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0x4000000), 0xffffffff);
    out8(0x70, 0x34);
    ck_assert_uint_eq(in8(0x71), 48 * 16 & 0xff);
    out8(0x70, 0x35);
    ck_assert_uint_eq(in8(0x71), 48 * 16 >> 8);
}
END_TEST

START_TEST(memory_above_4g)
{
    board_fini(&b);
    board_init(&b, 4096ull << 20, NULL, NULL); /* untouched pages cost nothing */
    address_space_stl(b.m.as_mem, 0xbffffffc, 1);
    address_space_stl(b.m.as_mem, 0x100000000, 2);
    address_space_stl(b.m.as_mem, 0x13ffffffc, 3);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xbffffffc), 1);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xc0000000), 0xffffffff);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0x100000000), 2);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0x13ffffffc), 3);
    ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0x140000000), 0xffffffff);
}
END_TEST

START_TEST(every_class_is_somewhere)
{
    for (const DeviceClass *const *c = device_classes; *c; c++) {
        if (!(*c)->bus) {
            find(*c);
        }
    }
}
END_TEST

/* ---- random accesses ---- */

/* Ports and registers at which devices are; a third of the accesses goes anywhere. */
static const uint32_t mmio_pages[] = {0xfec00000, 0xfed00000, 0xfee00000};
static const uint16_t ports[] = {
    0x20,  0x21,  0xa0,  0xa1,  0x4d0, 0x4d1, 0x40,  0x41,  0x42,  0x43,  0x61,  0x60,
    0x64,  0x70,  0x71,  0x92,  0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0xcf8,
    0xcf9, 0xcfc, 0xcfe, 0x600, 0x602, 0x604, 0x608, 0x60c, 0x2f8, 0x2fa, 0xe9,  0x501};

static uint64_t random_value(Rand *r)
{
    switch (rand_below(r, 4)) {
    case 0:
        return 1ull << rand_below(r, 64);
    case 1:
        return rand_below(r, 16);
    case 2:
        return -1ull;
    default:
        return rand_u64(r);
    }
}

static void poke_port(Rand *r)
{
    uint16_t port =
        rand_below(r, 3) ? ports[rand_below(r, ARRAY_SIZE(ports))] : rand_u64(r);
    uint64_t v = random_value(r);
    unsigned size = 1u << rand_below(r, 3);
    if (rand_below(r, 8) == 0) { /* aim at a function of the PCI bus */
        uint32_t address = 0x80000000u | rand_below(r, 3) << 11 | rand_below(r, 4) << 8;
        address_space_stl(b.m.as_io, 0xcf8, address | rand_below(r, 64) << 2);
        port = 0xcfc + rand_below(r, 4);
    }
    if (rand_below(r, 2)) {
        address_space_write(b.m.as_io, port, &v, MIN(size, 0x10000u - port));
    } else {
        address_space_read(b.m.as_io, port, &v, MIN(size, 0x10000u - port));
    }
}

static void poke_mmio(Rand *r)
{
    uint32_t offset = rand_below(r, 3) ? rand_below(r, 0x40) * 16 : rand_below(r, 0x1000);
    uint64_t addr = mmio_pages[rand_below(r, ARRAY_SIZE(mmio_pages))] + offset;
    uint64_t v = random_value(r);
    unsigned size = 1u << rand_below(r, 4);
    if (rand_below(r, 3)) {
        address_space_write(b.m.as_mem, addr, &v, size);
    } else {
        address_space_read(b.m.as_mem, addr, &v, size);
    }
}

static void poke_msr(Rand *r, const CPUIntc *intc)
{
    static const uint32_t msrs[] = {0x1b, 0x6e0, 0x800};
    uint32_t msr = msrs[rand_below(r, 3)];
    uint64_t v = msr == 0x1b ? 0xfee00000 | (rand_u64(r) & 0xd00) : random_value(r);
    msr += msr == 0x800 ? rand_below(r, 64) : 0;
    if (rand_below(r, 2)) {
        intc->msr_write(intc->opaque, msr, v);
    } else {
        intc->msr_read(intc->opaque, msr, &v);
    }
    if (rand_below(r, 4) == 0) {
        intc->ack(intc->opaque);
    }
}

static void poke_host(Rand *r)
{
    switch (rand_below(r, 4)) {
    case 0:
        fake_chardev_type(&b.serial[0], "some input");
        break;
    case 1:
        fake_chardev_make_room(&b.serial[0], rand_below(r, 20));
        break;
    case 2:
        b.m.powerdown(&b.m);
        break;
    default:
        b.m.nmi(&b.m);
        break;
    }
    g_string_truncate(b.serial[0].out, 0);
    g_string_truncate(b.serial[1].out, 0);
}

static void poke(Rand *r, const CPUIntc *intc)
{
    unsigned what = rand_below(r, 64);
    if (what < 30) {
        poke_port(r);
    } else if (what < 50) {
        poke_mmio(r);
    } else if (what < 60) {
        poke_msr(r, intc);
    } else if (what < 62) {
        poke_host(r);
    } else {
        clock_step(b.m.clock, rand_below(r, 2) ? rand_below(r, 100000) : 10 * MS);
    }
}

/* Name of the section and offset in it of the first difference. */
static const char *first_difference(const GByteArray *x, const GByteArray *y)
{
    static char text[80];
    for (guint at = 0; at < x->len;) {
        unsigned name_len = x->data[at];
        uint32_t len = x->data[at + 5 + name_len] | x->data[at + 6 + name_len] << 8;
        guint end = at + 9 + name_len + len;
        for (guint i = at; i < end; i++) {
            if (x->data[i] != y->data[i]) {
                snprintf(text, sizeof text, "%.*s + %u", name_len, x->data + at + 1,
                         i - at - 9 - name_len);
                return text;
            }
        }
        at = end;
    }
    return "nowhere";
}

/* What is saved is loaded and saved again: the same bytes. */
static void check_saved_state(void)
{
    GByteArray *first = g_byte_array_new(), *second = g_byte_array_new();
    GError *err = NULL;
    machine_save(&b.m, first);
    machine_reset(&b.m);
    bool ok = machine_load(&b.m, first->data, first->len, &err);
    ck_assert_msg(ok, "%s", err ? err->message : "");
    machine_save(&b.m, second);
    ck_assert_uint_eq(first->len, second->len);
    if (memcmp(first->data, second->data, first->len)) {
        ck_abort_msg("differs: %s", first_difference(first, second));
    }
    g_byte_array_unref(first);
    g_byte_array_unref(second);
}

/* A longer run: MYNAH_FUZZ=number of accesses. */
START_TEST(random_accesses)
{
    const char *env = g_getenv("MYNAH_FUZZ");
    int n = env ? atoi(env) : 200000;
    Rand r = {0x5eed + _i};
    CPUIntc intc;
    lapic_get_intc(find(&lapic_class), &intc);
    ck_assert(device_add_from_spec(&b.m, "isa-debug-exit", NULL));
    for (int i = 0; i < n; i++) {
        poke(&r, &intc);
        if (i % 1000 == 999) {
            check_saved_state();
        }
        if (i % 5000 == 4999) {
            machine_reset(&b.m);
        }
    }
}
END_TEST

/* A stream that somebody else has written is refused or taken, never believed. */
START_TEST(random_saved_state)
{
    Rand r = {0xbad};
    GByteArray *good = g_byte_array_new();
    machine_save(&b.m, good);
    for (int i = 0; i < 3000; i++) {
        g_autofree uint8_t *bad = g_memdup2(good->data, good->len);
        for (int k = 0; k < 20; k++) {
            bad[rand_below(&r, good->len)] = rand_u64(&r);
        }
        if (!machine_load(&b.m, bad, good->len, NULL)) {
            machine_reset(&b.m);
        }
        clock_step(b.m.clock, MS);
        for (int k = 0; k < 20; k++) {
            poke_port(&r);
            poke_mmio(&r);
        }
    }
    g_byte_array_unref(good);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, timer_through_8259);
    tcase_add_test(tc, timer_through_ioapic);
    tcase_add_test(tc, serial_interrupt_and_output);
    tcase_add_test(tc, message_signalled);
    tcase_add_test(tc, lapic_page);
    tcase_add_test(tc, memory_layout);
    tcase_add_test(tc, memory_above_4g);
    tcase_add_test(tc, every_class_is_somewhere);
    tcase_add_loop_test(tc, random_accesses, 0, 2);
    tcase_add_test(tc, random_saved_state);
}

int main(void)
{
    return unit_main("board", add);
}
