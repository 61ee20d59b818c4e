/* Signals: catching on the host, delivery at safe points, the system calls of signals. */
/* SPDX-License-Identifier: MIT */
/*
 * The host's dispositions and masks are the guest's (task.h), so the kernel queues,
 * chooses and discards. A handler of the guest's stands on the host as catch_signal(): it
 * notes the signal in TaskState.caught and blocks everything, so that the kernel keeps
 * the others until this one is delivered, which happens when the thread's loop comes by:
 * at a unit's end, or behind a system call. Should one more slip through, because a
 * system call has opened the mask in between, it goes back to the kernel's queue.
 *
 * Faults: SIGSEGV and SIGBUS with a code of the kernel's are a fault of guest code or of
 * a copy to and from guest memory (accel/tcg/user.h says which), or a bug of ours. When
 * they are sent by somebody they are signals like others, but for the mask, which we keep
 * ourselves: blocked ones wait in TaskState.sigpending. SIGFPE comes from guest code too
 * (TCGContext.fp_traps); its mask is the host's.
 */
#include "linux-user/signals.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/clone.h"
#include "linux-user/gdb.h"
#include "linux-user/guest-mem.h"
#include "linux-user/host.h"
#include "util/atomic.h"
#include "util/bitops.h"
#include "util/host.h"
#include "util/log.h"

#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))
enum { GUEST_SA_RESTORER = 0x04000000 };
#define GUEST_SIG_DFL 0
#define GUEST_SIG_IGN 1

__thread TaskState *current_task;

/* Masks. */

static void set_host_mask(uint64_t mask)
{
    mask &= ~(SIGNALS_OF_FAULTS | UNBLOCKABLE);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
}

RUN_AT_FORK void signal_apply_mask(TaskState *ts)
{
    set_host_mask(ts->sigmask);
}

RUN_AT_FORK void signal_block_all(void)
{
    set_host_mask(UINT64_MAX);
}

uint64_t task_suspend_mask(TaskState *ts, uint64_t guest_mask)
{
    ts->suspend_mask = guest_mask & ~UNBLOCKABLE;
    ts->in_suspend = true;
    return ts->suspend_mask & ~SIGNALS_OF_FAULTS;
}

/* Catching. */

/* The thread's loop is to come by. */
static void ask_for_delivery(TaskState *ts)
{
    atomic_fetch_or(&ts->cpu->interrupt_request, CPU_INTERRUPT_EXIT);
    atomic_set(&ts->cpu->exit_request, 1);
}

/* The unit that was interrupted goes on to its end. */
static void block_in_frame(const TaskState *ts, ucontext_t *uc)
{
    uint64_t raised = SIGNALS_OF_CODE & ~(ts ? ts->sigmask : 0);
    uint64_t all = ~(SIGNALS_OF_FAULTS | raised);

    memcpy(&uc->uc_sigmask, &all, sizeof all);
}

static void requeue(const siginfo_t *si, int sig)
{
    syscall(SYS_rt_tgsigqueueinfo, getpid(), (int)syscall(SYS_gettid), sig, si);
}

void signal_give_back(TaskState *ts)
{
    if (ts->signal_pending && ts->caught.si_code != SI_TKILL) {
        syscall(SYS_rt_sigqueueinfo, getpid(), ts->signal_pending, &ts->caught);
    }
    ts->signal_pending = 0;
}

static void note_signal(TaskState *ts, int sig, const siginfo_t *si)
{
    if (ts->signal_pending && SIGNAL_BIT(sig) & SIGNALS_OF_CODE) {
        atomic_fetch_or(&ts->sigpending, SIGNAL_BIT(sig)); /* it is not blocked */
        return;
    }
    if (ts->signal_pending) {
        requeue(si, sig);
        return;
    }
    ts->caught = *si;
    ts->caught.si_signo = sig;
    barrier();
    atomic_set(&ts->signal_pending, sig);
    ask_for_delivery(ts);
}

static void catch_signal(int sig, siginfo_t *si, void *frame)
{
    int saved_errno = errno;
    TaskState *ts = current_task;

    block_in_frame(ts, frame);
    host_frame_leave_syscall(frame);
    if (ts) {
        note_signal(ts, sig, si);
    }
    errno = saved_errno;
}

