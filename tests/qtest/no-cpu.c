/* The board's view of vCPUs when there are none: see hw/x86/pc-internal.h. */
/* SPDX-License-Identifier: MIT */
#include "hw/x86/pc-internal.h"

void pc_cpu_connect(Machine *m, unsigned n, Device *lapic) {}

unsigned pc_cpu_current(const Machine *m)
{
    return 0;
}

uint32_t pc_apic_timer_hz(void)
{
    return 25000000;
}

void pc_cpu_boot(Machine *m, const X86BootState *boot) {}
