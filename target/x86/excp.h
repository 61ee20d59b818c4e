/* Raising and delivering exceptions and interrupts. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_EXCP_H
#define TARGET_X86_EXCP_H

#include "target/x86/cpu.h"

enum { /* page-fault error code (SDM vol. 3, 4.7) */
       PF_PRESENT = 1 << 0,
       PF_WRITE = 1 << 1,
       PF_USER = 1 << 2,
       PF_RESERVED = 1 << 3,
       PF_FETCH = 1 << 4,
};

/* Describes an exception in env without leaving: x86_raise_pending() delivers it. */
void x86_pend(CPUX86State *env, int vector, uint32_t error_code);

/* The instruction at rip has accessed an address that is not canonical: by way of the
 * stack segment, which is #SS, not #GP. In 64-bit code. */
bool x86_is_stack_fault(CPUX86State *env);

/* CPUOps.raise_pending, deliver_exception, take_interrupt, has_work. */
void x86_raise_pending(CPUState *cpu, uintptr_t ra) __attribute__((noreturn));
void x86_deliver_exception(CPUState *cpu);
bool x86_take_interrupt(CPUState *cpu, uint32_t pending);
bool x86_has_work(CPUState *cpu);
/* CPUOps.check_target: #GP at a near branch to an address that is not canonical. */
void x86_check_branch(CPUState *cpu);
/* CPUOps.unaligned: a legacy SSE operand that must always be aligned was not, or any
 * smaller one under HF_AC. */
void x86_unaligned(CPUState *cpu, vaddr va, unsigned n, uintptr_t ra)
    __attribute__((noreturn));

/* INT n, INT3, INTO: next is the rip behind the instruction. */
void x86_raise_software(CPUX86State *env, int vector, uint64_t next, uintptr_t ra)
    __attribute__((noreturn));

/* The shadow of STI or MOV SS is over. hflags are the caller's. */
void x86_end_shadow(CPUX86State *env);

/* IF may have been set, or a shadow ended: pending interrupts are looked at before the
 * next unit. */
void x86_recheck_interrupts(CPUX86State *env);

#endif
