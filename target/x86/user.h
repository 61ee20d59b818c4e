/* What a program's CPUOps have of their own. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_USER_H
#define TARGET_X86_USER_H

#include "target/x86/cpu.h"

void x86_user_reset(CPUState *cpu);
void x86_user_fault(CPUState *cpu, vaddr va, MMUAccess acc, bool present, bool general);
bool x86_user_take_interrupt(CPUState *cpu, uint32_t pending);
bool x86_user_has_work(CPUState *cpu);

/* FS and GS base, for arch_prctl() and new threads. */
void x86_user_set_base(CPUX86State *env, int seg, uint64_t base);

/*
 * The XSAVE area of a signal frame in Linux's format (SDM vol. 1, 13.4; the last 48 bytes
 * of the legacy area are the caller's): its size for the model, writing all state to it,
 * and reading the components in `mask` back, the others becoming initial. False: the
 * header or MXCSR is malformed.
 */
unsigned x86_user_xsave_size(const CPUX86State *env);
void x86_user_xsave(CPUX86State *env, uint8_t *area);
bool x86_user_xrstor(CPUX86State *env, const uint8_t *area, uint64_t mask);

#endif
