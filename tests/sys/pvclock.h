/* kvmclock, for guests of tests: Linux, Documentation/virt/kvm/x86/msr.rst. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_PVCLOCK_H
#define SYS_PVCLOCK_H

#include "sys.h"

enum { PV_WALL = 0x4b564d00, PV_TIME = 0x4b564d01 };

static struct {
    volatile uint32_t version; /* odd while it is being written */
    uint32_t pad;
    volatile uint64_t tsc, ns;
    volatile uint32_t mul;
    volatile int8_t shift;
    volatile uint8_t flags;
} pv_pages[2] __attribute__((aligned(32))), *pv_page = pv_pages;

static struct {
    volatile uint32_t version, sec, nsec;
} pv_boot;

static inline bool pv_is_offered(void)
{
    uint32_t r[4];

    cpuid(0x40000000, 0, r);
    if (r[0] < 0x40000001 || r[1] != 0x4b4d564b) {
        return false;
    }
    cpuid(0x40000001, 0, r);
    return r[0] >> 3 & 1;
}

/* Asks for both structures; for the time at another place than before, where nothing is.
 */
static inline void pv_start(void)
{
    pv_page = pv_page == pv_pages ? pv_pages + 1 : pv_pages;
    pv_page->tsc = pv_page->ns = pv_page->mul = 0;
    wrmsr(PV_WALL, (uint64_t)&pv_boot);
    wrmsr(PV_TIME, (uint64_t)pv_page | 1);
}

static inline uint64_t pv_ns(void)
{
    uint32_t version;
    uint64_t ns;

    do {
        version = pv_page->version;
        uint64_t ticks = rdtsc() - pv_page->tsc;

        ticks = pv_page->shift < 0 ? ticks >> -pv_page->shift : ticks << pv_page->shift;
        ns = pv_page->ns + (uint64_t)((unsigned __int128)ticks * pv_page->mul >> 32);
    } while (version & 1 || version != pv_page->version);
    return ns;
}

#endif
