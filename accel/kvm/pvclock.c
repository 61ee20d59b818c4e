/* kvmclock: KVM keeps it, and here it stands still with the machine. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/pvclock.h"

#include "accel/kvm/kvm-internal.h"
#include "hw/core/clock.h"

static Mutex clock_lock = MUTEX_INIT; /* KVMState.clock_stood */

bool kvm_get_pvclock(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_clock_data now;
    uint64_t known = v->pv_time;

    if (!x86_has_pvclock(env)) {
        return true;
    }
    if (!kvm_one_msr(v, KVM_GET_MSRS, MSR_PV_WALL, &v->pv_wall) ||
        !kvm_one_msr(v, KVM_GET_MSRS, MSR_PV_TIME, &v->pv_time)) {
        return false;
    }
    env->pv_wall = v->pv_wall;
    env->pv_time = v->pv_time;
    if (env->pv_time == known && !x86_lacks_pv_time(env)) {
        return true;
    }
    /* KVM writes the page when it enters the guest again, which it may not */
    if (kvm_ioctl(kvm.vm, KVM_GET_CLOCK, &now) < 0) {
        return false;
    }
    x86_complete_pv_time(env, now.clock);
    return true;
}

/* The first vCPU that runs after a stop, or in a new virtual machine, does it for all;
 * and one that is alone, whenever its TSC is set, for that has KVM begin anew from its
 * own. */
static bool put_clock(KVMVcpu *v, CPUX86State *env, int64_t stood)
{
    bool ok = true;

    mutex_lock(&clock_lock);
    if (kvm.clock_stood != stood || (v->put_tsc && kvm.nvcpus == 1)) {
        struct kvm_clock_data to = {.clock = x86_pvclock_ns(env)};

        ok = kvm_ioctl(kvm.vm, KVM_SET_CLOCK, &to) == 0;
        kvm.clock_stood = stood;
    }
    mutex_unlock(&clock_lock);
    return ok;
}

/* Each write has KVM write to the guest's memory, so there is none without need. */
static bool put_msr(KVMVcpu *v, uint32_t number, uint64_t val, uint64_t *known)
{
    if (*known == val) {
        return true;
    }
    *known = val;
    return kvm_one_msr(v, KVM_SET_MSRS, number, &val);
}

bool kvm_put_pvclock(KVMVcpu *v, CPUX86State *env)
{
    if (!x86_has_pvclock(env)) {
        return true;
    }
    int64_t stood = clock_stood_ns(env->clock);

    if (!put_clock(v, env, stood) ||
        !put_msr(v, MSR_PV_WALL, env->pv_wall, &v->pv_wall) ||
        !put_msr(v, MSR_PV_TIME, env->pv_time, &v->pv_time)) {
        return false;
    }
    if (v->clock_stood != stood) { /* the guest's watchdogs are to know of it */
        v->clock_stood = stood;
        kvm_ioctl(v->fd, KVM_KVMCLOCK_CTRL, NULL); /* refused where it has no page */
    }
    return true;
}
