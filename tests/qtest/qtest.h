/* Harness of the device tests: a machine without vCPUs whose clock is stepped by hand. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_QTEST_QTEST_H
#define TESTS_QTEST_QTEST_H

#include "hw/core/device.h"
#include "hw/devices.h"
#include "memory/memory.h"
#include "tests/unit/unit.h"

#define US  1000LL
#define MS  1000000LL
#define SEC NS_PER_SEC

/* A line that ends in the test: its level, and how often it rose and fell. */
typedef struct Probe {
    int level;
    unsigned rises, falls;
} Probe;

typedef struct QTest {
    Machine m;
    MemoryRegion mem, io, ram;
    AddressSpace as_mem, as_io;
    Probe gsi[MACHINE_GSIS];
    int requests[MACHINE_EXIT + 1]; /* how often each was made */
    int exit_code;                  /* of the last one */
    uint64_t msi_addr;              /* the last message of a device */
    uint32_t msi_data;
    unsigned msis;
} QTest;

/* Not 0: machines made from now on have a host so busy that each look at the clock takes
 * this many ns. Nothing but looks moves their clock, and clock_run() fires timers. */
extern int64_t qtest_look_ns;

/* A machine with 1 MiB of RAM, no devices, and gsi[] probed. */
void qtest_init(QTest *q);
void qtest_fini(QTest *q);

/* device_create() that must succeed, followed by a reset. */
Device *qtest_device(QTest *q, const DeviceClass *cls);

/* Realizes a device that device_new() made, and resets it. */
void qtest_realize(Device *d);

/* A line that ends in `p`; level and counts become 0. */
IRQLine probe_line(Probe *p);

/* Drives input `n` of a device. */
void set_line(Device *d, int n, int level);

/* Moves the clock and fires timers. */
void step(QTest *q, int64_t ns);

/* The same, with a host so busy that timers fire only at the end. */
void step_late(QTest *q, int64_t ns);

uint8_t inb(QTest *q, uint16_t port);
uint16_t inw(QTest *q, uint16_t port);
uint32_t inl(QTest *q, uint16_t port);
void outb(QTest *q, uint16_t port, uint8_t v);
void outw(QTest *q, uint16_t port, uint16_t v);
void outl(QTest *q, uint16_t port, uint32_t v);
uint32_t readl(QTest *q, uint64_t addr);
uint64_t readq(QTest *q, uint64_t addr);
void writel(QTest *q, uint64_t addr, uint32_t v);
void writeq(QTest *q, uint64_t addr, uint64_t v);

#endif