/* A bug of ours: die as we would without a handler. */
static void our_fault(int sig, const siginfo_t *si, const ucontext_t *uc)
{
    static const char text[] = "mynah: internal error: fault in the emulator itself\n";

    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
        /* nobody to tell */
    }
    host_sigaction(sig, NULL, 0);
}

/* SIGSEGV or SIGBUS that the kernel sends for an access, SIGFPE for an operation. */
static void catch_fault(int sig, siginfo_t *si, void *frame)
{
    int saved_errno = errno;
    TaskState *ts = current_task;
    UserFault fault;

    if (si->si_code <= 0) { /* somebody sent it */
        if (ts && ts->sigmask & SIGNAL_BIT(sig)) {
            atomic_fetch_or(&ts->sigpending, SIGNAL_BIT(sig));
        } else {
            catch_signal(sig, si, frame);
        }
        errno = saved_errno;
        return;
    }
    if (si->si_code == SEGV_ACCERR && host_page_size() > 4096 &&
        user_map_flags(h2g(si->si_addr)) < 0) {
        si->si_code = SEGV_MAPERR; /* only a neighbour in the host's page is mapped */
    }
    host_frame_fault(si, frame, &fault);
    switch (user_fault(ts ? ts->cpu : NULL, &fault, host_frame_pc(frame))) {
    case USER_FAULT_RETRY:
        break;
    case USER_FAULT_GENERATED:
        ts->fault = *si;
        ts->has_fault = true;
        host_frame_fault_entry(frame);
        break;
    case USER_FAULT_C:
        if (host_frame_copy_failed(frame)) {
            break; /* the engine only wanted to know */
        }
        ts->fault = *si;
        ts->has_fault = true;
        host_frame_call(frame, user_fault_leave, ts->cpu);
        break;
    default:
        if (!host_frame_copy_failed(frame)) {
            our_fault(sig, si, frame);
        }
        break;
    }
    errno = saved_errno;
}

/* Dispositions. */

typedef void HostHandler(int, siginfo_t *, void *);

static bool ignored_by_default(int sig)
{
    return sig == SIGCHLD || sig == SIGURG || sig == SIGWINCH || sig == SIGCONT;
}

