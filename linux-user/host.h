/* What the host's CPU has to say: signal frames, the safe system call. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_HOST_H
#define LINUX_USER_HOST_H

#include <signal.h>
#include <ucontext.h>

#include "accel/tcg/user.h"

/* ---- host-CPU.c, one file a host ---- */

/* The pc of a signal frame. */
uintptr_t host_frame_pc(const ucontext_t *uc);
void host_frame_set_pc(ucontext_t *uc, uintptr_t pc);
/* What access faulted, from the frame of a SIGSEGV or SIGBUS. */
void host_frame_fault(const siginfo_t *si, const ucontext_t *uc, UserFault *out);
/* The thread goes on in fn(arg), which does not return, on its own stack. */
void host_frame_call(ucontext_t *uc, void (*fn)(CPUState *), CPUState *arg);
/* The thread goes on at user_fault_entry(). */
void host_frame_fault_entry(ucontext_t *uc);
/* A thread that a signal finds at `begin` or behind it, before `end`, goes on at `to`. */
typedef struct HostWayOut {
    const char *begin, *end, *to;
} HostWayOut;
/* Of instructions of host_copy() and host_cmpxchg() that may fault; ended by NULL. */
extern const HostWayOut host_copy_ways_out[];
/* Of a safe_syscall() that has not begun, or is to be done again. */
extern const HostWayOut host_syscall_way_out;

/* Moves n bytes; returns how many were not moved because of a fault. */
size_t host_copy(void *dst, const void *src, size_t n);
/* Makes *word `new` if it is `expect`, as one step. 0, and *seen is what it was; or -1.
 */
int host_cmpxchg(uint32_t *word, uint32_t expect, uint32_t new, uint32_t *seen);

/* rt_sigaction() for all signals, those of libc too. handler: a function, SIG_DFL or
 * SIG_IGN. While it runs all signals but those of faults are blocked. */
void host_sigaction(int sig, void (*handler)(int, siginfo_t *, void *), int flags);

/* ---- host-frame.c ---- */

/* UserFault.kind, on hosts other than x86_64: what is no address there is a #GP. */
UserFaultKind host_fault_kind(const siginfo_t *si);
/* The thread goes on behind an instruction of host_copy() or host_cmpxchg() that has
 * faulted, which then fails. False: it was none. */
bool host_frame_copy_failed(ucontext_t *uc);
/* A safe_syscall() that has not begun, or is to be done again, returns -TASK_ERESTART. */
void host_frame_leave_syscall(ucontext_t *uc);

#endif
