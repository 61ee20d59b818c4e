/* Breakpoints and watchpoints of a vCPU, set by a debugger or by the guest's debug
 * registers. */
/* SPDX-License-Identifier: MIT */
#ifndef CPU_DEBUG_H
#define CPU_DEBUG_H

#include "cpu/cpu.h"

/*
 * The lists are changed in the vCPU's thread (run_on_cpu() otherwise), outside generated
 * code or in a helper. Of the guest's own (BP_GUEST) there are few, so lists are searched
 * one by one.
 *
 * What a hit does: BP_DEBUGGER leaves vcpu_run() with CPU_EXCP_DEBUG, before the
 * instruction of a breakpoint and after that of a watchpoint. BP_GUEST calls
 * CPUOps.debug_hit, which raises the architecture's exception or returns.
 */
enum {
    BP_READ = 1 << 0,
    BP_WRITE = 1 << 1,
    BP_DEBUGGER = 1 << 2,
    BP_GUEST = 1 << 3,
};

typedef struct CPUBreakpoint {
    vaddr pc; /* linear */
    int flags;
    struct CPUBreakpoint *next;
} CPUBreakpoint;

typedef struct CPUWatchpoint {
    vaddr va, len; /* linear; inside one page */
    int flags;
    vaddr hit; /* address of the access that hit last */
    struct CPUWatchpoint *next;
} CPUWatchpoint;

void cpu_breakpoint_insert(CPUState *cpu, vaddr pc, int flags);
/* False: there was none with these flags. */
bool cpu_breakpoint_remove(CPUState *cpu, vaddr pc, int flags);
/* Removes all that have one of the flags. */
void cpu_breakpoint_remove_all(CPUState *cpu, int flags);
/* Flags of the breakpoints at pc: 0 if there is none. */
int cpu_breakpoint_at(const CPUState *cpu, vaddr pc);

void cpu_watchpoint_insert(CPUState *cpu, vaddr va, vaddr len, int flags);
bool cpu_watchpoint_remove(CPUState *cpu, vaddr va, vaddr len, int flags);
void cpu_watchpoint_remove_all(CPUState *cpu, int flags);
/* The first watchpoint that an access of len bytes hits (access: BP_READ or BP_WRITE), or
 * NULL. */
CPUWatchpoint *cpu_watchpoint_find(const CPUState *cpu, vaddr va, vaddr len, int access);
/* True if some watchpoint lies in the page of `va`. */
bool cpu_watchpoint_in_page(const CPUState *cpu, vaddr va);

/* One instruction at a time: vcpu_run() leaves with CPU_EXCP_DEBUG after each. */
void cpu_single_step(CPUState *cpu, bool on);

/* --- implemented by the engine --- */

/* There is, or is no longer, a breakpoint at pc. */
void cpu_breakpoint_changed(CPUState *cpu, vaddr pc);
/* Pages with watchpoints are no longer what they were. */
void cpu_watchpoints_changed(CPUState *cpu, vaddr va);

#endif
