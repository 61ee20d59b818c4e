/* What a guest architecture tells the engine about its MMU: modes, address spaces,
 * invalidations. */
/* SPDX-License-Identifier: MIT */
#ifndef CPU_MMU_H
#define CPU_MMU_H

#include "cpu/cpu.h"

/*
 * Every access uses one MMU mode (0 .. MMU_MODES - 1): 0 is user, the others are kernel
 * modes that may see more or fewer pages (x86: 1 SMAP enforced, 2 not). Entries of mode 0
 * belong to the address space that was current when they were made; entries of kernel
 * modes that are not global are dropped on a change of address space. Call these from the
 * vCPU's own thread (helpers), except where noted; after them generated code reloads
 * tlb_base.
 */

/*
 * Something that tb_key() (but for the pc) or the MMU mode depends on has changed: mode
 * is the current one. Selects the TLB table and jump-table tag, and does what
 * cpu_check_interrupts() does.
 */
void cpu_mode_changed(CPUState *cpu, int mmu_idx);

/*
 * The guest switches to address space `id` (x86: CR3 base | PCID). keep: entries made for
 * that id before are still valid (PCID with the no-flush bit); otherwise they are
 * dropped. Ids are compared as a whole: who invalidates by PCID alone says which bases it
 * means.
 */
void cpu_switch_address_space(CPUState *cpu, uint64_t id, bool keep);

/* Invalidate: everything, globals included; all of one address space but globals; one
 * page in one address space (and as global). */
void tlb_flush(CPUState *cpu);
void tlb_flush_address_space(CPUState *cpu, uint64_t id);
void tlb_flush_page(CPUState *cpu, uint64_t id, vaddr va);
void tlb_flush_non_global(CPUState *cpu);

#endif
