/* assist=auto: the translator runs the guest as long as KVM would only emulate it. */
/* SPDX-License-Identifier: MIT */
/*
 * Hosts differ in what they execute and what KVM emulates: big real mode on some, all of
 * ring 0 on others that are guests themselves. Emulation is far slower than translated
 * code, and mostly KVM does not leave the guest for it. So there is a look every LOOK_NS
 * of a vCPU's run, by a timer of its thread:
 *
 * Under KVM, what was emulated since the look before is weighed against the CPU time that
 * the thread took: instructions emulated inside KVM (its statistics; less those that
 * accessed a device of ours, which any host emulates), and the time of assists. If they
 * make up half of it the guest goes on translated. What an instruction costs differs:
 * where there were many to each exit of the guest, KVM did not enter it for them, and the
 * least time for one that was seen then is what they cost.
 *
 * Translated, the guest goes back to KVM when ring 3 is found at several looks in a row,
 * and else from time to time, to try. Each time that KVM does not keep it for long the
 * next try takes more patience: a switch costs code that was translated (dirty.c).
 */
#include "accel/kvm/kvm-internal.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "util/atomic.h"
#include "util/host.h"
#include "util/thread.h"

enum {
    LOOK_NS = 10 * 1000 * 1000,
    EMULATION_NS = 500, /* what an instruction costs KVM's emulator, at least */
    PER_EXIT = 4,       /* so many: they are emulated one after the other */
    ENOUGH = 100,       /* instructions, to tell from what one costs */
    USER_LOOKS = 2,     /* in ring 3, times patience: back to KVM */
    TRY_LOOKS = 100,    /* of any kind, times patience: back to KVM */
    GOOD_LOOKS = 10,    /* under KVM: it was worth it */
    MAX_PATIENCE = 64,
};

/* ---- what KVM has emulated ---- */

/* The place of a statistic in the file that KVM gave; 0: it has none such. */
static off_t find_statistic(int fd, const char *name)
{
    struct kvm_stats_header h;

    if (pread(fd, &h, sizeof h, 0) != sizeof h) {
        return 0;
    }
    size_t size = sizeof(struct kvm_stats_desc) + h.name_size;
    g_autofree struct kvm_stats_desc *d = g_malloc0(size + 1);

    for (uint32_t i = 0; i < h.num_desc; i++) {
        if (pread(fd, d, size, h.desc_offset + i * size) == (ssize_t)size &&
            !strcmp((char *)(d + 1), name)) {
            return h.data_offset + d->offset;
        }
    }
    return 0;
}

static uint64_t statistic(const KVMAuto *a, off_t at)
{
    uint64_t n;

    return at && pread(a->stats, &n, sizeof n, at) == sizeof n ? n : 0;
}

/* KVM gives the file while it has not got the guest, and lets it be read at any time. */
static void start_statistics(KVMVcpu *v)
{
    KVMAuto *a = &v->automatic;

    if (a->stats_asked) {
        return;
    }
    a->stats_asked = true;
    a->stats = ioctl(v->fd, KVM_GET_STATS_FD, NULL);
    if (a->stats >= 0) {
        a->emulated_at = find_statistic(a->stats, "insn_emulation");
        a->exits_at = find_statistic(a->stats, "exits");
    }
}

static int64_t thread_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* ---- looks ---- */

static void note(KVMVcpu *v)
{
    KVMAuto *a = &v->automatic;

    a->cpu_ns = thread_ns();
    a->emulated = statistic(a, a->emulated_at);
    a->exits = statistic(a, a->exits_at);
    a->devices = v->exits[KVM_EXIT_MMIO] + v->late_writes;
    a->assist_ns = 0;
}

/* Whether at least half of the time since the last look went into emulation. */
static bool only_emulates(KVMVcpu *v)
{
    KVMAuto *a = &v->automatic;
    int64_t ns = thread_ns() - a->cpu_ns;
    int64_t insns = statistic(a, a->emulated_at) - a->emulated;

    insns -= v->exits[KVM_EXIT_MMIO] + v->late_writes - a->devices;
    if (a->exits_at && insns >= ENOUGH &&
        insns > PER_EXIT * (int64_t)(statistic(a, a->exits_at) - a->exits)) {
        int64_t each = (ns - a->assist_ns) / insns;

        a->insn_ns = a->insn_ns ? MIN(a->insn_ns, each) : each;
    }
    int64_t each = MAX(a->insn_ns, EMULATION_NS);

    return 2 * (MAX(insns, 0) * each + a->assist_ns) > ns;
}

