/* Page walks and address checks. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_PAGING_H
#define TARGET_X86_PAGING_H

#include "target/x86/cpu.h"

/* MAXPHYADDR and linear address bits that CPUID reports. */
#define X86_PHYS_BITS 40
#define X86_VIRT_BITS 48

/* CPUOps.walk. */
bool x86_walk(CPUState *cpu, vaddr va, MMUAccess acc, int mmu_idx, bool probe,
              MMUResult *res);

bool x86_canonical(const CPUX86State *env, vaddr va);

#endif
