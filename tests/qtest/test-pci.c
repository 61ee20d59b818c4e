/* PCI: configuration mechanism #1, BARs, INTx routing, reset control, PM block. */
/* SPDX-License-Identifier: MIT */
#include "hw/pci/pci.h"
#include "tests/qtest/qtest.h"

static QTest q;
static Device *piix3, *pm;

/* ---- a function of this test: 4 KiB of MMIO, 16 ports, INTA ---- */

typedef struct CardState {
    PCIDevice pci;
    MemoryRegion mmio, ports;
} CardState;

static uint64_t card_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0x11223344 + addr;
}

static void card_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    pci_device_set_irq(opaque, v & 1);
}

static const MemoryRegionOps card_ops = {.read = card_read, .write = card_write};

static const PCIInfo card_info = {
    .vendor = 0x1234,
    .device = 0x5678,
    .class_code = 0x0c0340,
    .revision = 9,
    .subvendor = 0xaaaa,
    .subdevice = 0xbbbb,
    .interrupt_pin = 1,
};

static bool card_realize(Device *d, GError **errp)
{
    CardState *s = (CardState *)d;
    if (!pci_device_init(&s->pci, &card_info, errp)) {
        return false;
    }
    memory_region_init_io(&s->mmio, &card_ops, s, "card", 0x1000);
    memory_region_init_io(&s->ports, &card_ops, s, "card", 16);
    pci_device_add_bar(&s->pci, 0, PCI_BAR_64 | PCI_BAR_PREFETCH, &s->mmio);
    pci_device_add_bar(&s->pci, 2, PCI_BAR_IO, &s->ports);
    unsigned cap = pci_device_add_capability(&s->pci, 9, 6);
    s->pci.initial[cap + 2] = 0x77;
    return true;
}

static void card_reset(Device *d)
{
    pci_device_reset((PCIDevice *)d);
}

static void card_unrealize(Device *d)
{
    pci_device_fini((PCIDevice *)d);
}

static const Property card_props[] = {
    PROP_UINT(CardState, "devfn", pci.devfn, PCI_ANY, "place"),
    PROP_END(),
};

static const DeviceClass card_class = {
    .name = "card",
    .desc = "function of a test",
    .size = sizeof(CardState),
    .props = card_props,
    .realize = card_realize,
    .unrealize = card_unrealize,
    .reset = card_reset,
};

static void setup(void)
{
    IRQLine pirq[4];
    qtest_init(&q);
    piix3 = device_new(&piix3_class, &q.m);
    for (int i = 0; i < 4; i++) {
        pirq[i] = device_irq_in(piix3, i);
    }
    q.m.pci = pci_bus_new(&q.mem, &q.io, pirq);
    qtest_device(&q, &i440fx_class);
    qtest_realize(piix3);
    pm = qtest_device(&q, &piix4_pm_class);
}

static void teardown(void)
{
    PCIBus *bus = q.m.pci;
    qtest_fini(&q);
    pci_bus_free(bus);
}

static void select_reg(unsigned slot, unsigned fn, unsigned reg)
{
    outl(&q, 0xcf8, 0x80000000 | slot << 11 | fn << 8 | (reg & ~3));
}

static uint32_t cfg(unsigned slot, unsigned fn, unsigned reg)
{
    select_reg(slot, fn, reg);
    return inl(&q, 0xcfc);
}

static void set_cfg(unsigned slot, unsigned fn, unsigned reg, uint32_t v)
{
    select_reg(slot, fn, reg);
    outl(&q, 0xcfc, v);
}

START_TEST(mechanism)
{
    ck_assert_uint_eq(cfg(0, 0, 0), 0x12378086);
    ck_assert_uint_eq(cfg(1, 0, 0), 0x70008086);
    ck_assert_uint_eq(cfg(1, 3, 0), 0x71138086);
    ck_assert_uint_eq(cfg(1, 0, 0x0c) >> 16 & 0xff, 0x80); /* multifunction */
    ck_assert_uint_eq(cfg(2, 0, 0), 0xffffffff);
    ck_assert_uint_eq(inl(&q, 0xcf8), 0x80001000);
    select_reg(0, 0, 0);
    ck_assert_uint_eq(inw(&q, 0xcfe), 0x1237);
    ck_assert_uint_eq(inb(&q, 0xcfd), 0x80);
    outl(&q, 0xcf8, 0x00000000); /* not enabled */
    ck_assert_uint_eq(inl(&q, 0xcfc), 0xffffffff);
    outl(&q, 0xcf8, 0x80010000); /* another bus */
    ck_assert_uint_eq(inl(&q, 0xcfc), 0xffffffff);
    outb(&q, 0xcfb, 0x12); /* a byte is not a write of the address */
    ck_assert_uint_eq(inl(&q, 0xcf8), 0x80010000);
    set_cfg(0, 0, 0, 0x55555555); /* IDs are read-only */
    ck_assert_uint_eq(cfg(0, 0, 0), 0x12378086);
}
END_TEST