static bool stops_by_default(int sig)
{
    return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

bool signal_memory_shared;

/* gdb hears of it before it takes effect, or others share our memory; but for those that
 * libc uses itself. */
static bool default_is_ours(int sig)
{
    return (gdb_active || signal_memory_shared) && !ignored_by_default(sig) &&
           !(UNBLOCKABLE & SIGNAL_BIT(sig)) && (sig < 32 || sig >= SIGRTMIN);
}

static void set_host_action(int sig, const GuestSigaction *sa)
{
    enum { PASSED = SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT };
    bool ignored = sa->handler == GUEST_SIG_IGN;

    if (SIGNALS_OF_FAULTS & SIGNAL_BIT(sig) || (sig == SIGFPE && !ignored)) {
        host_sigaction(sig, catch_fault, sa->flags & SA_RESTART);
    } else if (sa->handler == GUEST_SIG_DFL && default_is_ours(sig)) {
        host_sigaction(sig, catch_signal, SA_RESTART);
    } else if (sa->handler == GUEST_SIG_DFL || ignored) {
        host_sigaction(sig, (HostHandler *)(uintptr_t)sa->handler, sa->flags & PASSED);
    } else {
        host_sigaction(sig, catch_signal, sa->flags & PASSED);
    }
}

static uint64_t host_disposition(int sig)
{
    struct {
        uint64_t handler, flags, restorer, mask;
    } now = {0};

    syscall(SYS_rt_sigaction, sig, NULL, &now, sizeof now.mask);
    return now.handler == GUEST_SIG_IGN ? GUEST_SIG_IGN : GUEST_SIG_DFL;
}

/* Locked. */
static GuestSigaction *action_of(SignalTable *s, int sig)
{
    if (!(s->known & SIGNAL_BIT(sig))) {
        s->known |= SIGNAL_BIT(sig);
        s->action[sig].handler = host_disposition(sig);
    }
    return &s->action[sig];
}

static SignalTable *table_new(void)
{
    SignalTable *s = g_new0(SignalTable, 1);

    mutex_init(&s->lock);
    s->refs = 1;
    return s;
}

SignalTable *signal_table_copy(SignalTable *from)
{
    SignalTable *s = table_new();

    s->known = from->known;
    memcpy(s->action, from->action, sizeof s->action);
    return s;
}

SignalTable *signal_table_ref(SignalTable *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void signal_table_unref(SignalTable *s)
{
    if (atomic_fetch_sub(&s->refs, 1) == 1) {
        mutex_destroy(&s->lock);
        g_free(s);
    }
}

void signal_clear_handlers(TaskState *ts)
{
    for (int sig = 1; sig <= GUEST_NSIG; sig++) {
        GuestSigaction *sa = &ts->signals->action[sig];

        if (sa->handler > GUEST_SIG_IGN) {
            *sa = (GuestSigaction){.handler = GUEST_SIG_DFL};
            set_host_action(sig, sa);
        }
    }
}

/* Those that default_is_ours() says. */
static void set_defaults(SignalTable *s)
{
    for (int sig = 1; sig <= GUEST_NSIG; sig++) {
        if (default_is_ours(sig) && action_of(s, sig)->handler == GUEST_SIG_DFL) {
            set_host_action(sig, action_of(s, sig));
        }
    }
}

static void catch_faults(TaskState *ts)
{
    static const uint8_t faults[] = {SIGSEGV, SIGBUS, SIGFPE};

    for (unsigned i = 0; i < ARRAY_SIZE(faults); i++) {
        set_host_action(faults[i], action_of(ts->signals, faults[i]));
    }
}

void signal_init(TaskState *ts)
{
    ts->signals = table_new();
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &ts->sigmask, sizeof ts->sigmask);
    catch_faults(ts);
    signal_apply_mask(ts);
}

void signal_tell_gdb(TaskState *ts)
{
    mutex_lock(&ts->signals->lock);
    set_defaults(ts->signals);
    mutex_unlock(&ts->signals->lock);
}

void signal_take_back(TaskState *ts)
{
    enum { SIGNAL_OF_LIBC = 33 };

    mutex_lock(&ts->signals->lock);
    set_host_action(SIGNAL_OF_LIBC, action_of(ts->signals, SIGNAL_OF_LIBC));
    mutex_unlock(&ts->signals->lock);
}

void signal_share_memory(TaskState *ts)
{
    if (!signal_memory_shared) {
        mutex_lock(&ts->signals->lock);
        signal_memory_shared = true;
        set_defaults(ts->signals);
        mutex_unlock(&ts->signals->lock);
    }
}

void signal_before_exec(TaskState *ts)
{
    for (int sig = 1; sig <= GUEST_NSIG; sig++) {
        if (SIGNALS_OF_FAULTS & SIGNAL_BIT(sig) &&
            ts->signals->action[sig].handler == GUEST_SIG_IGN) {
            host_sigaction(sig, (HostHandler *)GUEST_SIG_IGN, 0);
        }
    }
    uint64_t mask = ts->sigmask & ~UNBLOCKABLE;

    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
}

void signal_after_exec(TaskState *ts)
{
    catch_faults(ts);
    signal_apply_mask(ts);
}

/* Delivery. */

void signal_send(TaskState *ts, int sig)
{
    syscall(SYS_tgkill, getpid(), ts->tid, sig);
}

void signal_die(int sig)
{
    uint64_t none = ~SIGNAL_BIT(sig);

    if (current_task) {
        gdb_exited(current_task, true, gdb_signal_to_gdb(sig));
        process_tell_exit(current_task);
    }
    if (log_enabled(UINT32_MAX)) {
        fflush(NULL);
    }
    host_sigaction(sig, NULL, 0);
    syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), sig);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
    for (;;) {
        _exit(128 + sig); /* not reached: it was fatal */
    }
}

/* The disposition was a handler when the signal was caught; it is SIG_DFL now. */
static void default_action(TaskState *ts, int sig)
{
    if (stops_by_default(sig)) {
        signal_send(ts, SIGSTOP);
    } else if (!ignored_by_default(sig)) {
        signal_die(sig);
    }
}

static GuestSigaction take_action(TaskState *ts, int sig)
{
    SignalTable *s = ts->signals;

    mutex_lock(&s->lock);
    GuestSigaction sa = *action_of(s, sig);

    if (sa.handler > GUEST_SIG_IGN && sa.flags & SA_RESETHAND) {
        s->action[sig].handler = GUEST_SIG_DFL;
        set_host_action(sig, &s->action[sig]);
    }
    mutex_unlock(&s->lock);
    return sa;
}

