/* Local APIC: priorities, EOI, IPIs between two, timer modes, x2APIC, ExtINT. */
/* SPDX-License-Identifier: MIT */
#include "cpu/intc.h"
#include "hw/intc/apic.h"
#include "tests/qtest/qtest.h"

enum {
    ID = 0x20,
    VERSION = 0x30,
    TPR = 0x80,
    PPR = 0xa0,
    EOI = 0xb0,
    LDR = 0xd0,
    DFR = 0xe0,
    SVR = 0xf0,
    ISR = 0x100,
    IRR = 0x200,
    ESR = 0x280,
    ICR = 0x300,
    ICR_HIGH = 0x310,
    LVT_TIMER = 0x320,
    LVT_LINT0 = 0x350,
    LVT_LINT1 = 0x360,
    LVT_ERROR = 0x370,
    TIMER_INIT = 0x380,
    TIMER_CURRENT = 0x390,
    TIMER_DIVIDE = 0x3e0,
};

#define MSR_BASE     0x1b
#define MSR_DEADLINE 0x6e0
#define NCPUS        3

static QTest q;
static ApicBus bus;
static struct {
    Device *d;
    CPUIntc intc;
    Probe intr, nmi, smi, init, sipi;
} cpu[NCPUS];
static int pic_vector;
static int eoi_vector;

static int ack_pic(void *opaque)
{
    return pic_vector;
}

static void note_eoi(void *opaque, uint8_t vector)
{
    eoi_vector = vector;
}

static void make_lapic(int i)
{
    Device *d = device_new(&lapic_class, &q.m);
    cpu[i].d = d;
    device_set_uint(d, "id", i);
    device_set_ptr(d, "bus", &bus);
    device_connect(d, "intr", probe_line(&cpu[i].intr));
    device_connect(d, "nmi", probe_line(&cpu[i].nmi));
    device_connect(d, "smi", probe_line(&cpu[i].smi));
    device_connect(d, "init", probe_line(&cpu[i].init));
    device_connect(d, "sipi", probe_line(&cpu[i].sipi));
    qtest_realize(d);
    lapic_get_intc(d, &cpu[i].intc);
}

static uint32_t rd(int i, unsigned reg)
{
    return lapic_mmio_read(cpu[i].d, reg);
}

static void wr(int i, unsigned reg, uint32_t v)
{
    lapic_mmio_write(cpu[i].d, reg, v);
}

static int ack(int i)
{
    return cpu[i].intc.ack(cpu[i].d);
}

static bool msr_write(int i, uint32_t msr, uint64_t v)
{
    return cpu[i].intc.msr_write(cpu[i].d, msr, v);
}

static uint64_t msr_read(int i, uint32_t msr)
{
    uint64_t v = 0;
    ck_assert(cpu[i].intc.msr_read(cpu[i].d, msr, &v));
    return v;
}

static void setup(void)
{
    qtest_init(&q);
    memset(&bus, 0, sizeof bus);
    bus.extint_ack = ack_pic;
    bus.eoi = note_eoi;
    eoi_vector = -1;
    for (int i = 0; i < NCPUS; i++) {
        make_lapic(i);
        wr(i, SVR, 0x1ff);
    }
}

static void teardown(void)
{
    qtest_fini(&q);
}

static void self_ipi(int i, uint8_t vector)
{
    wr(i, ICR, 0x40000 | vector);
}

START_TEST(at_reset)
{
    device_reset(cpu[1].d);
    ck_assert_uint_eq(rd(1, ID), 1u << 24);
    ck_assert_uint_eq(rd(1, VERSION), 0x50014);
    ck_assert_uint_eq(rd(1, SVR), 0xff);
    ck_assert_uint_eq(rd(1, DFR), 0xffffffff);
    ck_assert_uint_eq(rd(1, LVT_TIMER), 0x10000);
    ck_assert_uint_eq(msr_read(0, MSR_BASE), 0xfee00900);
    ck_assert_uint_eq(msr_read(1, MSR_BASE), 0xfee00800);
}
END_TEST