START_TEST(header_and_capability)
{
    qtest_device(&q, &card_class);
    ck_assert_uint_eq(cfg(2, 0, 0x00), 0x56781234);
    ck_assert_uint_eq(cfg(2, 0, 0x08), 0x0c034009);
    ck_assert_uint_eq(cfg(2, 0, 0x2c), 0xbbbbaaaa);
    ck_assert_uint_eq(cfg(2, 0, 0x3c), 0x0100);
    ck_assert_uint_eq(cfg(2, 0, 0x04) >> 16, 0x10);
    ck_assert_uint_eq(cfg(2, 0, 0x34), 0x40);
    ck_assert_uint_eq(cfg(2, 0, 0x40), 0x00770009);
}
END_TEST

START_TEST(bar_sizing_and_mapping)
{
    qtest_device(&q, &card_class);
    set_cfg(2, 0, 0x04, 7);
    set_cfg(2, 0, 0x10, 0xffffffff);
    set_cfg(2, 0, 0x14, 0xffffffff);
    set_cfg(2, 0, 0x18, 0xffffffff);
    ck_assert_uint_eq(cfg(2, 0, 0x10), 0xfffff00c);
    ck_assert_uint_eq(cfg(2, 0, 0x14), 0xffffffff);
    ck_assert_uint_eq(cfg(2, 0, 0x18), 0xfffffff1);
    ck_assert_uint_eq(cfg(2, 0, 0x1c), 0);
    set_cfg(2, 0, 0x10, 0xe0001000);
    set_cfg(2, 0, 0x14, 1);
    set_cfg(2, 0, 0x18, 0xc040);
    ck_assert_uint_eq(readl(&q, 0x1e0001010), 0x11223354);
    ck_assert_uint_eq(inl(&q, 0xc044), 0x11223348);
    set_cfg(2, 0, 0x10, 0xe0002000); /* moves */
    ck_assert_uint_eq(readl(&q, 0x1e0001010), 0xffffffff);
    ck_assert_uint_eq(readl(&q, 0x1e0002000), 0x11223344);
    set_cfg(2, 0, 0x04, 1); /* memory off, ports on */
    ck_assert_uint_eq(readl(&q, 0x1e0002000), 0xffffffff);
    ck_assert_uint_eq(inl(&q, 0xc040), 0x11223344);
    machine_reset(&q.m);
    ck_assert_uint_eq(inl(&q, 0xc040), 0xffffffff);
    ck_assert_uint_eq(cfg(2, 0, 0x18), 1);
}
END_TEST

START_TEST(slots)
{
    GError *err = NULL;
    ck_assert_ptr_nonnull(device_create(&card_class, &q.m, NULL));
    Device *d = device_new(&card_class, &q.m);
    device_set_uint(d, "devfn", PCI_DEVFN(2, 0));
    ck_assert(!device_realize(d, &err));
    ck_assert_str_eq(err->message, "card: PCI slot 2 is taken");
    g_clear_error(&err);
    ck_assert_ptr_nonnull(device_create(&card_class, &q.m, NULL));
    ck_assert_uint_eq(cfg(3, 0, 0), 0x56781234);
}
END_TEST

/* Slot 2, INTA: PIRQC; slot 3, INTA: PIRQD. */
START_TEST(intx_routing)
{
    qtest_device(&q, &card_class);
    qtest_device(&q, &card_class);
    qtest_device(&q, &card_class);
    qtest_device(&q, &card_class);
    qtest_device(&q, &card_class); /* slot 6: PIRQC too */
    for (unsigned slot = 2; slot <= 6; slot++) {
        set_cfg(slot, 0, 0x18, 0xc000 + 16 * slot);
        set_cfg(slot, 0, 0x04, 1);
    }
    outb(&q, 0xc020, 1);
    ck_assert_int_eq(q.gsi[18].level, 1);
    ck_assert_uint_eq(cfg(2, 0, 4) >> 16 & 8, 8);
    outb(&q, 0xc060, 1);
    outb(&q, 0xc020, 0);
    ck_assert_int_eq(q.gsi[18].level, 1); /* the other one still asks */
    outb(&q, 0xc060, 0);
    ck_assert_int_eq(q.gsi[18].level, 0);
    set_cfg(1, 0, 0x60, 0x0a0b0a0b); /* PIRQC to IRQ 11, PIRQD to 10 */
    outb(&q, 0xc020, 1);
    ck_assert(q.gsi[11].level && !q.gsi[10].level);
    set_cfg(2, 0, 4, 0x401); /* INTx off */
    ck_assert(!q.gsi[11].level && !q.gsi[18].level);
    set_cfg(2, 0, 4, 1);
    ck_assert(q.gsi[11].level && q.gsi[18].level);
    set_cfg(1, 0, 0x60, 0x80808080);
    ck_assert(!q.gsi[11].level && q.gsi[18].level);
    machine_reset(&q.m);
    ck_assert(!q.gsi[18].level);
}
END_TEST