/* The handler's frame; the masks as the kernel has them in it. */
static void deliver(TaskState *ts, const siginfo_t *si, const GuestSigaction *sa)
{
    int sig = si->si_signo;
    uint64_t now = ts->in_suspend ? ts->suspend_mask : ts->sigmask;

    ts->in_suspend = false;
    if (!signal_frame_push(ts, si, sa, ts->sigmask)) {
        if (sig == SIGSEGV) {
            signal_die(SIGSEGV);
        }
        siginfo_t fault = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};
        signal_force(ts, &fault);
        return;
    }
    now |= sa->mask | (sa->flags & SA_NODEFER ? 0 : SIGNAL_BIT(sig));
    ts->sigmask = now & ~UNBLOCKABLE;
}

/* gdb may want another signal in its place, or (false) none. */
static bool ask_gdb(TaskState *ts, siginfo_t *si)
{
    int sig = gdb_signal(ts, si);

    if (sig && sig != si->si_signo) {
        *si = (siginfo_t){.si_signo = sig, .si_code = SI_USER};
    }
    return sig;
}

static void take_caught(TaskState *ts)
{
    siginfo_t si = ts->caught;

    barrier();
    atomic_set(&ts->signal_pending, 0);
    if (!ask_gdb(ts, &si)) {
        return;
    }
    int sig = si.si_signo;
    GuestSigaction sa = take_action(ts, sig);

    if (sa.handler == GUEST_SIG_DFL) {
        default_action(ts, sig);
    } else if (sa.handler != GUEST_SIG_IGN) {
        deliver(ts, &si, &sa);
    }
}

/* Signals of faults that were sent while the guest had them blocked. */
static void take_own_pending(TaskState *ts)
{
    uint64_t ready = atomic_read(&ts->sigpending) & ~ts->sigmask;

    if (ready && !ts->signal_pending) {
        int sig = ctz64(ready) + 1;

        atomic_fetch_and(&ts->sigpending, ~SIGNAL_BIT(sig));
        ts->caught = (siginfo_t){.si_signo = sig, .si_code = SI_USER};
        ts->signal_pending = sig;
    }
}

void signal_deliver(TaskState *ts)
{
    take_own_pending(ts);
    while (atomic_read(&ts->signal_pending)) {
        take_caught(ts);
        ts->in_suspend = false;
        signal_apply_mask(ts); /* which may bring the next one */
        take_own_pending(ts);
    }
    ts->in_suspend = false;
}

void signal_force(TaskState *ts, const siginfo_t *fault)
{
    siginfo_t si = *fault;

    if (!ask_gdb(ts, &si)) {
        return;
    }
    int sig = si.si_signo;
    GuestSigaction sa = take_action(ts, sig);

    if (sa.handler <= GUEST_SIG_IGN || ts->sigmask & SIGNAL_BIT(sig)) {
        signal_die(sig);
    }
    deliver(ts, &si, &sa);
    if (!ts->signal_pending) {
        signal_apply_mask(ts);
    }
}

/* System calls. */

int64_t sys_rt_sigaction(TaskState *ts, const uint64_t args[6])
{
    int sig = args[0];
    GuestSigaction sa;

    if (args[3] != 8 || sig < 1 || sig > GUEST_NSIG) {
        return -EINVAL;
    }
    if (args[1]) {
        if (get_guest(sa, args[1])) {
            return -EFAULT;
        }
        if (UNBLOCKABLE & SIGNAL_BIT(sig)) {
            return -EINVAL;
        }
        sa.mask &= ~UNBLOCKABLE;
    }
    mutex_lock(&ts->signals->lock);
    GuestSigaction old = *action_of(ts->signals, sig);

    if (args[1]) {
        ts->signals->action[sig] = sa;
        set_host_action(sig, &sa);
    }
    mutex_unlock(&ts->signals->lock);
    return args[2] && put_guest(args[2], old) ? -EFAULT : 0;
}

int64_t sys_rt_sigprocmask(TaskState *ts, const uint64_t args[6])
{
    uint64_t old = ts->sigmask, set;

    if (args[3] != 8) {
        return -EINVAL;
    }
    if (args[1]) {
        if (get_guest(set, args[1])) {
            return -EFAULT;
        }
        switch ((int)args[0]) {
        case SIG_BLOCK:
            set |= old;
            break;
        case SIG_UNBLOCK:
            set = old & ~set;
            break;
        case SIG_SETMASK:
            break;
        default:
            return -EINVAL;
        }
        ts->sigmask = set & ~UNBLOCKABLE;
        signal_apply_mask(ts);
    }
    return args[2] && put_guest(args[2], old) ? -EFAULT : 0;
}