START_TEST(accept_ack_eoi)
{
    self_ipi(0, 0x41);
    ck_assert_int_eq(cpu[0].intr.level, 1);
    ck_assert_uint_eq(rd(0, IRR + 0x20), 1 << 1);
    ck_assert_int_eq(ack(0), 0x41);
    ck_assert_int_eq(cpu[0].intr.level, 0);
    ck_assert_uint_eq(rd(0, ISR + 0x20), 1 << 1);
    ck_assert_uint_eq(rd(0, PPR), 0x40);
    self_ipi(0, 0x4f); /* same class: waits */
    ck_assert_int_eq(cpu[0].intr.level, 0);
    self_ipi(0, 0x50);
    ck_assert_int_eq(cpu[0].intr.level, 1);
    ck_assert_int_eq(ack(0), 0x50);
    wr(0, EOI, 0);
    ck_assert_int_eq(cpu[0].intr.level, 0);
    wr(0, EOI, 0);
    ck_assert_int_eq(ack(0), 0x4f);
    wr(0, EOI, 0);
    ck_assert_int_eq(ack(0), -1);
    ck_assert_int_eq(eoi_vector, -1); /* all edge-triggered */
}
END_TEST

START_TEST(task_priority)
{
    wr(0, TPR, 0x60);
    self_ipi(0, 0x6f);
    ck_assert_int_eq(cpu[0].intr.level, 0);
    ck_assert(!cpu[0].intc.pending(cpu[0].d));
    cpu[0].intc.set_tpr(cpu[0].d, 0x5f);
    ck_assert_int_eq(cpu[0].intr.level, 1);
    ck_assert_uint_eq(cpu[0].intc.get_tpr(cpu[0].d), 0x5f);
    wr(0, TPR, 0x60);
    ck_assert_int_eq(cpu[0].intr.level, 0);
    ck_assert_int_eq(ack(0), -1);
}
END_TEST

START_TEST(level_message_broadcasts_eoi)
{
    ApicMsg msg = {.dest = 0, .mode = APIC_FIXED, .vector = 0x77, .level = true};
    ck_assert(apic_bus_send(&bus, &msg));
    ck_assert_int_eq(ack(0), 0x77);
    wr(0, EOI, 0);
    ck_assert_int_eq(eoi_vector, 0x77);
}
END_TEST

START_TEST(ipi_destinations)
{
    wr(0, ICR_HIGH, 2u << 24);
    wr(0, ICR, 0x4030);
    ck_assert_int_eq(ack(2), 0x30);
    ck_assert_int_eq(ack(1), -1);
    wr(0, ICR, 0xc0031); /* all but self */
    ck_assert(ack(0) == -1 && ack(1) == 0x31);
    wr(2, EOI, 0);
    ck_assert_int_eq(ack(2), 0x31);
    wr(0, ICR, 0x80055); /* all */
    ck_assert(ack(0) == 0x55 && ack(1) == 0x55 && ack(2) == 0x55);
    wr(0, ICR_HIGH, 0xff000000);
    wr(0, ICR, 0x4066); /* broadcast by destination */
    ck_assert(ack(0) == 0x66 && ack(1) == 0x66 && ack(2) == 0x66);
}
END_TEST

START_TEST(logical_flat)
{
    for (int i = 0; i < NCPUS; i++) {
        wr(i, LDR, 0x01000000u << i);
    }
    wr(0, ICR_HIGH, 0x06000000);
    wr(0, ICR, 0x4840);
    ck_assert(ack(0) == -1 && ack(1) == 0x40 && ack(2) == 0x40);
}
END_TEST

START_TEST(logical_cluster)
{
    for (int i = 0; i < NCPUS; i++) {
        wr(i, DFR, 0x0fffffff);
        wr(i, LDR, 0x21000000u + (i == 2 ? 0x11000000u : i ? 0x01000000u : 0));
    }
    wr(0, ICR_HIGH, 0x23000000); /* cluster 2, members 0 and 1 */
    wr(0, ICR, 0x4840);
    ck_assert(ack(0) == 0x40 && ack(1) == 0x40 && ack(2) == -1);
}
END_TEST

START_TEST(lowest_priority)
{
    wr(0, TPR, 0x30);
    wr(1, TPR, 0x20);
    wr(2, TPR, 0x40);
    ApicMsg msg = {.broadcast = true, .mode = APIC_LOWEST, .vector = 0x90};
    ck_assert(apic_bus_send(&bus, &msg));
    ck_assert(ack(0) == -1 && ack(1) == 0x90 && ack(2) == -1);
}
END_TEST

