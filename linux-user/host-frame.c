/* Signal frames: what is the same on all hosts. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/host.h"

UserFaultKind host_fault_kind(const siginfo_t *si)
{
    int64_t addr = (intptr_t)si->si_addr;

    if (si->si_signo == SIGFPE) {
        return USER_FAULT_FP;
    }
    if (si->si_signo == SIGBUS) {
        return si->si_code == BUS_ADRALN ? USER_FAULT_UNALIGNED : USER_FAULT_BUS;
    }
    if ((int64_t)((uint64_t)addr << 16) >> 16 != addr) {
        return USER_FAULT_GENERAL;
    }
    return si->si_code == SEGV_MAPERR ? USER_FAULT_UNMAPPED : USER_FAULT_FORBIDDEN;
}

static bool way_out(ucontext_t *uc, const HostWayOut *way)
{
    uintptr_t pc = host_frame_pc(uc);

    if (pc < (uintptr_t)way->begin || pc >= (uintptr_t)way->end) {
        return false;
    }
    host_frame_set_pc(uc, (uintptr_t)way->to);
    return true;
}

bool host_frame_copy_failed(ucontext_t *uc)
{
    const HostWayOut *way = host_copy_ways_out;

    while (way->begin && !way_out(uc, way)) {
        way++;
    }
    return way->begin;
}

void host_frame_leave_syscall(ucontext_t *uc)
{
    way_out(uc, &host_syscall_way_out);
}
