/* gdb, the guest threads' side: coming to rest, telling what has happened. */
/* SPDX-License-Identifier: MIT */
/*
 * A thread is RUNNING; AT_REST in one of the functions of gdb.h; or AWAY in a system call
 * that may sleep, which counts as rest as well, since it cannot come back to the guest's
 * code without asking. All threads stand still when none is RUNNING.
 *
 * What has happened to a thread (a breakpoint, a signal) is an event. One event is told
 * at a time: a thread whose event comes second rests first, then looks whether it is
 * still one.
 */
#include "linux-user/gdb-internal.h"

#include <errno.h>
#include <unistd.h>

#include "cpu/debug.h"
#include "linux-user/signals.h"

UserGDB user_gdb = {.lock = MUTEX_INIT, .listen_fd = -1, .fd = -1, .wake_fd = -1};
bool gdb_active;
int gdb_stopping;

static const struct {
    uint8_t here, gdb;
} signal_rows[] = {
#define GDB_SIGNAL_ROW(here, there) {here, there},
#include "linux-user/gdb-signals.def"
};
/* Of Linux's 33 .. 63. */
enum { RT_FIRST = 33, RT_LAST = 63, GDB_RT_FIRST = 45, GDB_UNKNOWN = 143 };

int gdb_signal_to_gdb(int sig)
{
    for (size_t i = 0; i < ARRAY_SIZE(signal_rows); i++) {
        if (signal_rows[i].here == sig) {
            return signal_rows[i].gdb;
        }
    }
    return sig >= RT_FIRST && sig <= RT_LAST ? sig - RT_FIRST + GDB_RT_FIRST
                                             : GDB_UNKNOWN;
}

int gdb_signal_from_gdb(int sig)
{
    for (size_t i = 0; i < ARRAY_SIZE(signal_rows); i++) {
        if (signal_rows[i].gdb == sig) {
            return signal_rows[i].here;
        }
    }
    sig += RT_FIRST - GDB_RT_FIRST;
    return sig >= RT_FIRST && sig <= RT_LAST ? sig : 0;
}

/* gdb wants to know of the thread. */
static bool is_watched(const TaskState *ts)
{
    return gdb_active && !ts->apart;
}

static bool is_held(const TaskState *ts)
{
    return gdb_stopping || ts->gdb.held;
}

/* With the lock. */
static void rest(TaskState *ts, GDBTaskPlace where)
{
    ts->gdb.where = where;
    cond_broadcast(&user_gdb.changed);
    while (is_held(ts)) {
        cond_wait(&user_gdb.changed, &user_gdb.lock);
    }
    ts->gdb.where = GDB_TASK_RUNNING;
}

static int take_signal(TaskState *ts)
{
    int sig = ts->gdb.signal;

    ts->gdb.signal = 0;
    return sig;
}