START_TEST(firmware_assigns)
{
    PCIWindows w = {
        .mem = 0xc0000000,
        .mem_end = 0xfec00000,
        .io = 0xc000,
        .io_end = 0x10000,
        .irq = {10, 10, 11, 11}
    };
    qtest_device(&q, &card_class);
    qtest_device(&q, &card_class);
    pci_bus_assign(q.m.pci, &w);
    ck_assert_uint_eq(cfg(2, 0, 0x10), 0xc000000c);
    ck_assert_uint_eq(cfg(3, 0, 0x10), 0xc000100c);
    ck_assert_uint_eq(cfg(3, 0, 0x18), 0xc011);
    ck_assert_uint_eq(cfg(3, 0, 0x04) & 7, 3);
    ck_assert_uint_eq(cfg(2, 0, 0x3c) & 0xff, 11);
    ck_assert_uint_eq(readl(&q, 0xc0001000), 0x11223344);
}
END_TEST

START_TEST(reset_ports)
{
    outb(&q, 0xcf9, 0x02);
    ck_assert_int_eq(q.requests[MACHINE_RESET], 0);
    outb(&q, 0xcf9, 0x06);
    ck_assert_int_eq(q.requests[MACHINE_RESET], 1);
    outb(&q, 0x92, 0x01);
    ck_assert_int_eq(q.requests[MACHINE_RESET], 2);
    outb(&q, 0x92, 0x02);
    ck_assert_uint_eq(inb(&q, 0x92), 0x02);
}
END_TEST

/* ---- power management ---- */

static void enable_pm(void)
{
    set_cfg(1, 3, 0x40, 0x600);
    set_cfg(1, 3, 0x80, 1);
}

START_TEST(pm_block)
{
    ck_assert_uint_eq(inw(&q, 0x604), 0xffff);
    enable_pm();
    ck_assert_uint_eq(cfg(1, 3, 0x40), 0x601);
    ck_assert_uint_eq(inw(&q, 0x604), 0x0001); /* SCI_EN */
    outw(&q, 0x604, 0x2000 | 5 << 10);
    ck_assert_int_eq(q.requests[MACHINE_POWEROFF], 1);
    outw(&q, 0x604, 0x2000 | 3 << 10); /* not offered */
    ck_assert_int_eq(q.requests[MACHINE_POWEROFF], 1);
    outw(&q, 0x604, 0x2000);
    ck_assert_int_eq(q.requests[MACHINE_POWEROFF], 2);
    set_cfg(1, 3, 0x40, 0xb000);
    ck_assert_uint_eq(inw(&q, 0x604), 0xffff);
    set_cfg(1, 3, 0x80, 0);
    ck_assert_uint_eq(inw(&q, 0xb004), 0xffff);
}
END_TEST

START_TEST(pm_timer)
{
    enable_pm();
    step(&q, SEC);
    ck_assert_uint_eq(inl(&q, 0x608), 3579545);
    step(&q, 4 * SEC);
    ck_assert_uint_eq(inl(&q, 0x608), 5 * 3579545 & 0xffffff); /* 24 bits */
    ck_assert_uint_eq(inw(&q, 0x600), 1);                      /* bit 23 has changed */
    outw(&q, 0x600, 1);
    ck_assert_uint_eq(inw(&q, 0x600), 0);
    outw(&q, 0x602, 1);
    ck_assert_int_eq(q.gsi[9].level, 0);
    step(&q, 3 * SEC);
    ck_assert_int_eq(q.gsi[9].level, 1);
    outb(&q, 0x600, 1);
    ck_assert_int_eq(q.gsi[9].level, 0);
}
END_TEST

START_TEST(pm_power_button)
{
    enable_pm();
    outw(&q, 0x602, 0x100);
    set_line(pm, 0, 1);
    set_line(pm, 0, 0);
    ck_assert_int_eq(q.gsi[9].level, 1);
    ck_assert_uint_eq(inw(&q, 0x600), 0x100);
    outb(&q, 0x600, 0xff); /* the other byte */
    ck_assert_int_eq(q.gsi[9].level, 1);
    outw(&q, 0x600, 0x100);
    ck_assert_int_eq(q.gsi[9].level, 0);
    outw(&q, 0x60e, 0xffff);
    ck_assert_uint_eq(inw(&q, 0x60e), 0xffff);
    ck_assert_uint_eq(inw(&q, 0x60c), 0);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, mechanism);
    tcase_add_test(tc, header_and_capability);
    tcase_add_test(tc, bar_sizing_and_mapping);
    tcase_add_test(tc, slots);
    tcase_add_test(tc, intx_routing);
    tcase_add_test(tc, firmware_assigns);
    tcase_add_test(tc, reset_ports);
    tcase_add_test(tc, pm_block);
    tcase_add_test(tc, pm_timer);
    tcase_add_test(tc, pm_power_button);
}

int main(void)
{
    return unit_main("pci", add);
}
