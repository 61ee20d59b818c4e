/* Processes that share memory with the one that made them. */
/* SPDX-License-Identifier: MIT */
/*
 * Both kinds are processes on the host as well, made by clone() with CLONE_VM, on a stack
 * of their own. What C code keeps for a thread (thread-local storage, TaskState, vCPU)
 * they need, too.
 *
 * A child of vfork() or posix_spawn() has that of the thread that made it, which sleeps
 * in the kernel meanwhile. What the guest sees of these is kept in a VforkFrame and put
 * back when the parent wakes up.
 *
 * Without CLONE_VFORK both run. A thread is made for the child, the lender, which makes
 * the process, sleeps with all signals blocked until that has ended or executed another
 * program, and then cleans up behind it: the child runs with the lender's thread-local
 * storage, its TaskState is new. So the lender must not do anything in between. If its
 * process ends first, the child cleans up nothing: the memory goes with it.
 *
 * Locks of ours are the other process's, too. So a signal that ends a process does not do
 * it just anywhere, but when the thread's loop comes by (signal_memory_shared). SIGKILL
 * does; user_vfork_end() lets go of the engine's lock then.
 */
#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/clone-internal.h"
#include "linux-user/guest-mem.h"
#include "linux-user/program.h"
#include "linux-user/signals.h"
#include "target/x86/user.h"
#include "util/atomic.h"

