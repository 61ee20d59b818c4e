/* The loop of a vCPU under KVM: enter the guest, see why it was left. */
/* SPDX-License-Identifier: MIT */
/*
 * State is in KVM while the guest runs, and in env (env_valid) once somebody wants to see
 * it: whoever does so asks kvm_fetch() first. As long as env is valid the next entry
 * pushes it back.
 *
 * Kicks. Who wants something has set exit_request; then kvm_kick() reads in_guest. The
 * vCPU sets in_guest, then reads exit_request: one of the two sees the other. The signal
 * arrives before KVM_RUN, and its handler sets immediate_exit, or inside, and KVM_RUN
 * ends.
 */
#include "accel/kvm/kvm-internal.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/atomic.h"
#include "util/log.h"
#include "util/thread.h"

/* Kicks. */

static __thread KVMVcpu *running; /* by this thread */

static void on_kick(int sig, siginfo_t *info, void *context)
{
    if (running) {
        atomic_set(&running->run->immediate_exit, 1);
        if (info->si_code == SI_TIMER) {
            kvm_auto_due(running);
        }
    }
}

void kvm_kick(CPUState *cpu)
{
    KVMVcpu *v = kvm_vcpu(cpu);

    smp_mb();
    if (v && atomic_read(&v->in_guest) && atomic_read(&v->tid) != gettid()) {
        syscall(SYS_tgkill, getpid(), atomic_read(&v->tid), KVM_KICK_SIGNAL);
    }
}

