/* Harness of the device tests. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/qtest.h"

static void probe_set(void *opaque, int n, int level)
{
    Probe *p = (Probe *)opaque + n;
    p->rises += level && !p->level;
    p->falls += !level && p->level;
    p->level = level;
}

IRQLine probe_line(Probe *p)
{
    memset(p, 0, sizeof *p);
    return (IRQLine){probe_set, p, 0};
}

static void on_request(Machine *m, MachineRequest what, int code)
{
    QTest *q = m->request_opaque;
    q->requests[what]++;
    q->exit_code = code;
}

static void on_msi(void *opaque, uint64_t addr, uint32_t data)
{
    QTest *q = opaque;
    q->msi_addr = addr;
    q->msi_data = data;
    q->msis++;
}

int64_t qtest_look_ns;

static int64_t busy_now(void *opaque)
{
    static int64_t ns;
    return ns += qtest_look_ns;
}

static void busy_arm(void *opaque, int64_t delta) {}

static const ClockSource busy_source = {busy_now, busy_arm, NULL};

void qtest_init(QTest *q)
{
    memset(q, 0, sizeof *q);
    machine_init_core(&q->m);
    q->m.clock = qtest_look_ns ? clock_new(&busy_source, NULL) : clock_new_manual();
    memory_region_init_container(&q->mem, "memory", UINT64_MAX);
    memory_region_init_container(&q->io, "io", 0x10000);
    ck_assert(memory_region_init_ram(&q->ram, "ram", 0x100000, NULL));
    memory_region_add_subregion(&q->mem, 0, &q->ram);
    address_space_init(&q->as_mem, &q->mem, "memory");
    address_space_init(&q->as_io, &q->io, "io");
    q->m.mem = &q->mem;
    q->m.io = &q->io;
    q->m.as_mem = &q->as_mem;
    q->m.as_io = &q->as_io;
    q->m.ram_size = 0x100000;
    q->m.ncpus = 1;
    q->m.request = on_request;
    q->m.request_opaque = q;
    q->m.msi = on_msi;
    q->m.msi_opaque = q;
    for (int i = 0; i < MACHINE_GSIS; i++) {
        q->m.gsi[i] = (IRQLine){probe_set, q->gsi, i};
    }
}

void qtest_fini(QTest *q)
{
    machine_fini_core(&q->m);
    clock_free(q->m.clock);
    address_space_destroy(&q->as_mem);
    address_space_destroy(&q->as_io);
    memory_region_del_subregion(&q->mem, &q->ram);
    memory_region_destroy_ram(&q->ram);
}

void qtest_realize(Device *d)
{
    GError *err = NULL;
    bool ok = device_realize(d, &err);
    ck_assert_msg(ok, "%s", err ? err->message : "");
    device_reset(d);
}

Device *qtest_device(QTest *q, const DeviceClass *cls)
{
    Device *d = device_new(cls, &q->m);
    qtest_realize(d);
    return d;
}

void set_line(Device *d, int n, int level)
{
    IRQLine l = device_irq_in(d, n);
    irq_set(&l, level);
}

void step(QTest *q, int64_t ns)
{
    clock_step(q->m.clock, ns);
}

void step_late(QTest *q, int64_t ns)
{
    clock_set_ns(q->m.clock, clock_ns(q->m.clock) + ns);
    clock_step(q->m.clock, 0);
}

#define ACCESSORS(space, addr_t, rd, wr, suffix, type)    \
    type rd(QTest *q, addr_t addr)                        \
    {                                                     \
        return address_space_ld##suffix(&q->space, addr); \
    }                                                     \
    void wr(QTest *q, addr_t addr, type v)                \
    {                                                     \
        address_space_st##suffix(&q->space, addr, v);     \
    }

ACCESSORS(as_io, uint16_t, inb, outb, b, uint8_t)
ACCESSORS(as_io, uint16_t, inw, outw, w, uint16_t)
ACCESSORS(as_io, uint16_t, inl, outl, l, uint32_t)
ACCESSORS(as_mem, uint64_t, readl, writel, l, uint32_t)
ACCESSORS(as_mem, uint64_t, readq, writeq, q, uint64_t)
