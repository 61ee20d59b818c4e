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
 * CPUOps.debug_hit, which raises the architecture's exception or returns. Where both are
 * hit, the debugger comes first.
 */
enum {
    BP_READ = 1 << 0,
    BP_WRITE = 1 << 1,
    BP_DEBUGGER = 1 << 2,
    BP_GUEST = 1 << 3,
};

/* Why vcpu_run() left with CPU_EXCP_DEBUG (CPUState.stop_cause). */
typedef enum CPUStopCause {
    CPU_STOP_STEP,
    CPU_STOP_BREAKPOINT,
    CPU_STOP_WATCHPOINT, /* CPUState.stop_watch */
} CPUStopCause;

typedef struct CPUBreakpoint {
    vaddr pc; /* linear */
    int flags;
    struct CPUBreakpoint *next;
} CPUBreakpoint;

typedef struct CPUWatchpoint {
    vaddr va, len; /* linear; inside one page */
    int flags;
    bool is_hit; /* by the instruction, or delivery of an event, that is not over yet */
    vaddr hit;   /* address of the access that hit last */
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
/* In a helper, before the access: should it hit one, the instruction runs alone, and
 * stops behind it. ra as in cpu/ldst.h. */
void cpu_watchpoint_check(CPUState *cpu, vaddr va, vaddr len, int access, uintptr_t ra);
/* The first with is_hit and one of the flags, or NULL. */
CPUWatchpoint *cpu_watchpoint_noted(const CPUState *cpu, int flags);
/* Clears is_hit of those with one of the flags. */
void cpu_watchpoint_forget(CPUState *cpu, int flags);
/* True if some watchpoint lies in the page of `va`. */
bool cpu_watchpoint_in_page(const CPUState *cpu, vaddr va);

/*
 * One instruction at a time: vcpu_run() leaves with CPU_EXCP_DEBUG after each.
 * Breakpoints do not stop a vCPU that steps. If step_masks_irqs is set, interrupts wait
 * meanwhile.
 */
void cpu_single_step(CPUState *cpu, bool on);

/* --- implemented by the engine --- */

/*
 * In a helper, with ra as in cpu/ldst.h: once the instruction is complete,
 * CPUOps.debug_hit is to be called, before anything else runs. Returns when the
 * instruction runs alone, or (ra 0) an event is being delivered; else the instruction is
 * begun again, alone: so call it before the instruction has done anything that may not be
 * done twice.
 */
void cpu_debug_after(CPUState *cpu, uintptr_t ra);

/* There is, or is no longer, a breakpoint at pc. */
void cpu_breakpoint_changed(CPUState *cpu, vaddr pc);
/* Pages with watchpoints are no longer what they were. */
void cpu_watchpoints_changed(CPUState *cpu, vaddr va);

#endif