START_TEST(init_sipi_nmi_smi)
{
    wr(0, ICR_HIGH, 1u << 24);
    wr(0, ICR, 0xc500);
    ck_assert_uint_eq(cpu[1].init.rises, 1);
    wr(0, ICR, 0x8500); /* de-assert */
    ck_assert_uint_eq(cpu[1].init.rises, 1);
    wr(0, ICR, 0x469a);
    ck_assert_uint_eq(cpu[1].sipi.rises, 1);
    ck_assert_uint_eq(cpu[1].intc.sipi_vector(cpu[1].d), 0x9a);
    wr(0, ICR, 0x4400);
    ck_assert_uint_eq(cpu[1].nmi.rises, 1);
    wr(0, ICR, 0x4200);
    ck_assert_uint_eq(cpu[1].smi.rises, 1);
    ck_assert_uint_eq(cpu[0].init.rises + cpu[2].init.rises + cpu[0].nmi.rises, 0);
}
END_TEST

START_TEST(errors)
{
    wr(0, LVT_ERROR, 0xfe);
    wr(0, ICR, 0x40005); /* vector 5 */
    ck_assert_uint_eq(rd(0, ESR), 0);
    wr(0, ESR, 0);
    ck_assert_uint_eq(rd(0, ESR), 0x20);
    ck_assert_int_eq(ack(0), 0xfe);
    rd(0, 0x40);
    wr(0, ESR, 0);
    ck_assert_uint_eq(rd(0, ESR), 0x80);
    wr(0, ESR, 0);
    ck_assert_uint_eq(rd(0, ESR), 0);
}
END_TEST

START_TEST(software_disable)
{
    wr(0, LVT_LINT0, 0x700);
    wr(0, SVR, 0xff);
    ck_assert_uint_eq(rd(0, LVT_LINT0), 0x10700);
    wr(0, LVT_LINT0, 0x700); /* the mask bit cannot be cleared */
    ck_assert_uint_eq(rd(0, LVT_LINT0), 0x10700);
    ApicMsg msg = {.dest = 0, .mode = APIC_FIXED, .vector = 0x40};
    ck_assert(!apic_bus_send(&bus, &msg));
    ck_assert_int_eq(ack(0), -1);
    wr(1, ICR, 0x4400); /* NMI comes through */
    ck_assert_uint_eq(cpu[0].nmi.rises, 1);
}
END_TEST

START_TEST(extint)
{
    pic_vector = 0x08;
    set_line(cpu[0].d, 0, 1);
    ck_assert_int_eq(cpu[0].intr.level, 0); /* LINT0 is masked */
    lapic_set_virtual_wire(cpu[0].d);
    ck_assert_int_eq(cpu[0].intr.level, 1);
    self_ipi(0, 0x20);
    ck_assert_int_eq(ack(0), 0x20);
    ck_assert_int_eq(ack(0), 0x08);
    ck_assert_int_eq(cpu[0].intr.level, 1);
    set_line(cpu[0].d, 0, 0);
    ck_assert_int_eq(cpu[0].intr.level, 0);
    set_line(cpu[0].d, 1, 1);
    ck_assert_uint_eq(cpu[0].nmi.rises, 1);
    /* Without an APIC the 8259 is heard directly. */
    ck_assert(msr_write(0, MSR_BASE, 0xfee00100));
    set_line(cpu[0].d, 0, 1);
    ck_assert_int_eq(ack(0), 0x08);
    ck_assert_uint_eq(rd(0, ID), 0xffffffff);
}
END_TEST

START_TEST(lint0_fixed)
{
    wr(0, LVT_LINT0, 0x45);
    set_line(cpu[0].d, 0, 1);
    ck_assert_int_eq(ack(0), 0x45);
}
END_TEST

/* ---- timer: 1 tick is 1 ns before the divider ---- */

START_TEST(timer_one_shot)
{
    wr(0, TIMER_DIVIDE, 0x3); /* 16 */
    wr(0, LVT_TIMER, 0x80);
    wr(0, TIMER_INIT, 1000);
    step(&q, 8000);
    ck_assert_uint_eq(rd(0, TIMER_CURRENT), 500);
    step(&q, 7999);
    ck_assert_int_eq(cpu[0].intr.level, 0);
    step(&q, 1);
    ck_assert_int_eq(cpu[0].intr.level, 1);
    ck_assert_uint_eq(rd(0, TIMER_CURRENT), 0);
    ck_assert_int_eq(ack(0), 0x80);
    wr(0, EOI, 0);
    step(&q, SEC);
    ck_assert_int_eq(ack(0), -1);
}
END_TEST

START_TEST(timer_periodic)
{
    int n = 0;
    wr(0, TIMER_DIVIDE, 0xb); /* 1 */
    wr(0, LVT_TIMER, 0x20080);
    wr(0, TIMER_INIT, 1000000);
    for (int ms = 0; ms < 50; ms++) {
        step(&q, MS);
        n += ack(0) == 0x80;
        wr(0, EOI, 0);
    }
    ck_assert_int_eq(n, 50);
    wr(0, TIMER_INIT, 0);
    step(&q, SEC);
    ck_assert_int_eq(ack(0), -1);
}
END_TEST