static char *new_stack(void)
{
    return mmap(NULL, HOST_STACK, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
}

/* ---- until execve() ---- */

typedef struct VforkFrame {
    TaskState *ts;
    const CloneArgs *args;
    TaskState saved;
    /* The parent's, whose other threads have the child's while it runs. */
    GuestLimit limits[NR_GUEST_LIMITS];
    uint64_t rseq_area;
    void *env;
} VforkFrame;

static int vfork_main(void *opaque)
{
    VforkFrame *f = opaque;
    TaskState *ts = f->ts;

    ts->signals = signal_table_copy(ts->signals);
    ts->apart = true;
    ts->cpu->rseq_area = 0;
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
    memcpy(ts->process->limits, f->limits, sizeof f->limits);
    ts->cpu->rseq_area = f->rseq_area;
    memcpy(cpu_env(ts->cpu), f->env, ts->cpu->ops->env_size);
    ts->cpu->exception_index = -1;
    x86_update_hflags(task_env(ts));
}

int64_t clone_vfork(TaskState *ts, const CloneArgs *a)
{
    char *stack = new_stack();

    if (stack == MAP_FAILED) {
        return -ENOMEM;
    }
    signal_block_all();
    VforkFrame f = {.ts = ts,
                    .args = a,
                    .saved = *ts,
                    .rseq_area = ts->cpu->rseq_area,
                    .env = g_memdup2(cpu_env(ts->cpu), ts->cpu->ops->env_size)};
    memcpy(f.limits, ts->process->limits, sizeof f.limits);
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

/* ---- for good ---- */

/* Lies on the stack of the thread that makes the child, and waits. */
typedef struct SharedStart {
    TaskState *ts; /* the child's */
    const CloneArgs *args;
    Mutex lock;
    CondVar ready;
    bool done;
    int32_t pid; /* or -errno */
} SharedStart;

/* What the child's `state` says; LENDER_ENDED is the kernel's word. */
enum { LENDER_ENDED, LENDER_BEGINS, LENDER_RUNS };

/* Lies on the lender's. */
typedef struct Lender {
    TaskState *ts;
    CloneArgs args;
    int32_t state;
    int32_t pid, pidfd; /* written by the kernel first of all; 0 and -1: not asked for */
} Lender;

static int shared_main(void *opaque)
{
    Lender *l = opaque;
    const CloneArgs *a = &l->args;
    TaskState *ts = l->ts;

    in_child(ts, a);
    if (a->flags & CLONE_PARENT_SETTID) {
        put_guest(a->parent_tid, *(l->pid ? &l->pid : &ts->tid));
    }
    if (a->flags & CLONE_PIDFD) {
        put_guest(a->pidfd, l->pidfd);
    }
    atomic_store_release(&l->state, LENDER_RUNS);
    syscall(SYS_futex, &l->state, FUTEX_WAKE, 1, NULL, NULL, 0);
    signal_apply_mask(ts);
    task_run(ts);
    signal_block_all();
    first_task_exit(ts);
}

/* What is done by us goes. The kernel has one place for a tid and a descriptor. */
static int32_t make_shared(Lender *l, char *stack)
{
    enum {
        BY_US = CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_DETACHED |
                CLONE_PTRACE | CLONE_UNTRACED,
    };
    bool pidfd = l->args.flags & CLONE_PIDFD;
    int flags = ((int)l->args.flags & ~BY_US) | CLONE_CHILD_CLEARTID |
                (pidfd ? 0 : CLONE_PARENT_SETTID) | (int)l->args.exit_signal;
    int32_t pid = clone(shared_main, stack + HOST_STACK, flags, l,
                        pidfd ? &l->pidfd : &l->pid, NULL, &l->state);

    return pid < 0 ? -errno : pid;
}

static void tell_started(SharedStart *start, int32_t pid)
{
    mutex_lock(&start->lock);
    start->pid = pid;
    start->done = true;
    cond_signal(&start->ready);
    mutex_unlock(&start->lock); /* start is gone soon */
}

static void wait_while(Lender *l, int32_t state)
{
    while (atomic_load_acquire(&l->state) == state) {
        syscall(SYS_futex, &l->state, FUTEX_WAIT, state, NULL, NULL, 0);
    }
}

static void *lender_main(void *opaque)
{
    SharedStart *start = opaque;
    TaskState *ts = start->ts;
    Lender l = {.ts = ts, .args = *start->args, .state = LENDER_BEGINS, .pidfd = -1};
    char *stack = new_stack();
    int32_t pid = -ENOMEM;

    current_task = ts;
    if (stack != MAP_FAILED) {
        pid = make_shared(&l, stack);
    }
    if (pid >= 0) {
        wait_while(&l, LENDER_BEGINS);
    }
    tell_started(start, pid);
    if (pid >= 0) {
        wait_while(&l, LENDER_RUNS);
        user_vfork_end(ts->cpu); /* wherever it was */
        tell_exit(ts);
    }
    if (stack != MAP_FAILED) {
        munmap(stack, HOST_STACK);
    }
    current_task = NULL;
    process_leave(ts->process);
    drop_task(ts);
    return NULL;
}

/* The child's task, in a process of its own. */
static TaskState *shared_task(TaskState *ts, const CloneArgs *a)
{
    TaskState *new = copy_task(ts);

    if (!new) {
        return NULL;
    }
    if (!(a->flags & CLONE_SIGHAND)) {
        signal_table_unref(new->signals);
        new->signals = signal_table_copy(ts->signals);
    }
    new->apart = true;
    new->process = g_new0(GuestProcess, 1);
    memcpy(new->process->limits, ts->process->limits, sizeof new->process->limits);
    new->process->threads = 1;
    return new;
}

int64_t clone_shared(TaskState *ts, const CloneArgs *a)
{
    signal_share_memory(ts);
    SharedStart start = {.ts = shared_task(ts, a), .args = a, .pid = -EAGAIN};

    if (!start.ts) {
        return -EAGAIN;
    }
    x86_update_hflags(task_env(start.ts));
    mutex_init(&start.lock);
    cond_init(&start.ready);
    signal_block_all();
    if (start_host_thread(lender_main, &start)) {
        mutex_lock(&start.lock);
        while (!start.done) {
            cond_wait(&start.ready, &start.lock);
        }
        mutex_unlock(&start.lock);
    } else {
        process_leave(start.ts->process);
        drop_task(start.ts);
    }
    signal_apply_mask(ts);
    return start.pid;
}
