/* kvmclock: the clock that a hypervisor keeps for its guest, in a page of the guest's. */
/* SPDX-License-Identifier: MIT */
/*
 * Linux, Documentation/virt/kvm/x86/msr.rst: MSR_KVM_WALL_CLOCK_NEW and
 * MSR_KVM_SYSTEM_TIME_NEW. KVM keeps it while it runs the guest. What it has written
 * there stays true under the translator, whose TSC goes on; so here is only what a guest
 * asks for meanwhile.
 */
#ifndef TARGET_X86_PVCLOCK_H
#define TARGET_X86_PVCLOCK_H

#include "target/x86/cpuid.h"

#define MSR_PV_WALL     0x4b564d00u
#define MSR_PV_TIME     0x4b564d01u
#define PV_TIME_ENABLED 1u /* bit 0 of MSR_PV_TIME; the others are a physical address */

/* Whether CPUID offers it: the translator alone does not. */
static inline bool x86_has_pvclock(const CPUX86State *env)
{
    return env->offers_pvclock && x86_model_has(env->model, X86_FEAT_PVCLOCK);
}

/* What the clock says now, in ns: as the guest reads it, or guest time before it has a
 * page for it. The vCPU must not be running. */
uint64_t x86_pvclock_ns(CPUX86State *env);

/* The guest's writes to the two MSRs: they have it written at once what it asks for.
 * False: #GP, since the address is not aligned to 4 bytes. */
bool x86_set_pv_wall(CPUX86State *env, uint64_t val);
bool x86_set_pv_time(CPUX86State *env, uint64_t val);

/* What the guest asks for under KVM, KVM may not have written yet. True: nothing is there
 * that could be a clock. */
bool x86_lacks_pv_time(CPUX86State *env);
/* Writes it unless it is there: unless it says `ns`, KVM's clock, give or take a second.
 */
void x86_complete_pv_time(CPUX86State *env, uint64_t ns);

#endif