START_TEST(timer_masked_runs)
{
    wr(0, TIMER_DIVIDE, 0xb);
    wr(0, LVT_TIMER, 0x10080);
    wr(0, TIMER_INIT, 1000);
    step(&q, 2000);
    ck_assert_uint_eq(rd(0, TIMER_CURRENT), 0);
    wr(0, LVT_TIMER, 0x80);
    step(&q, SEC);
    ck_assert_int_eq(ack(0), -1);
}
END_TEST

START_TEST(timer_fast_period_is_bounded)
{
    wr(0, TIMER_DIVIDE, 0xb);
    wr(0, LVT_TIMER, 0x20080);
    wr(0, TIMER_INIT, 1);
    step(&q, 10 * MS); /* must come back */
    ck_assert_int_eq(ack(0), 0x80);
}
END_TEST

/* The count has run out before the next look at the clock. */
START_TEST(timer_on_busy_host)
{
    teardown();
    qtest_look_ns = 2000;
    setup();
    wr(0, TIMER_DIVIDE, 0xb);
    wr(0, LVT_TIMER, 0x80);
    for (uint32_t count = 1; count < 20000; count += 500) {
        wr(0, TIMER_INIT, count);
        for (int i = 0; i < 20; i++) {
            clock_run(q.m.clock);
        }
        ck_assert_int_eq(ack(0), 0x80);
        wr(0, EOI, 0);
        ck_assert_int_eq(ack(0), -1);
    }
    /* and what goes on at another rate */
    for (uint32_t count = 1; count < 20000; count += 500) {
        wr(0, TIMER_INIT, count);
        wr(0, TIMER_DIVIDE, count & 1 ? 0xb : 0);
        for (int i = 0; i < 30; i++) {
            clock_run(q.m.clock);
        }
        ck_assert_int_eq(ack(0), 0x80);
        wr(0, EOI, 0);
    }
}
END_TEST

static uint64_t tsc_3ghz(void *opaque, unsigned n)
{
    return 3 * clock_ns(q.m.clock);
}

START_TEST(timer_deadline)
{
    q.m.tsc_now = tsc_3ghz;
    q.m.tsc_hz = 3000000000u;
    ck_assert(msr_write(0, MSR_DEADLINE, 123)); /* other mode: ignored */
    ck_assert_uint_eq(msr_read(0, MSR_DEADLINE), 0);
    wr(0, LVT_TIMER, 0x400ef);
    ck_assert(msr_write(0, MSR_DEADLINE, 3000001));
    ck_assert_uint_eq(msr_read(0, MSR_DEADLINE), 3000001);
    step(&q, MS);
    ck_assert_int_eq(cpu[0].intr.level, 0);
    step(&q, 1);
    ck_assert_int_eq(ack(0), 0xef);
    ck_assert_uint_eq(msr_read(0, MSR_DEADLINE), 0);
    wr(0, EOI, 0);
    ck_assert(msr_write(0, MSR_DEADLINE, 5)); /* past: at once */
    ck_assert_int_eq(ack(0), 0xef);
    wr(0, EOI, 0);
    ck_assert(msr_write(0, MSR_DEADLINE, UINT64_MAX));
    step(&q, SEC);
    ck_assert(msr_write(0, MSR_DEADLINE, 0)); /* disarms */
    wr(0, TIMER_INIT, 100);                   /* no effect in this mode */
    step(&q, SEC);
    ck_assert_int_eq(ack(0), -1);
}
END_TEST

/* ---- x2APIC ---- */

START_TEST(base_transitions)
{
    ck_assert(!msr_write(0, MSR_BASE, 0xfee00500)); /* x2APIC without enable */
    ck_assert(!msr_write(0, MSR_BASE, 0xfee00801)); /* reserved bit */
    ck_assert(msr_write(0, MSR_BASE, 0xfee00d00));
    ck_assert(!msr_write(0, MSR_BASE, 0xfee00900)); /* straight back to xAPIC */
    ck_assert(msr_write(0, MSR_BASE, 0xfee00100));
    ck_assert(!msr_write(0, MSR_BASE, 0xfee00d00)); /* from disabled */
    ck_assert(msr_write(0, MSR_BASE, 0xfee00900));
    ck_assert_uint_eq(rd(0, SVR), 0xff); /* it was reset */
}
END_TEST

