/* The board's side that deals with vCPUs; device tests have another one without. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_X86_PC_INTERNAL_H
#define HW_X86_PC_INTERNAL_H

#include "hw/core/device.h"
#include "hw/x86/boot.h"

/* Connects the local APIC to vCPU `n` of the machine, before it is realized. */
void pc_cpu_connect(Machine *m, unsigned n, Device *lapic);

/* Index of the vCPU whose thread this is; 0 when it is none's. */
unsigned pc_cpu_current(const Machine *m);

/* Rate of the local APICs' timers. */
uint32_t pc_apic_timer_hz(void);

/* At reset: vCPU 0 starts as `boot` says, the others wait for their start-up IPI. */
void pc_cpu_boot(Machine *m, const X86BootState *boot);

#endif
