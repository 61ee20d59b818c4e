/* Threads and processes: clone(), fork(), vfork(), exit(), and what threads register. */
/* SPDX-License-Identifier: MIT */
/*
 * A thread of the guest is a thread of the host. A process that shares no memory comes of
 * fork(): only the calling thread goes on in it, so the engine's locks are taken before.
 *
 * A process that shares memory until it has called execve() (vfork, posix_spawn) is one
 * on the host as well, made by clone(CLONE_VM | CLONE_VFORK): it runs on a stack of its
 * own while the thread that made it sleeps in the kernel, and so may use that thread's
 * TaskState, vCPU and thread-local storage. What the guest sees of these is kept in a
 * VforkFrame and put back when the parent wakes up.
 */
#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/clone.h"
#include "linux-user/gdb.h"
#include "linux-user/guest-mem.h"
#include "linux-user/program.h"
#include "linux-user/signals.h"
#include "target/x86/user.h"
#include "util/atomic.h"
#include "util/epoch.h"
#include "util/log.h"

enum { HOST_STACK = 512 << 10 };

typedef struct CloneArgs {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, tls;
} CloneArgs;

/* What all kinds of children begin with. */
static void child_registers(TaskState *ts, const CloneArgs *a)
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

static void child_ids(TaskState *ts, const CloneArgs *a)
{
    int32_t tid = ts->tid = syscall(SYS_gettid);

    if (a->flags & CLONE_CHILD_SETTID) {
        put_guest(a->child_tid, tid);
    }
    ts->clear_child_tid = a->flags & CLONE_CHILD_CLEARTID ? a->child_tid : 0;
}