/* Tells gdb, and rests. Returns the signal that the thread is to get. With the lock. */
static int tell(TaskState *ts, int signal)
{
    static const uint64_t one = 1;

    user_gdb.event = ts;
    user_gdb.event_signal = signal;
    atomic_set(&gdb_stopping, 1);
    while (write(user_gdb.wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
    rest(ts, GDB_TASK_AT_REST);
    return take_signal(ts);
}

/* gdb wants the thread to get a signal that nobody has sent. */
static void resume_with(TaskState *ts, int sig)
{
    if (sig) {
        ts->gdb.passes = sig;
        signal_send(ts, sig);
    }
}

void gdb_rest(TaskState *ts)
{
    if (!is_watched(ts)) {
        return;
    }
    mutex_lock(&user_gdb.lock);
    rest(ts, GDB_TASK_AT_REST);
    int sig = take_signal(ts);

    mutex_unlock(&user_gdb.lock);
    resume_with(ts, sig);
}

/* What led to CPU_EXIT_DEBUG is still so after a rest. */
static bool is_still_event(const CPUState *cpu, vaddr pc)
{
    if (cpu->ops->tb_key((CPUState *)cpu).pc != pc) {
        return false;
    }
    switch (cpu->stop_cause) {
    case CPU_STOP_BREAKPOINT:
        return cpu_breakpoint_at(cpu, pc) & BP_DEBUGGER;
    case CPU_STOP_WATCHPOINT:
        for (const CPUWatchpoint *wp = cpu->watchpoints; wp; wp = wp->next) {
            if (wp == cpu->stop_watch) {
                return true;
            }
        }
        return false;
    default:
        return false; /* gdb has forgotten that the thread was to step */
    }
}

void gdb_debug_exit(TaskState *ts)
{
    CPUState *cpu = ts->cpu;
    int sig = 0;

    if (!is_watched(ts)) {
        return;
    }
    mutex_lock(&user_gdb.lock);
    bool is_event = user_gdb.attached;
    vaddr pc = cpu->ops->tb_key(cpu).pc;

    while (is_event && is_held(ts)) {
        rest(ts, GDB_TASK_AT_REST);
        is_event = user_gdb.attached && is_still_event(cpu, pc);
    }
    sig = is_event ? tell(ts, 0) : take_signal(ts);
    mutex_unlock(&user_gdb.lock);
    resume_with(ts, sig);
}

void gdb_stepped(TaskState *ts)
{
    ts->cpu->stop_cause = CPU_STOP_STEP;
    gdb_debug_exit(ts);
}

int gdb_signal(TaskState *ts, const siginfo_t *si)
{
    int sig = si->si_signo;

    if (!is_watched(ts)) {
        return sig;
    }
    mutex_lock(&user_gdb.lock);
    while (user_gdb.attached && is_held(ts)) {
        rest(ts, GDB_TASK_AT_REST);
    }
    if (user_gdb.attached && sig != ts->gdb.passes) {
        ts->gdb.info = *si;
        ts->gdb.has_info = true;
        sig = tell(ts, gdb_signal_to_gdb(sig));
        ts->gdb.has_info = false;
    }
    ts->gdb.passes = 0;
    mutex_unlock(&user_gdb.lock);
    return sig;
}

int64_t safe_syscall(TaskState *ts, long nr, const uint64_t args[6])
{
    if (likely(!gdb_active) || !is_watched(ts)) {
        return host_safe_syscall(ts, nr, args);
    }
    mutex_lock(&user_gdb.lock);
    ts->gdb.where = GDB_TASK_AWAY;
    cond_broadcast(&user_gdb.changed);
    mutex_unlock(&user_gdb.lock);

    int64_t r = host_safe_syscall(ts, nr, args);

    mutex_lock(&user_gdb.lock);
    rest(ts, GDB_TASK_AWAY);
    mutex_unlock(&user_gdb.lock);
    return r;
}

void gdb_thread_begin(TaskState *ts)
{
    if (!is_watched(ts)) {
        return;
    }
    mutex_lock(&user_gdb.lock);
    g_ptr_array_add(user_gdb.tasks, ts);
    gdb_server_thread_new(user_gdb.server, ts->cpu);
    rest(ts, GDB_TASK_AT_REST);
    mutex_unlock(&user_gdb.lock);
}

void gdb_thread_end(TaskState *ts)
{
    if (!is_watched(ts)) {
        return;
    }
    mutex_lock(&user_gdb.lock);
    rest(ts, GDB_TASK_AT_REST);
    gdb_server_thread_gone(user_gdb.server, ts->cpu);
    g_ptr_array_remove(user_gdb.tasks, ts);
    cond_broadcast(&user_gdb.changed);
    mutex_unlock(&user_gdb.lock);
}

void gdb_exited(TaskState *ts, bool killed, int status)
{
    if (!is_watched(ts)) {
        return;
    }
    mutex_lock(&user_gdb.lock);
    while (user_gdb.attached && is_held(ts)) {
        rest(ts, GDB_TASK_AT_REST);
    }
    gdb_server_exited(user_gdb.server, killed, status);
    if (user_gdb.path) {
        unlink(user_gdb.path);
    }
    gdb_active = false;
    mutex_unlock(&user_gdb.lock);
}

/* The lock is held meanwhile: until the new program answers, gdb sees it running. */
void gdb_begin_exec(TaskState *ts, GPtrArray *argv)
{
    if (!is_watched(ts)) {
        return;
    }
    mutex_lock(&user_gdb.lock);
    rest(ts, GDB_TASK_AT_REST);
    g_autofree char *text = gdb_server_hand_over(user_gdb.server);

    if (text) {
        g_free(user_gdb.handed_over);
        user_gdb.handed_over =
            g_strdup_printf("%d:%d:%s", user_gdb.fd, user_gdb.listen_fd, text);
        g_ptr_array_add(argv, (void *)"-g");
        g_ptr_array_add(argv, (void *)user_gdb.where);
        g_ptr_array_add(argv, (void *)"-gdb-exec");
        g_ptr_array_add(argv, user_gdb.handed_over);
        gdb_keep_open(&user_gdb, true);
    }
}

void gdb_end_exec(TaskState *ts)
{
    if (!is_watched(ts)) {
        return;
    }
    gdb_keep_open(&user_gdb, false);
    mutex_unlock(&user_gdb.lock);
}

/* The lock may be anybody's, and nobody else is here. */
void gdb_forked(TaskState *ts)
{
    if (!gdb_active) {
        return;
    }
    gdb_active = false;
    gdb_stopping = 0;
    close(user_gdb.fd);
    close(user_gdb.listen_fd);
    close(user_gdb.wake_fd);
    ts->cpu->singlestep = false;
    cpu_breakpoint_remove_all(ts->cpu, BP_DEBUGGER);
    cpu_watchpoint_remove_all(ts->cpu, BP_DEBUGGER);
}
