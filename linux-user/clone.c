/* Threads and processes: clone(), fork(), vfork(), exit(), and what threads register. */
/* SPDX-License-Identifier: MIT */
/*
 * A thread of the guest is a thread of the host. A process that shares no memory comes of
 * fork(): only the calling thread goes on in it, so the engine's locks are taken before.
 * Processes that share memory: clone-shared.c.
 */
#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/clone-internal.h"
#include "linux-user/gdb.h"
#include "linux-user/guest-mem.h"
#include "linux-user/program.h"
#include "linux-user/signals.h"
#include "target/x86/user.h"
#include "util/atomic.h"
#include "util/epoch.h"
#include "util/log.h"

static GuestProcess own_process = {.threads = 1};

RUN_AT_FORK void process_init(TaskState *ts)
{
    if (own_process.threads != 1) {
        own_process.threads = 1;
    }
    if (ts->process && ts->process != &own_process) {
        memcpy(own_process.limits, ts->process->limits, sizeof own_process.limits);
    }
    ts->process = &own_process;
    ts->apart = false;
}

bool process_is_own(const TaskState *ts)
{
    return ts->process == &own_process;
}

/* Registers that a child begins with. */
static RUN_AT_FORK void child_registers(TaskState *ts, const CloneArgs *a)
{
    CPUX86State *env = task_env(ts);

    env->regs[R_RAX] = 0;
    if (a->stack) {
        env->regs[R_RSP] = a->stack;
    }
    if (a->flags & CLONE_SETTLS) {
        x86_user_set_base(env, R_FS, a->tls);
    }
}

/* Its tid, which the guest may want to see. */
static RUN_AT_FORK void child_ids(TaskState *ts, const CloneArgs *a)
{
    int32_t tid = ts->tid = syscall(SYS_gettid);

    if (a->flags & CLONE_CHILD_SETTID) {
        put_guest(a->child_tid, tid);
    }
    ts->clear_child_tid = a->flags & CLONE_CHILD_CLEARTID ? a->child_tid : 0;
}

