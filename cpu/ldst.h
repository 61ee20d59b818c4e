/* Guest virtual memory for helpers; implemented by the engine. */
/* SPDX-License-Identifier: MIT */
#ifndef CPU_LDST_H
#define CPU_LDST_H

#include "cpu/cpu.h"

/*
 * mmu_idx: an MMU mode, or MMU_CURRENT. ra: GETPC() of the helper (0 when env is
 * precise): a fault raises the guest's exception there and does not return.
 * Little-endian; any alignment; a page-crossing access checks both pages before it
 * changes anything.
 */
#define MMU_CURRENT (-1)

uint8_t cpu_ldub(CPUState *cpu, vaddr va, int mmu_idx, uintptr_t ra);
uint16_t cpu_lduw(CPUState *cpu, vaddr va, int mmu_idx, uintptr_t ra);
uint32_t cpu_ldl(CPUState *cpu, vaddr va, int mmu_idx, uintptr_t ra);
uint64_t cpu_ldq(CPUState *cpu, vaddr va, int mmu_idx, uintptr_t ra);
void cpu_stb(CPUState *cpu, vaddr va, uint8_t val, int mmu_idx, uintptr_t ra);
void cpu_stw(CPUState *cpu, vaddr va, uint16_t val, int mmu_idx, uintptr_t ra);
void cpu_stl(CPUState *cpu, vaddr va, uint32_t val, int mmu_idx, uintptr_t ra);
void cpu_stq(CPUState *cpu, vaddr va, uint64_t val, int mmu_idx, uintptr_t ra);
void cpu_ld_bytes(CPUState *cpu, vaddr va, void *buf, size_t n, int mmu_idx,
                  uintptr_t ra);
void cpu_st_bytes(CPUState *cpu, vaddr va, const void *buf, size_t n, int mmu_idx,
                  uintptr_t ra);

/*
 * Checks that n bytes at va can be accessed (a write: code pages on the way are dealt
 * with), raising the fault if not. Returns the host address when they are RAM of one page
 * that may be accessed directly, else NULL.
 */
void *cpu_probe(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx,
                uintptr_t ra);
/* The same without any fault: NULL when it is not directly accessible right now. */
void *cpu_probe_nofault(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx);

/* Locked 16-byte compare and exchange; true: exchanged. *expected gets the old value
 * otherwise. */
bool cpu_cmpxchg16(CPUState *cpu, vaddr va, uint64_t expected[2],
                   const uint64_t desired[2], uintptr_t ra);

/* For debuggers: no faults, no side effects on A/D bits. False: not mapped. */
bool cpu_memory_rw_debug(CPUState *cpu, vaddr va, void *buf, size_t n, bool is_write);

#endif