/* The end of a thread, as the kernel tells it to those who wait. */
static void tell_exit(TaskState *ts)
{
    int32_t zero = 0;

    robust_list_release(ts);
    if (ts->clear_child_tid && !put_guest(ts->clear_child_tid, zero)) {
        syscall(SYS_futex, g2h(ts->clear_child_tid), FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    ts->clear_child_tid = 0;
}

/*
 * ---- threads ----
 *
 * The child says what its tid is, to the guest and to its parent, before any of its code
 * runs: once that has begun, the child may end at any time, and its TaskState with it.
 * Whoever joins it waits for the tid in guest memory to become 0 (tell_exit()), so that
 * nobody may write it later.
 */

static unsigned threads; /* beside the first */

typedef struct ThreadStart {
    TaskState *ts; /* the child's own once it is running */
    const CloneArgs *args;
    Mutex lock;
    CondVar ready;
    bool running;
    int32_t tid;
} ThreadStart;

static void *thread_main(void *opaque)
{
    ThreadStart *start = opaque;
    TaskState *ts = current_task = start->ts;

    child_ids(ts, start->args);
    if (start->args->flags & CLONE_PARENT_SETTID) {
        put_guest(start->args->parent_tid, ts->tid);
    }
    mutex_lock(&start->lock);
    start->tid = ts->tid;
    start->running = true;
    cond_signal(&start->ready);
    mutex_unlock(&start->lock); /* start is gone soon */
    gdb_thread_begin(ts);
    signal_apply_mask(ts);
    task_run(ts);

    if (ts->tid == getpid()) { /* after a fork() in this thread */
        first_task_exit(ts);
    }
    signal_block_all();
    signal_give_back(ts);
    gdb_thread_end(ts);
    current_task = NULL;
    program_accel->vcpu_fini(ts->cpu);
    tell_exit(ts);
    signal_table_unref(ts->signals);
    task_free(ts);
    atomic_fetch_sub(&threads, 1);
    return NULL;
}

static bool start_thread(ThreadStart *start)
{
    pthread_attr_t attr;
    pthread_t id;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    bool ok = pthread_create(&id, &attr, thread_main, start) == 0;

    pthread_attr_destroy(&attr);
    return ok;
}

static TaskState *copy_task(const TaskState *ts)
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
    return new;
}

static int64_t clone_thread(TaskState *ts, const CloneArgs *a)
{
    ThreadStart start = {.ts = copy_task(ts), .args = a};

    if (!start.ts) {
        return -EAGAIN;
    }
    child_registers(start.ts, a);
    x86_update_hflags(task_env(start.ts));
    mutex_init(&start.lock);
    cond_init(&start.ready);
    signal_block_all();
    atomic_fetch_add(&threads, 1);
    bool ok = start_thread(&start);
    int32_t tid = -EAGAIN;

    if (ok) {
        mutex_lock(&start.lock);
        while (!start.running) {
            cond_wait(&start.ready, &start.lock);
        }
        tid = start.tid;
        mutex_unlock(&start.lock);
    }
    if (!ok) {
        atomic_fetch_sub(&threads, 1);
        program_accel->vcpu_fini(start.ts->cpu);
        signal_table_unref(start.ts->signals);
        task_free(start.ts);
    }
    signal_apply_mask(ts);
    return tid;
}

/* ---- processes with memory of their own ---- */

static void in_child(TaskState *ts, const CloneArgs *a)
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

static int64_t clone_process(TaskState *ts, const CloneArgs *a)
{
    uint64_t own = a->flags & ~(uint64_t)(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
                                          CLONE_PARENT_SETTID | CLONE_SETTLS |
                                          CLONE_VFORK | CLONE_CLEAR_SIGHAND);
    int32_t pid, pidfd = -1;

    signal_block_all();
    user_fork_begin();
    if (!own && a->exit_signal == SIGCHLD) {
        pid = fork();
        pid = pid < 0 ? -errno : pid;
    } else {
        pid = syscall(SYS_clone, own | a->exit_signal, NULL, &pidfd, NULL, NULL);
        pid = pid < 0 ? -errno : pid;
    }
    user_fork_end(ts->cpu, pid == 0);
    if (pid == 0) {
        threads = 0;
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

/* ---- processes that share memory, for a while ---- */

typedef struct VforkFrame {
    TaskState *ts;
    const CloneArgs *args;
    TaskState saved;
    void *env;
} VforkFrame;

static int vfork_main(void *opaque)
{
    VforkFrame *f = opaque;
    TaskState *ts = f->ts;

    ts->signals = signal_table_copy(ts->signals);
    ts->vfork = f;
    in_child(ts, f->args);
    signal_apply_mask(ts);
    int status = task_run(ts);

    signal_block_all();
    syscall(SYS_exit_group, status); /* _exit(), without what libc does */
    return 0;
}

static void put_back(VforkFrame *f)
{
    TaskState *ts = f->ts;

    signal_table_unref(ts->signals);
    *ts = f->saved;
    memcpy(cpu_env(ts->cpu), f->env, ts->cpu->ops->env_size);
    ts->cpu->exception_index = -1;
    x86_update_hflags(task_env(ts));
}

static int64_t clone_vfork(TaskState *ts, const CloneArgs *a)
{
    char *stack = mmap(NULL, HOST_STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED) {
        return -ENOMEM;
    }
    signal_block_all();
    VforkFrame f = {.ts = ts,
                    .args = a,
                    .saved = *ts,
                    .env = g_memdup2(cpu_env(ts->cpu), ts->cpu->ops->env_size)};
    SignalTable *own = ts->signals;
    int32_t pidfd = -1;
    int32_t pid =
        clone(vfork_main, stack + HOST_STACK,
              CLONE_VM | CLONE_VFORK | (a->flags & CLONE_PIDFD) | (int)a->exit_signal, &f,
              &pidfd);
    if (pid < 0) {
        pid = -errno;
    } else {
        if (ts->signals == own) { /* the child did not get that far */
            signal_table_ref(own);
        }
        put_back(&f);
        user_vfork_end(ts->cpu);
        if (a->flags & CLONE_PARENT_SETTID) {
            put_guest(a->parent_tid, pid);
        }
        if (a->flags & CLONE_PIDFD) {
            put_guest(a->pidfd, pidfd);
        }
    }
    g_free(f.env);
    munmap(stack, HOST_STACK);
    signal_apply_mask(ts);
    return pid;
}

/* ---- the calls ---- */

static int64_t do_clone(TaskState *ts, const CloneArgs *a)
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
    if (a->flags & CLONE_VM) {
        log_unimp("clone: a process that shares memory for long, flags 0x%" PRIx64,
                  a->flags);
        return -EINVAL;
    }
    if (a->flags & CLONE_SIGHAND) {
        return -EINVAL;
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
    if (atomic_read(&threads)) {
        gdb_thread_end(ts);
        program_accel->vcpu_fini(ts->cpu);
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

/*
 * A sequence of translated code may have been preempted at any of its host instructions,
 * unseen: it could not be aborted before its last store. libc does without.
 */
int64_t sys_rseq(TaskState *ts, const uint64_t args[6])
{
    return -ENOSYS;
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