static void leave_kvm(KVMAuto *a)
{
    a->patience = a->looks < GOOD_LOOKS ? MIN(2 * a->patience, MAX_PATIENCE) : 1;
    a->looks = a->user_looks = 0;
    a->translates = true;
    a->times++;
    a->since = clock_monotonic_ns();
}

static void look_at_kvm(KVMVcpu *v)
{
    KVMAuto *a = &v->automatic;

    a->looks++;
    if (only_emulates(v)) {
        leave_kvm(a);
    } else if (a->looks == GOOD_LOOKS) { /* the log costs a fault for each page written */
        machine_lock();
        kvm_dirty_stop();
        machine_unlock();
    }
}

static void look_at_translated(KVMVcpu *v)
{
    KVMAuto *a = &v->automatic;

    const CPUX86State *env = cpu_env(v->cpu);

    if (kvm.bare && env->efer & EFER_SCE) {
        return; /* SYSCALL is in use: KVM is for neither ring 0 nor ring 3 */
    }
    a->looks++;
    a->user_looks = x86_cpl(env) == 3 ? a->user_looks + 1 : 0;
    if (a->user_looks >= USER_LOOKS * a->patience ||
        a->looks >= TRY_LOOKS * a->patience) {
        a->looks = 0;
        a->translates = false;
        a->translated_ns += clock_monotonic_ns() - a->since;
        v->put_tsc = true;
    }
}

bool kvm_auto_translates(KVMVcpu *v)
{
    KVMAuto *a = &v->automatic;

    if (!a->timer_made) {
        return false;
    }
    if (a->due) {
        a->due = false;
        if (a->translates) {
            look_at_translated(v);
        } else {
            look_at_kvm(v);
        }
        note(v);
    }
    if (!a->armed) {
        const struct itimerspec in = {.it_value = {.tv_nsec = LOOK_NS}};

        a->armed = true;
        timer_settime(a->timer, 0, &in, NULL);
    }
    return a->translates;
}

/* In the vCPU's thread, whatever it is doing: as the request of another thread. */
void kvm_auto_due(KVMVcpu *v)
{
    v->automatic.due = true;
    v->automatic.armed = false;
    if (v->automatic.translates) { /* the translator is to come back */
        atomic_fetch_or(&v->cpu->interrupt_request, CPU_INTERRUPT_EXIT);
    }
    atomic_set(&v->cpu->exit_request, 1);
}

void kvm_auto_assist(KVMVcpu *v, bool begin)
{
    KVMAuto *a = &v->automatic;

    if (a->timer_made && begin) {
        a->assist_began = clock_monotonic_ns();
    } else if (a->assist_began) {
        a->assist_ns += clock_monotonic_ns() - a->assist_began;
        a->assist_began = 0;
    }
}

/* ---- set-up ---- */

void kvm_auto_start(KVMVcpu *v, int signal)
{
    KVMAuto *a = &v->automatic;
    struct sigevent e = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal};

    e._sigev_un._tid = gettid();
    start_statistics(v);
    if (a->timer_made || kvm.assist != KVM_ASSIST_AUTO) {
        return;
    }
    if (timer_create(CLOCK_MONOTONIC, &e, &a->timer) < 0) {
        report_warning("-accel kvm: no timer for assist=auto, which is assist=on now: %s",
                       g_strerror(errno));
        return;
    }
    a->timer_made = true;
    a->patience = 1;
    if (kvm.bare) {
        leave_kvm(a);
    }
    note(v);
}

void kvm_auto_pause(KVMVcpu *v)
{
    static const struct itimerspec never;
    KVMAuto *a = &v->automatic;

    if (a->timer_made) { /* its signal, if it is on its way, comes in this system call */
        timer_settime(a->timer, 0, &never, NULL);
        a->armed = false;
    }
}

void kvm_auto_fini(KVMVcpu *v)
{
    KVMAuto *a = &v->automatic;

    if (a->timer_made) {
        timer_delete(a->timer);
    }
    if (a->stats_asked && a->stats >= 0) {
        close(a->stats);
    }
}

void kvm_auto_info(const KVMVcpu *v, GString *to)
{
    const KVMAuto *a = &v->automatic;

    if (a->emulated_at) {
        g_string_append_printf(to, "instructions emulated inside KVM: %" PRIu64 "\n",
                               statistic(a, a->emulated_at));
    }
    if (kvm.assist != KVM_ASSIST_AUTO) {
        return;
    }
    int64_t ns = a->translated_ns + (a->translates ? clock_monotonic_ns() - a->since : 0);

    g_string_append_printf(to,
                           "KVM only emulated %" PRIu64 " times; translated for %.3f s "
                           "(now: %s)\n",
                           a->times, ns / 1e9, a->translates ? "translated" : "KVM");
}
