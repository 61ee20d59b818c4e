/* What a hypervisor may answer cheaply: HLT, and index registers that are written for
 * nothing but the access after them. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define APIC(r)   (*(volatile uint32_t *)(0xfee00000ull + (r)))
#define IOAPIC(r) (*(volatile uint32_t *)(0xfec00000ull + (r)))
enum {
    EOI = 0xb0,
    SVR = 0xf0,
    LVTT = 0x320,
    TICR = 0x380,
    TDCR = 0x3e0,
    SELECT = 0,
    WINDOW = 0x10,
    MASKED = 0x10000,
    VECTOR = 0x41,
    CMOS_INDEX = 0x70,
    CMOS_DATA = 0x71,
    CMOS_RAM = 0x40,
};

static volatile unsigned ticks;

static void on_tick(Frame *f)
{
    (void)f;
    ticks++;
    APIC(EOI) = 0;
}

/* Counts of the timer in 4 ms: CPUID 15h has its rate, or it is a KVM's, 1 GHz. */
static uint32_t counts(void)
{
    uint32_t r[4];

    cpuid(0x15, 0, r);
    return (r[2] ? r[2] : 1000000000) / 250;
}

/* Time enough to come to HLT first: the lab's processor, QEMU 7.2, may take an interrupt
 * behind STI. */
static void halts(void)
{
    uint64_t kept = 0x123456789abcdef, flags;
    uint32_t count = counts();

    trap_fn[VECTOR] = on_tick;
    APIC(SVR) = 0x1ff;
    APIC(TDCR) = 0xb;
    APIC(LVTT) = VECTOR;
    for (unsigned i = 1; i <= 50; i++) {
        APIC(TICR) = count;
        asm volatile("sti; hlt; cli; pushf; pop %1" : "+r"(kept), "=r"(flags)::"memory");
        CHECK_EQ(ticks, i);
        CHECK_EQ(kept, 0x123456789abcdef);
        CHECK_EQ(flags & 0x200, 0);
    }
}

/* An index by port: the last of many counts. */
static void cmos(void)
{
    for (unsigned i = 0; i < 32; i++) {
        outb(CMOS_INDEX, CMOS_RAM + i);
        outb(CMOS_DATA, i * 7);
    }
    for (unsigned i = 0; i < 32; i++) {
        outb(CMOS_INDEX, CMOS_RAM + i);
        CHECK_EQ(inb(CMOS_DATA), i * 7);
    }
    for (unsigned i = 0; i < 1000; i++) {
        outb(CMOS_INDEX, CMOS_RAM + (i & 31));
    }
    CHECK_EQ(inb(CMOS_DATA), (999 & 31) * 7);
}

/* The same in memory. A window that is read by itself sees the write before it. */
static void ioapic(void)
{
    for (unsigned i = 0; i < 24; i++) {
        IOAPIC(SELECT) = 0x10 + 2 * i;
        IOAPIC(WINDOW) = MASKED | (0x30 + i);
        IOAPIC(SELECT) = 0x11 + 2 * i;
        IOAPIC(WINDOW) = i << 24;
    }
    for (unsigned i = 0; i < 24; i++) {
        IOAPIC(SELECT) = 0x10 + 2 * i;
        CHECK_EQ(IOAPIC(WINDOW), MASKED | (0x30 + i));
        IOAPIC(SELECT) = 0x11 + 2 * i;
        CHECK_EQ(IOAPIC(WINDOW), i << 24);
        CHECK_EQ(IOAPIC(SELECT), 0x11 + 2 * i);
    }
}

int test_main(void)
{
    halts();
    cmos();
    ioapic();
    return failures;
}
