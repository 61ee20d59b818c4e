/* What KVM cannot execute: the translator does it, and the guest goes on under KVM. */
/* SPDX-License-Identifier: MIT */
/*
 * KVM emulates instructions that access devices, and on some hosts much more; its
 * emulator does not know all of them. It leaves the vCPU in front of such an instruction.
 * The translator is an accelerator of this program too: it is attached to the same
 * CPUState at the first failure, and executes single instructions from then on.
 *
 * It has seen nothing of what the guest did under KVM. A unit of one instruction is made
 * from memory as it is, so only the TLB is stale: it is flushed each time.
 */
#include "accel/kvm/kvm-internal.h"

#include "cpu/debug.h"
#include "util/log.h"
#include "util/thread.h"

/* Of several vCPUs one at a time is translated: the translator's machine has one, which
 * is attached as long. Taken before the machine lock. */
static Mutex steps = MUTEX_INIT;

static bool attach(KVMVcpu *v)
{
    GError *err = NULL;

    if (v->translator) {
        return true;
    }
    const AccelOps *ops = accel_translator(&err);

    machine_lock(); /* it listens to changes of memory */
    bool ok = ops && ops->vcpu_init(v->cpu, &err);
    machine_unlock();
    if (!ok) {
        user_error_prefix(&err, "no translator to help out: ");
        report_gerror(err);
        return false;
    }
    v->translator = ops;
    return true;
}

void kvm_assist_fini(KVMVcpu *v)
{
    if (v->translator) {
        kvm_dirty_stop();
        v->translator->vcpu_fini(v->cpu);
        v->translator = NULL;
    }
}

static void log_failure(KVMVcpu *v)
{
    if (!log_enabled(LOG_UNIMP)) {
        return;
    }
    CPUState *cpu = v->cpu;
    vaddr pc = cpu->ops->tb_key(cpu).pc;
    uint8_t code[X86_MAX_INSN_LEN];
    g_autoptr(GString) text = g_string_new(NULL);

    if (cpu_memory_rw_debug(cpu, pc, code, sizeof code, false)) {
        cpu->ops->disas(cpu, pc, code, sizeof code, 1, text);
    }
    log_printf("kvm: translated: %s%s", text->str, text->len ? "" : "?\n");
}

/* Executes one instruction, or delivers the event that is due. */
static CPUExit step(KVMVcpu *v)
{
    CPUState *cpu = v->cpu;
    bool single = cpu->singlestep, masks = cpu->step_masks_irqs;

    mutex_lock(&steps);
    if (!attach(v)) {
        mutex_unlock(&steps);
        return CPU_EXIT_ERROR;
    }
    x86_mapping_changed(cpu_env(cpu));
    cpu->singlestep = cpu->step_masks_irqs = true;
    CPUExit why = v->translator->vcpu_run(cpu);

    if (kvm.nvcpus > 1) { /* the next one may be another's */
        machine_lock();
        kvm_assist_fini(v);
        machine_unlock();
    }
    mutex_unlock(&steps);
    cpu->singlestep = single;
    cpu->step_masks_irqs = masks;
    cpu->state_logged = false;
    return why;
}

bool kvm_assist(KVMVcpu *v, CPUExit *why)
{
    CPUState *cpu = v->cpu;

    kvm_auto_assist(v, true);
    kvm_fetch(v);
    kvm_split_take(v);
    /* Without KVM_CAP_EXIT_ON_EMULATION_FAILURE it has one ready for ring 0. */
    if (cpu->exception_index == EXCP_UD) {
        cpu->exception_index = -1;
    }
    log_failure(v);
    kvm_debug_log(v);
    *why = step(v);
    v->assists++;
    switch (*why) {
    case CPU_EXIT_DEBUG:
        return cpu->singlestep || cpu->stop_cause != CPU_STOP_STEP;
    case CPU_EXIT_HALT:
        return false;
    default:
        return true;
    }
}

/* A #DB that MOV SS holds back until the instruction behind it is complete. */
bool kvm_assist_holds(const KVMVcpu *v)
{
    const CPUX86State *env = cpu_env(v->cpu);

    return v->env_valid && env->held_dr6;
}

/* The guest is at the breakpoint that has stopped it under KVM: on behind it. */
static bool is_at_stop(KVMVcpu *v)
{
    bool yes = v->step_over && v->cpu->ops->tb_key(v->cpu).pc == v->stopped_at;

    v->step_over = false;
    return yes;
}

/* The translator has seen nothing of what the guest did under KVM: pages that were
 * written lose their units, or, if nobody knows which, all do. */
static bool take_over(KVMVcpu *v)
{
    unsigned pages = 0;

    if (v->translating) {
        return true;
    }
    machine_lock();
    bool goes_on = v->translator && kvm_dirty_read(&pages);

    if (!goes_on) {
        kvm_assist_fini(v);
    }
    machine_unlock();
    v->translating = true;
    v->began += !goes_on;
    v->went_on += goes_on;
    v->pages_gone += pages;
    if (goes_on) {
        x86_mapping_changed(cpu_env(v->cpu));
    }
    return attach(v);
}

bool kvm_translate(KVMVcpu *v, CPUExit *why)
{
    CPUState *cpu = v->cpu;

    kvm_fetch(v);
    kvm_split_take(v);
    if (!take_over(v)) {
        *why = CPU_EXIT_ERROR;
        return true;
    }
    if (is_at_stop(v)) {
        *why = step(v);
        if (*why == CPU_EXIT_DEBUG && cpu->stop_cause == CPU_STOP_STEP) {
            return false;
        }
    } else {
        *why = v->translator->vcpu_run(cpu);
    }
    v->put_tsc |= *why == CPU_EXIT_REQUEST;
    return *why != CPU_EXIT_HALT;
}
