/* Debugging under KVM: breakpoints, watchpoints, single steps, and -d cpu by steps. */
/* SPDX-License-Identifier: MIT */
/*
 * Break- and watchpoints are those of the processor, SDM vol. 3, 17.2: four for both. The
 * guest does not see that they are in use, but its own do not hit meanwhile. When there
 * are more, the translator runs the guest until they fit again (kvm_translate()).
 */
#include "accel/kvm/kvm-internal.h"

#include <sys/ioctl.h>

#include "cpu/debug.h"
#include "util/log.h"

#define DR7_ON 0x700 /* LE, GE and the bit that is always 1 */

static bool is_stepping(const KVMVcpu *v)
{
    return v->cpu->singlestep || log_enabled(LOG_CPU);
}

/* One debug register; type: 0 execution, 1 writes, 3 reads and writes. False: there is
 * none left. */
static bool add_point(struct kvm_guest_debug *d, unsigned *n, vaddr va, unsigned type,
                      unsigned len)
{
    static const uint8_t codes[9] = {[1] = 0, [2] = 1, [4] = 3, [8] = 2};

    if (*n == KVM_DEBUG_POINTS) {
        return false;
    }
    d->arch.debugreg[*n] = va;
    d->arch.debugreg[7] |= UINT64_C(2) << (2 * *n) | DR7_ON |
                           (uint64_t)(type | codes[len] << 2) << (16 + 4 * *n);
    (*n)++;
    return true;
}

/* The largest aligned piece at the start of an area. */
static unsigned piece(vaddr va, vaddr len)
{
    unsigned n = 8;

    while (va & (n - 1) || n > len) {
        n /= 2;
    }
    return n;
}

static bool add_watchpoint(KVMVcpu *v, struct kvm_guest_debug *d, unsigned *n,
                           CPUWatchpoint *wp)
{
    unsigned type = wp->flags & BP_READ ? 3 : 1;

    for (vaddr at = wp->va; at < wp->va + wp->len;) {
        unsigned len = piece(at, wp->va + wp->len - at);

        if (*n < KVM_DEBUG_POINTS) {
            v->watch[*n] = wp;
        }
        if (!add_point(d, n, at, type, len)) {
            return false;
        }
        at += len;
    }
    return true;
}

/* False: there are more than the processor has places for. */
static bool add_all(KVMVcpu *v, struct kvm_guest_debug *d)
{
    unsigned n = 0;
    bool ok = true;

    memset(v->watch, 0, sizeof v->watch);
    for (CPUBreakpoint *bp = v->cpu->breakpoints; bp; bp = bp->next) {
        ok &= !(bp->flags & BP_DEBUGGER) || add_point(d, &n, bp->pc, 0, 1);
    }
    for (CPUWatchpoint *wp = v->cpu->watchpoints; wp; wp = wp->next) {
        ok &= !(wp->flags & BP_DEBUGGER) || add_watchpoint(v, d, &n, wp);
    }
    if (n) {
        d->control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
    }
    return ok;
}

bool kvm_debug_fits(KVMVcpu *v)
{
    static bool told;
    struct kvm_guest_debug d = {0};

    if (is_stepping(v) || (!v->cpu->breakpoints && !v->cpu->watchpoints)) {
        return true;
    }
    bool all = add_all(v, &d);

    if (all && !(kvm.bare && d.control && kvm.nvcpus == 1)) {
        return true;
    }
    if (!all && kvm.nvcpus > 1 && !told) {
        told = true;
        report_warning("KVM: of the break- and watchpoints only four are in use: the "
                       "translator, which could have more, runs one vCPU");
    }
    return kvm.nvcpus > 1;
}

bool kvm_debug_steps_alone(const KVMVcpu *v)
{
    return kvm.bare && is_stepping(v);
}

void kvm_debug_before_push(KVMVcpu *v)
{
    CPUX86State *env = cpu_env(v->cpu);

    if (v->step_over && v->cpu->ops->tb_key(v->cpu).pc == v->stopped_at) {
        env->eflags |= EFL_RF; /* the breakpoint has been told already */
    }
    v->step_over = false;
}

/* What runs next, for -d cpu. */
static void log_registers(KVMVcpu *v)
{
    g_autoptr(GString) text = g_string_new(NULL);

    kvm_fetch(v);
    v->cpu->ops->dump_regs(v->cpu, log_enabled(LOG_FPU) ? CPU_DUMP_FPU : 0, text);
    log_printf("%s", text->str);
}

void kvm_debug_before_run(KVMVcpu *v)
{
    struct kvm_guest_debug d = {0};

    if (is_stepping(v)) {
        d.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
    } else {
        add_all(v, &d);
    }
    d.control |= v->inject_db ? KVM_GUESTDBG_INJECT_DB : 0;
    /* KVM notes where a step begins */
    if (is_stepping(v) || memcmp(&d, &v->debug, sizeof d) != 0) {
        kvm_ioctl(v->fd, KVM_SET_GUEST_DEBUG, &d);
    }
    v->inject_db = false;
    d.control &= ~(uint32_t)KVM_GUESTDBG_INJECT_DB;
    v->debug = d;
}

void kvm_debug_log(KVMVcpu *v)
{
    if (log_enabled(LOG_CPU) && !v->cpu->state_logged) {
        v->cpu->state_logged = true;
        log_registers(v);
    }
}

static CPUExit stop(KVMVcpu *v, CPUStopCause cause)
{
    v->cpu->stop_cause = cause;
    v->step_over = cause == CPU_STOP_BREAKPOINT;
    v->stopped_at = v->cpu->ops->tb_key(v->cpu).pc;
    return CPU_EXIT_DEBUG;
}

/* Of the guest's own making: it gets its exception. */
static void give_to_guest(KVMVcpu *v, uint64_t dr6)
{
    CPUX86State *env = cpu_env(v->cpu);

    env->dr[6] |= dr6 & 0xe00f;
    v->inject_db = true;
}

bool kvm_debug_exit(KVMVcpu *v, CPUExit *why)
{
    CPUState *cpu = v->cpu;
    uint64_t dr6 = v->run->debug.arch.dr6;

    kvm_fetch(v);
    cpu->state_logged = false;
    for (unsigned i = 0; i < KVM_DEBUG_POINTS; i++) {
        if (dr6 >> i & 1 && v->watch[i] && !is_stepping(v)) {
            cpu->stop_watch = v->watch[i];
            cpu->stop_watch->hit = v->debug.arch.debugreg[i];
            *why = stop(v, CPU_STOP_WATCHPOINT);
            return true;
        }
    }
    vaddr pc = cpu->ops->tb_key(cpu).pc;

    if (!cpu->singlestep && cpu_breakpoint_at(cpu, pc) & BP_DEBUGGER) {
        *why = stop(v, CPU_STOP_BREAKPOINT);
        return true;
    }
    if (cpu->singlestep) {
        *why = stop(v, CPU_STOP_STEP);
        return true;
    }
    if (!log_enabled(LOG_CPU)) {
        give_to_guest(v, dr6);
    }
    return false;
}
