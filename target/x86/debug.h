/* The guest's hardware breakpoints: DR0 to DR3 and DR7 (SDM vol. 3, chapter 17). */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_DEBUG_H
#define TARGET_X86_DEBUG_H

#include "target/x86/cpu.h"

enum { /* DR6; bits 3:0 are those of DR3 to DR0 */
       DR6_HITS = 15,
       DR6_BD = 1 << 13,
       DR6_BS = 1 << 14,
       DR6_BT = 1 << 15,
       DR6_FIXED = (int)0xffff0ff0,
};

enum { /* DR7: L and G enables are bits 7:0, R/W and LEN of each bits 31:16 */
       DR7_ENABLES = 0xff,
       DR7_LOCAL = 0x155, /* L0 to L3, LE */
       DR7_GD = 1 << 13,
       DR7_FIXED = 1 << 10,
       DR7_WRITABLE = (int)0xffff23ff,
};

/* After a change of DR0 to DR3, DR7 or CR4.DE: has the engine stop where they say. */
void x86_update_breakpoints(CPUX86State *env);

/* CPUOps.debug_hit */
void x86_debug_hit(CPUState *cpu, bool after);

/* DR6 bits that the instruction which is complete now is to trap with, if any; they are
 * given once. */
uint64_t x86_take_debug_hits(CPUX86State *env);

/* Before `size` ports from `port` on are accessed: an I/O breakpoint traps after the
 * instruction at ra, which may be begun again. */
void x86_check_io_breakpoints(CPUX86State *env, unsigned port, unsigned size,
                              uintptr_t ra);

/* #DB with these DR6 bits, as a trap (rip is behind the instruction) or a fault. */
void x86_raise_debug(CPUX86State *env, uint64_t dr6, uintptr_t ra)
    __attribute__((noreturn));

/* A #DB is about to be delivered: DR6 gets its bits, DR7.GD is cleared. */
void x86_deliver_debug(CPUX86State *env);

#endif
