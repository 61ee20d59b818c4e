/* A guest whose machine is stopped for a while (stops.sh): its clocks agree then. */
/* SPDX-License-Identifier: MIT */
#include "pvclock.h"
#include "sys.h"

#define APIC(r)  (*(volatile uint32_t *)(0xfee00000ull + (r)))
#define HPET(r)  (*(volatile uint64_t *)(0xfed00000ull + (r)))
#define COM1     0x3f8
#define OFF_MOST 1500 /* ms that clocks may differ by; the machine is stopped for 6 s */
enum { EOI = 0xb0, SVR = 0xf0, LVTT = 0x320, TICR = 0x380, TDCR = 0x3e0, VECTOR = 0x41 };
enum { HPET_PERIOD = 4, HPET_CONFIG = 0x10, HPET_COUNTER = 0xf0 };
enum { TICK_MS = 10 };

static volatile uint64_t ticks;
static volatile bool done;

static void on_tick(Frame *f)
{
    (void)f;
    ticks++;
    APIC(EOI) = 0;
}

static void on_nmi(Frame *f)
{
    (void)f;
    done = true;
}

/* Periodic. CPUID 15h says at what it counts; where it says nothing, that is 1 GHz. */
static void start_timer(void)
{
    uint32_t r[4];

    cpuid(0x15, 0, r);
    trap_fn[2] = on_nmi;
    trap_fn[VECTOR] = on_tick;
    APIC(SVR) = 0x1ff;
    APIC(TDCR) = 0xb;
    APIC(LVTT) = 0x20000 | VECTOR;
    APIC(TICR) = (r[2] ? r[2] : 1000000000u) / 1000 * TICK_MS;
    asm volatile("sti");
}

static uint64_t hpet_ms(void)
{
    uint64_t fs = *(volatile uint32_t *)(0xfed00000ull + HPET_PERIOD);

    return HPET(HPET_COUNTER) / (1000000000000ull / fs);
}

static uint64_t tsc_ms(void)
{
    uint32_t r[4];

    cpuid(0x16, 0, r); /* MHz */
    return rdtsc() / (r[0] * 1000ull);
}

int test_main(void)
{
    static const char ready[] = "ready\n";

    CHECK((int64_t)rdtsc() >= 0); /* it begins at 0, with the machine */
    start_timer();
    HPET(HPET_CONFIG) = 1;
    bool has_pvclock = pv_is_offered();

    if (has_pvclock) {
        pv_start();
    }
    uint64_t tsc = tsc_ms(), hpet = hpet_ms(), pv = has_pvclock ? pv_ns() / 1000000 : 0;

    for (const char *p = ready; *p; p++) {
        outb(COM1, *p);
    }
    while (!done) {
        asm volatile("hlt");
    }
    tsc = tsc_ms() - tsc;
    hpet = hpet_ms() - hpet;
    if (tsc > hpet + OFF_MOST || hpet > tsc + OFF_MOST) {
        print("the TSC says %d ms, the HPET %d ms\n", (int)tsc, (int)hpet);
        failures++;
    }
    pv = has_pvclock ? pv_ns() / 1000000 - pv : hpet;
    if (pv > hpet + OFF_MOST || hpet > pv + OFF_MOST) {
        print("kvmclock says %d ms, the HPET %d ms\n", (int)pv, (int)hpet);
        failures++;
    }
    if (ticks * TICK_MS > hpet + OFF_MOST) { /* some may be lost, or merged */
        print("%d ticks of %d ms, the HPET says %d ms\n", (int)ticks, TICK_MS, (int)hpet);
        failures++;
    }
    CHECK(ticks > 0);
    return failures;
}