int64_t sys_rt_sigpending(TaskState *ts, const uint64_t args[6])
{
    uint64_t set = 0;

    if (args[1] > 8) {
        return -EINVAL;
    }
    if (syscall(SYS_rt_sigpending, &set, sizeof set) < 0) {
        return -errno;
    }
    set |= ts->sigpending;
    return copy_to_guest(args[0], &set, args[1]) ? -EFAULT : 0;
}

int64_t sys_rt_sigsuspend(TaskState *ts, const uint64_t args[6])
{
    uint64_t mask;

    if (args[1] != 8) {
        return -EINVAL;
    }
    if (get_guest(mask, args[0])) {
        return -EFAULT;
    }
    mask = task_suspend_mask(ts, mask);
    const uint64_t host[6] = {(uintptr_t)&mask, sizeof mask};

    return safe_syscall(ts, SYS_rt_sigsuspend, host);
}

/* Those that only pass through. The signal numbers, siginfo_t and times are the host's.
 */
#define PASS(name)                                            \
    int64_t sys_##name(TaskState *ts, const uint64_t args[6]) \
    {                                                         \
        return safe_syscall(ts, SYS_##name, args);            \
    }

PASS(rt_sigtimedwait)
PASS(rt_sigqueueinfo)
PASS(rt_tgsigqueueinfo)
PASS(kill)
PASS(tkill)
PASS(tgkill)

int64_t sys_pause(TaskState *ts, const uint64_t args[6])
{
    uint64_t mask = ts->sigmask & ~SIGNALS_OF_FAULTS;
    const uint64_t host[6] = {(uintptr_t)&mask, sizeof mask};

    return safe_syscall(ts, SYS_rt_sigsuspend, host);
}

int64_t sys_rt_sigreturn(TaskState *ts, const uint64_t args[6])
{
    if (!signal_frame_pop(ts)) {
        siginfo_t fault = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};

        signal_force(ts, &fault);
        return -TASK_ESIGRETURN;
    }
    ts->sigmask &= ~UNBLOCKABLE;
    signal_apply_mask(ts);
    return -TASK_ESIGRETURN;
}

/* stack_t of the kernel. */
typedef struct GuestStack {
    uint64_t sp;
    uint32_t flags, pad;
    uint64_t size;
} GuestStack;
enum { GUEST_SS_ONSTACK = 1, GUEST_SS_DISABLE = 2, GUEST_MINSIGSTKSZ = 2048 };
#define GUEST_SS_AUTODISARM (1u << 31)

static uint32_t altstack_state(const TaskState *ts, uint64_t rsp)
{
    return !ts->altstack_size            ? GUEST_SS_DISABLE
           : signal_on_altstack(ts, rsp) ? GUEST_SS_ONSTACK
                                         : 0;
}

int64_t sys_sigaltstack(TaskState *ts, const uint64_t args[6])
{
    uint64_t rsp = task_env(ts)->regs[R_RSP];
    GuestStack new,
        old = {
            .sp = ts->altstack_sp,
            .flags = altstack_state(ts, rsp) | (ts->altstack_flags & GUEST_SS_AUTODISARM),
            .size = ts->altstack_size,
        };

    if (args[0]) {
        if (get_guest(new, args[0])) {
            return -EFAULT;
        }
        uint32_t mode = new.flags & ~GUEST_SS_AUTODISARM;

        if (signal_on_altstack(ts, rsp)) {
            return -EPERM;
        }
        if (mode != 0 && mode != GUEST_SS_ONSTACK && mode != GUEST_SS_DISABLE) {
            return -EINVAL;
        }
        if (mode == GUEST_SS_DISABLE) {
            new = (GuestStack){.flags = new.flags};
        } else if (new.size < GUEST_MINSIGSTKSZ) {
            return -ENOMEM;
        }
        ts->altstack_sp = new.sp;
        ts->altstack_size = new.size;
        ts->altstack_flags = new.flags;
    }
    return args[1] && put_guest(args[1], old) ? -EFAULT : 0;
}