void tell_exit(TaskState *ts)
{
    int32_t zero = 0;

    rseq_end(ts);
    robust_list_release(ts);
    if (ts->clear_child_tid && !put_guest(ts->clear_child_tid, zero)) {
        syscall(SYS_futex, g2h(ts->clear_child_tid), FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    ts->clear_child_tid = 0;
}

void process_tell_exit(TaskState *ts)
{
    if (signal_memory_shared) {
        tell_exit(ts);
    }
}

void process_leave(GuestProcess *process)
{
    if (atomic_fetch_sub(&process->threads, 1) == 1 && process != &own_process) {
        g_free(process);
    }
}

/*
 * ---- threads ----
 *
 * The child says what its tid is, to the guest and to its parent, before any of its code
 * runs: once that has begun, the child may end at any time, and its TaskState with it.
 * Whoever joins it waits for the tid in guest memory to become 0 (tell_exit()), so that
 * nobody may write it later.
 */

typedef struct ThreadStart {
    TaskState *ts; /* the child's own once it is running */
    const CloneArgs *args;
    int32_t tid; /* 0: not running yet; a futex */
} ThreadStart;

/* The parent goes on, so start is gone once the tid is there: whom a wake-up at its old
 * place reaches looks at its own word again. */
static void say_running(ThreadStart *start, int32_t tid)
{
    int32_t *word = &start->tid;

    atomic_store_release(word, tid);
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static int32_t wait_running(ThreadStart *start)
{
    int32_t tid;

    while (!(tid = atomic_load_acquire(&start->tid))) {
        syscall(SYS_futex, &start->tid, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    }
    return tid;
}

static void *thread_main(void *opaque)
{
    ThreadStart *start = opaque;
    TaskState *ts = current_task = start->ts;

    child_ids(ts, start->args);
    if (start->args->flags & CLONE_PARENT_SETTID) {
        put_guest(start->args->parent_tid, ts->tid);
    }
    say_running(start, ts->tid);
    gdb_thread_begin(ts);
    signal_apply_mask(ts);
    task_run(ts);

    if (ts->tid == getpid()) { /* after a fork() in this thread */
        first_task_exit(ts);
    }
    GuestProcess *process = ts->process;

    signal_block_all();
    signal_give_back(ts);
    gdb_thread_end(ts);
    current_task = NULL;
    program_accel->vcpu_fini(ts->cpu);
    tell_exit(ts);
    signal_table_unref(ts->signals);
    task_free(ts);
    process_leave(process);
    return NULL;
}

bool start_host_thread(void *(*fn)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_t id;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    bool ok = pthread_create(&id, &attr, fn, arg) == 0;
    static bool taken_back;

    pthread_attr_destroy(&attr);
    if (!atomic_read(&taken_back)) {
        signal_take_back(current_task);
        atomic_set(&taken_back, true);
    }
    return ok;
}

TaskState *copy_task(const TaskState *ts)
{
    TaskState *new = task_new(ts);
    g_autoptr(GError) err = NULL;

    if (!program_accel->vcpu_init(new->cpu, &err)) {
        task_free(new);
        return NULL;
    }
    memcpy(cpu_env(new->cpu), cpu_env(ts->cpu), ts->cpu->ops->env_size);
    new->cpu->exception_index = -1;
    new->signals = signal_table_ref(ts->signals);
    new->process = ts->process;
    new->apart = ts->apart;
    return new;
}

void drop_task(TaskState *ts)
{
    program_accel->vcpu_fini(ts->cpu);
    signal_table_unref(ts->signals);
    task_free(ts);
}

static int64_t clone_thread(TaskState *ts, const CloneArgs *a)
{
    ThreadStart start = {.ts = copy_task(ts), .args = a};

    if (!start.ts) {
        return -EAGAIN;
    }
    child_registers(start.ts, a);
    x86_update_hflags(task_env(start.ts));
    signal_block_all();
    atomic_fetch_add(&ts->process->threads, 1);
    int32_t tid = -EAGAIN;

    if (start_host_thread(thread_main, &start)) {
        tid = wait_running(&start);
    } else {
        process_leave(ts->process);
        drop_task(start.ts);
    }
    signal_apply_mask(ts);
    return tid;
}

/* ---- processes with memory of their own ---- */

RUN_AT_FORK void in_child(TaskState *ts, const CloneArgs *a)
{
    child_registers(ts, a);
    child_ids(ts, a);
    ts->signal_pending = 0; /* the parent's */
    ts->sigpending = 0;
    ts->robust_list = 0;
    if (a->flags & CLONE_CLEAR_SIGHAND) {
        signal_clear_handlers(ts);
    }
}

static RUN_AT_FORK int64_t clone_process(TaskState *ts, const CloneArgs *a)
{
    uint64_t own = a->flags & ~(uint64_t)(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
                                          CLONE_PARENT_SETTID | CLONE_SETTLS |
                                          CLONE_VFORK | CLONE_CLEAR_SIGHAND);
    int32_t pid, pidfd = -1;

    signal_block_all();
    user_fork_begin(ts->cpu);
    if (!own && a->exit_signal == SIGCHLD) {
        pid = fork();
        pid = pid < 0 ? -errno : pid;
    } else {
        pid = syscall(SYS_clone, own | a->exit_signal, NULL, &pidfd, NULL, NULL);
        pid = pid < 0 ? -errno : pid;
    }
    user_fork_end(ts->cpu, pid == 0);
    if (pid == 0) {
        process_init(ts);
        if (signal_memory_shared) {
            signal_memory_shared = false;
        }
        gdb_forked(ts);
        in_child(ts, a);
    } else if (pid > 0) {
        if (a->flags & CLONE_PARENT_SETTID) {
            put_guest(a->parent_tid, pid);
        }
        if (a->flags & CLONE_PIDFD) {
            put_guest(a->pidfd, pidfd);
        }
    }
    signal_apply_mask(ts);
    return pid;
}

/* ---- the calls ---- */

static RUN_AT_FORK int64_t do_clone(TaskState *ts, const CloneArgs *a)
{
    enum {
        OF_THREADS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                     CLONE_SYSVSEM,
        MINOR = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
                CLONE_SETTLS | CLONE_DETACHED | CLONE_PTRACE | CLONE_UNTRACED | CLONE_IO,
    };

    if (a->exit_signal > GUEST_NSIG) {
        return -EINVAL;
    }
    if (a->flags & CLONE_NEWNS) {
        exec_before_root(ts);
    }
    if (a->flags & CLONE_THREAD) {
        if ((a->flags & (CLONE_SIGHAND | CLONE_VM)) != (CLONE_SIGHAND | CLONE_VM)) {
            return -EINVAL;
        }
        uint64_t odd = (a->flags & ~(uint64_t)MINOR) ^ OF_THREADS;

        if (odd & ~(uint64_t)(CLONE_SYSVSEM | CLONE_FS | CLONE_FILES)) {
            log_unimp("clone: a thread with flags 0x%" PRIx64, a->flags);
            return -EINVAL;
        }
        return clone_thread(ts, a);
    }
    if (a->flags & CLONE_VM && a->flags & CLONE_VFORK) {
        return clone_vfork(ts, a);
    }
    if (a->flags & CLONE_SIGHAND &&
        (!(a->flags & CLONE_VM) || a->flags & CLONE_CLEAR_SIGHAND)) {
        return -EINVAL;
    }
    if (a->flags & CLONE_VM) {
        return clone_shared(ts, a);
    }
    return clone_process(ts, a);
}

int64_t sys_clone(TaskState *ts, const uint64_t args[6])
{
    CloneArgs a = {
        .flags = args[0] & ~(uint64_t)CSIGNAL,
        .exit_signal = args[0] & CSIGNAL,
        .stack = args[1],
        .parent_tid = args[2],
        .pidfd = args[2],
        .child_tid = args[3],
        .tls = args[4],
    };

    return do_clone(ts, &a);
}

int64_t sys_clone3(TaskState *ts, const uint64_t args[6])
{
    struct clone_args c = {0};
    size_t size = args[1];

    if (size < CLONE_ARGS_SIZE_VER0) {
        return -EINVAL;
    }
    if (size > sizeof c) {
        return -E2BIG;
    }
    if (copy_from_guest(&c, args[0], size)) {
        return -EFAULT;
    }
    if (c.flags & CSIGNAL || c.set_tid_size || c.flags & CLONE_INTO_CGROUP ||
        !c.stack != !c.stack_size) {
        return -EINVAL;
    }
    CloneArgs a = {
        .flags = c.flags,
        .exit_signal = c.exit_signal,
        .stack = c.stack ? c.stack + c.stack_size : 0,
        .parent_tid = c.parent_tid,
        .pidfd = c.pidfd,
        .child_tid = c.child_tid,
        .tls = c.tls,
    };

    return do_clone(ts, &a);
}

int64_t sys_fork(TaskState *ts, const uint64_t args[6])
{
    return do_clone(ts, &(CloneArgs){.exit_signal = SIGCHLD});
}

int64_t sys_vfork(TaskState *ts, const uint64_t args[6])
{
    return do_clone(
        ts, &(CloneArgs){.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD});
}

int64_t sys_exit(TaskState *ts, const uint64_t args[6])
{
    ts->exiting = true;
    ts->exit_status = args[0] & 0xff;
    return 0;
}

void process_exit(int status)
{
    if (current_task) {
        gdb_exited(current_task, false, status);
        process_tell_exit(current_task);
    }
    if (current_task && process_is_own(current_task)) {
        user_cache_store(copy_from_guest);
    }
    if (log_enabled(LOG_STATS) && program_accel->print_stats) {
        program_accel->print_stats(log_lock());
        log_unlock();
    }
    if (log_enabled(UINT32_MAX)) {
        fflush(NULL);
    }
    syscall(SYS_exit_group, status);
    abort();
}

int64_t sys_exit_group(TaskState *ts, const uint64_t args[6])
{
    process_exit(args[0] & 0xff);
}

void first_task_exit(TaskState *ts)
{
    signal_block_all();
    signal_give_back(ts);
    tell_exit(ts);
    if (atomic_read(&ts->process->threads) > 1) {
        if (process_is_own(ts)) { /* else clone-shared.c does it */
            gdb_thread_end(ts);
            program_accel->vcpu_fini(ts->cpu);
        }
        syscall(SYS_exit, ts->exit_status); /* the others go on */
    }
    process_exit(ts->exit_status);
}

/* ---- what threads register ---- */

int64_t sys_set_tid_address(TaskState *ts, const uint64_t args[6])
{
    ts->clear_child_tid = args[0];
    return ts->tid;
}

int64_t sys_arch_prctl(TaskState *ts, const uint64_t args[6])
{
    enum {
        GUEST_ARCH_SET_GS = 0x1001,
        GUEST_ARCH_SET_FS = 0x1002,
        GUEST_ARCH_GET_FS = 0x1003,
        GUEST_ARCH_GET_GS = 0x1004,
    };
    CPUX86State *env = task_env(ts);

    switch (args[0]) {
    case GUEST_ARCH_SET_FS:
    case GUEST_ARCH_SET_GS:
        if (args[1] >= GUEST_ADDR_END) {
            return -EPERM;
        }
        x86_user_set_base(env, args[0] == GUEST_ARCH_SET_FS ? R_FS : R_GS, args[1]);
        return 0;
    case GUEST_ARCH_GET_FS:
        return put_guest(args[1], env->seg[R_FS].base) ? -EFAULT : 0;
    case GUEST_ARCH_GET_GS:
        return put_guest(args[1], env->seg[R_GS].base) ? -EFAULT : 0;
    default:
        return -EINVAL;
    }
}