START_TEST(x2apic_registers)
{
    uint64_t v;
    ck_assert(!cpu[1].intc.msr_read(cpu[1].d, 0x802, &v)); /* still xAPIC */
    ck_assert(msr_write(1, MSR_BASE, 0xfee00c00));
    ck_assert_uint_eq(msr_read(1, 0x802), 1);
    ck_assert_uint_eq(msr_read(1, 0x80d), 2); /* cluster 0, member 1 */
    ck_assert_uint_eq(rd(1, ID), 0xffffffff); /* no MMIO page */
    ck_assert(!msr_write(1, 0x80b, 1));       /* EOI takes 0 only */
    ck_assert(msr_write(1, 0x80b, 0));
    ck_assert(!msr_write(1, 0x802, 5));
    ck_assert(!msr_write(1, 0x808, 0x100));
    ck_assert(msr_write(1, 0x808, 0x30));
    ck_assert_uint_eq(cpu[1].intc.get_tpr(cpu[1].d), 0x30);
    ck_assert(!cpu[1].intc.msr_read(cpu[1].d, 0x80e, &v)); /* DFR */
    ck_assert(!cpu[1].intc.msr_read(cpu[1].d, 0x83f, &v));
    ck_assert(!msr_write(1, 0x832, 0x100000));
    ck_assert(!msr_write(1, 0x840, 0));
    ck_assert(msr_write(1, 0x83f, 0x44)); /* self IPI */
    ck_assert_int_eq(ack(1), 0x44);
}
END_TEST

START_TEST(x2apic_ipi)
{
    for (int i = 0; i < NCPUS; i++) {
        ck_assert(msr_write(i, MSR_BASE, i ? 0xfee00c00 : 0xfee00d00));
    }
    ck_assert(msr_write(0, 0x830, 2ull << 32 | 0x40));
    ck_assert_int_eq(ack(2), 0x40);
    ck_assert(msr_write(0, 0x830, 6ull << 32 | 0x851)); /* logical: members 1 and 2 */
    ck_assert(ack(0) == -1 && ack(1) == 0x51 && ack(2) == 0x51);
    ck_assert(msr_write(0, 0x830, 0xffffffffull << 32 | 0x61));
    ck_assert(ack(0) == 0x61 && ack(1) == 0x61 && ack(2) == 0x61);
    ck_assert_uint_eq(msr_read(0, 0x830), 0xffffffffull << 32 | 0x61);
}
END_TEST

START_TEST(msi)
{
    apic_bus_send_msi(&bus, 0xfee02000, 0x4055); /* dest 2, vector 55h */
    ck_assert_int_eq(ack(2), 0x55);
    apic_bus_send_msi(&bus, 0xfec00000, 0x4055); /* not an APIC address */
    ck_assert(ack(0) == -1 && ack(1) == -1);
}
END_TEST

START_TEST(init_keeps_id)
{
    wr(1, TPR, 0x50);
    cpu[1].intc.reset(cpu[1].d, false);
    ck_assert_uint_eq(rd(1, ID), 1u << 24);
    ck_assert_uint_eq(rd(1, TPR), 0);
    ck_assert_uint_eq(rd(1, SVR), 0xff);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, at_reset);
    tcase_add_test(tc, accept_ack_eoi);
    tcase_add_test(tc, task_priority);
    tcase_add_test(tc, level_message_broadcasts_eoi);
    tcase_add_test(tc, ipi_destinations);
    tcase_add_test(tc, logical_flat);
    tcase_add_test(tc, logical_cluster);
    tcase_add_test(tc, lowest_priority);
    tcase_add_test(tc, init_sipi_nmi_smi);
    tcase_add_test(tc, errors);
    tcase_add_test(tc, software_disable);
    tcase_add_test(tc, extint);
    tcase_add_test(tc, lint0_fixed);
    tcase_add_test(tc, timer_one_shot);
    tcase_add_test(tc, timer_periodic);
    tcase_add_test(tc, timer_masked_runs);
    tcase_add_test(tc, timer_fast_period_is_bounded);
    tcase_add_test(tc, timer_on_busy_host);
    tcase_add_test(tc, timer_deadline);
    tcase_add_test(tc, base_transitions);
    tcase_add_test(tc, x2apic_registers);
    tcase_add_test(tc, x2apic_ipi);
    tcase_add_test(tc, msi);
    tcase_add_test(tc, init_keeps_id);
}

int main(void)
{
    return unit_main("lapic", add);
}