/* The calling thread becomes the one that runs v. */
static void adopt_thread(KVMVcpu *v)
{
    struct sigaction act = {.sa_sigaction = on_kick, .sa_flags = SA_SIGINFO};
    sigset_t set;

    sigaction(KVM_KICK_SIGNAL, &act, NULL);
    running = v;
    atomic_set(&v->tid, gettid());
    sigemptyset(&set);
    sigaddset(&set, KVM_KICK_SIGNAL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    kvm_auto_start(v, KVM_KICK_SIGNAL);
}

/* Entering. */

/* One KVM_RUN; 0 or -errno. */
static int enter_guest(KVMVcpu *v)
{
    int r = ioctl(v->fd, KVM_RUN, 0) < 0 ? -errno : 0;

    v->io_pending = false;
    kvm_coalesce_drain(v);
    return r;
}

static bool push(KVMVcpu *v)
{
    kvm_debug_log(v);
    if (v->env_valid) {
        kvm_debug_before_push(v);
        v->pushes++;
        kvm_split_give(v);
        if (!kvm_put_state(v) || !kvm_split_put_deadline(v)) {
            return false;
        }
        v->env_valid = false;
    }
    if (v->translating) {
        v->translating = false;
        machine_lock();
        if (kvm.bare) {
            kvm_renew_slots();
        }
        kvm_dirty_start();
        machine_unlock();
    }
    kvm_auto_assist(v, false);
    return true;
}

/* Exits. */

/* An access of the guest's; parts of one that goes across pages have odd lengths. */
void kvm_access_device(AddressSpace *as, hwaddr addr, uint8_t *data, unsigned len,
                       bool is_write)
{
    if (len & (len - 1)) {
        address_space_rw(as, addr, data, len, is_write);
    } else if (is_write) {
        address_space_stn(as, addr, ldn_le_p(data, len), len);
    } else {
        stn_le_p(data, len, address_space_ldn(as, addr, len));
    }
}

static void do_io(KVMVcpu *v)
{
    struct kvm_run *run = v->run;
    uint8_t *data = (uint8_t *)run + run->io.data_offset;

    for (unsigned i = 0; i < run->io.count; i++, data += run->io.size) {
        kvm_access_device(v->cpu->io, run->io.port, data, run->io.size,
                          run->io.direction == KVM_EXIT_IO_OUT);
    }
    v->io_pending = true;
}

static void do_mmio(KVMVcpu *v)
{
    struct kvm_run *run = v->run;

    kvm_access_device(v->cpu->mem, run->mmio.phys_addr, run->mmio.data, run->mmio.len,
                      run->mmio.is_write);
    v->io_pending = true;
}

/*
 * An MSR that KVM does not know, or that belongs to the local APIC in front of it (the
 * x2APIC's are "invalid" to KVM). What it refuses otherwise is a fault.
 */
static void do_msr(KVMVcpu *v)
{
    CPUX86State *env = cpu_env(v->cpu);
    struct kvm_run *run = v->run;
    uint32_t number = run->msr.index;
    uint64_t data = run->msr.data;
    bool x2apic = !kvm.split && number >= 0x800 && number < 0x900, ok = false;

    kvm_get_tsc(v);
    if (run->msr.reason != KVM_MSR_EXIT_REASON_INVAL || x2apic) {
        ok = run->exit_reason == KVM_EXIT_X86_RDMSR ? x86_msr_read(env, number, &data)
                                                    : x86_msr_write(env, number, data);
    }
    run->msr.error = !ok;
    run->msr.data = data;
    v->io_pending = true;
}

/* Whether the exit was an access, which has been done: the instruction is not complete
 * before the next KVM_RUN. */
static bool do_access(KVMVcpu *v)
{
    switch (v->run->exit_reason) {
    case KVM_EXIT_IO:
        do_io(v);
        return true;
    case KVM_EXIT_MMIO:
        do_mmio(v);
        return true;
    case KVM_EXIT_X86_RDMSR:
    case KVM_EXIT_X86_WRMSR:
        do_msr(v);
        return true;
    default:
        return false;
    }
}

/* The kernel finishes the instruction, which may want further accesses. */
static void finish_access(KVMVcpu *v)
{
    bool again = v->io_pending;

    while (again) {
        atomic_set(&v->run->immediate_exit, 1);
        again = enter_guest(v) == 0 && do_access(v);
    }
}

void kvm_fetch(KVMVcpu *v)
{
    if (v->env_valid) {
        return;
    }
    finish_access(v);
    kvm_split_settle(v);
    v->fetches++;
    kvm_get_state(v);
    v->env_valid = true;
}

/* Says what the guest was doing when KVM gave up. */
static CPUExit give_up(KVMVcpu *v, const char *why)
{
    g_autoptr(GString) regs = g_string_new(NULL);

    kvm_fetch(v);
    v->cpu->ops->dump_regs(v->cpu, 0, regs);
    report_error("KVM cannot go on: %s\n%s", why, regs->str);
    return CPU_EXIT_ERROR;
}

static CPUExit give_up_errno(KVMVcpu *v, const char *what, int err)
{
    g_autofree char *why = g_strdup_printf("%s: %s", what, g_strerror(err));

    return give_up(v, why);
}

static bool internal_error(KVMVcpu *v, CPUExit *why)
{
    static const char *const names[] = {
        [KVM_INTERNAL_ERROR_EMULATION] = "it cannot emulate an instruction",
        [KVM_INTERNAL_ERROR_SIMUL_EX] = "exceptions at the same time",
        [KVM_INTERNAL_ERROR_DELIVERY_EV] = "an exit while an event was delivered",
        [KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON] = "an exit that it does not know",
    };
    uint32_t sub = v->run->internal.suberror;
    g_autoptr(GString) text = g_string_new(NULL);

    /* in front of an instruction, or of an event that has been accepted */
    if (sub < ARRAY_SIZE(names) && names[sub] && kvm.assist != KVM_ASSIST_OFF) {
        return kvm_assist(v, why);
    }
    if (sub < ARRAY_SIZE(names) && names[sub]) {
        g_string_append(text, names[sub]);
    } else {
        g_string_append_printf(text, "internal error %u", sub);
    }
    for (uint32_t i = 0; i < MIN(v->run->internal.ndata, 16u); i++) {
        g_string_append_printf(text, "%s%llx", i ? " " : ", data ",
                               v->run->internal.data[i]);
    }
    *why = give_up(v, text->str);
    return true;
}

static CPUExit unknown_exit(KVMVcpu *v)
{
    g_autofree char *why = NULL;

    if (v->run->exit_reason == KVM_EXIT_FAIL_ENTRY) {
        why = g_strdup_printf("the CPU refused to enter the guest, reason %llx",
                              v->run->fail_entry.hardware_entry_failure_reason);
    } else if (v->run->exit_reason == KVM_EXIT_UNKNOWN) {
        why = g_strdup_printf("it does not know the CPU's reason %llx to leave the guest",
                              v->run->hw.hardware_exit_reason);
    } else {
        why = g_strdup_printf("exit %u", v->run->exit_reason);
    }
    return give_up(v, why);
}

/* What the guest asks of KVM, past the board. */
static CPUExit system_event(KVMVcpu *v)
{
    g_autofree char *why = NULL;

    switch (v->run->system_event.type) {
    case KVM_SYSTEM_EVENT_SHUTDOWN:
        return CPU_EXIT_POWEROFF;
    case KVM_SYSTEM_EVENT_RESET:
        return CPU_EXIT_SHUTDOWN;
    case KVM_SYSTEM_EVENT_CRASH:
        return give_up(v, "the guest says that it has crashed");
    default:
        why = g_strdup_printf("system event %u", v->run->system_event.type);
        return give_up(v, why);
    }
}

/* Acts on the exit. True: leave the loop for *why. */
static bool handle_exit(KVMVcpu *v, CPUExit *why)
{
    v->exits[MIN(v->run->exit_reason, ARRAY_SIZE(v->exits) - 1)]++;
    if (do_access(v)) {
        return false;
    }
    switch (v->run->exit_reason) {
    case KVM_EXIT_HLT:
        kvm_get_halted(v);
        /* an emulated HLT may have trapped, by TF */
        v->cpu->halted = v->cpu->exception_index < 0;
        return false;
    case KVM_EXIT_INTR:
    case KVM_EXIT_IRQ_WINDOW_OPEN:
    case KVM_EXIT_SET_TPR:
        return false;
    case KVM_EXIT_IOAPIC_EOI:
        kvm_split_eoi(v);
        return false;
    case KVM_EXIT_DEBUG:
        return kvm_debug_exit(v, why);
    case KVM_EXIT_SHUTDOWN:
        kvm_after_shutdown(v);
        *why = CPU_EXIT_SHUTDOWN;
        return true;
    case KVM_EXIT_SYSTEM_EVENT:
        *why = system_event(v);
        return true;
    case KVM_EXIT_INTERNAL_ERROR:
        return internal_error(v, why);
    default:
        *why = unknown_exit(v);
        return true;
    }
}

/* Looks at all that other threads may want. True: leave the loop for *why. */
static bool handle_requests(KVMVcpu *v, CPUExit *why)
{
    enum { BY_US = CPU_INTERRUPT_INIT | CPU_INTERRUPT_SIPI | CPU_INTERRUPT_SMI };
    CPUState *cpu = v->cpu;

    if (atomic_read(&cpu->work)) {
        kvm_fetch(v);
        kvm_split_take(v);
        cpu_process_work(cpu);
    }
    uint32_t pending = atomic_load_acquire(&cpu->interrupt_request);

    if (pending & CPU_INTERRUPT_EXIT || cpu->stopped) {
        v->put_tsc = true;
        *why = CPU_EXIT_REQUEST;
        return true;
    }
    if (pending & BY_US) {
        kvm_fetch(v);
        cpu->ops->take_interrupt(cpu, pending & BY_US);
    }
    if (cpu->halted && cpu->ops->has_work(cpu)) {
        cpu->halted = false;
    }
    return false;
}

/* Enters the guest unless somebody wants something; true: *why as above. */
static bool run_guest(KVMVcpu *v, CPUExit *why)
{
    CPUState *cpu = v->cpu;

    if (!push(v)) {
        *why = give_up_errno(v, "it refuses the vCPU's state", errno);
        return true;
    }
    kvm_debug_before_run(v);
    bool masked = cpu->singlestep && cpu->step_masks_irqs;
    kvm_inject(v, atomic_load_acquire(&cpu->interrupt_request) &
                      ~(masked ? CPU_INTERRUPT_HARD : 0u));
    atomic_set(&v->run->immediate_exit, 0);
    atomic_set(&v->in_guest, true);
    smp_mb();
    int r = atomic_read(&cpu->exit_request) ? -EINTR : enter_guest(v);

    atomic_set(&v->in_guest, false);
    kvm_after_run(v);
    if (r == -EINTR || r == -EAGAIN) {
        return false;
    }
    if (r < 0) {
        *why = give_up_errno(v, "KVM_RUN", -r);
        return true;
    }
    return handle_exit(v, why);
}

/* The guest goes on for a while, by KVM or translated; true: *why as above. */
static bool go_on(KVMVcpu *v, CPUExit *why)
{
    if (kvm_assist_holds(v)) {
        return kvm_assist(v, why);
    }
    if (kvm_auto_translates(v) || !kvm_debug_fits(v)) {
        return kvm_translate(v, why);
    }
    return kvm_debug_steps_alone(v) ? kvm_assist(v, why) : run_guest(v, why);
}

static CPUExit run_loop(KVMVcpu *v)
{
    CPUState *cpu = v->cpu;
    CPUExit why;

    for (;;) {
        atomic_set(&cpu->exit_request, 0);
        smp_mb(); /* a request that is not seen below sets exit_request again */
        if (handle_requests(v, &why)) {
            return why;
        }
        if (cpu->halted && (!kvm.split || v->translating)) {
            cpu_wait(cpu);
        } else if (kvm.failure) {
            return give_up(v, kvm.failure);
        } else if (go_on(v, &why)) {
            return why;
        }
    }
}

CPUExit kvm_vcpu_run(CPUState *cpu)
{
    KVMVcpu *v = kvm_vcpu(cpu);

    if (running != v) {
        adopt_thread(v);
    }
    kvm_split_enter();
    CPUExit why = run_loop(v);

    kvm_auto_pause(v);
    kvm_fetch(v);
    kvm_split_leave();
    return why;
}
