/* System calls that are made without leaving generated code. */
/* SPDX-License-Identifier: MIT */
/*
 * A unit that ends in SYSCALL calls this in place of going back to task_run(). What is
 * done here is done as there: the same converters' checks, the same step between the look
 * at a pending signal and the call, and a signal that has come is delivered before the
 * program's next instruction, by leaving the code. Calls that change more than memory and
 * their result, that need a copy of an argument, or that somebody watches (-strace, gdb),
 * are left to task_run().
 */
#include <sys/stat.h>

#include "accel/tcg/user.h"
#include "linux-user/gdb.h"
#include "linux-user/guest-abi.h"
#include "linux-user/syscall-short.h"
#include "util/atomic.h"
#include "util/bitops.h"
#include "util/log.h"

SyscallRow syscall_rows[GUEST_NR_END];
SyscallFn *syscall_leaves[GUEST_NR_END];

/* Whether an argument of the kind can be given as it is; *look: after a look at it. */
static bool is_simple(const ArgDesc *d, bool *look)
{
    bool is_out = d->dir & DIR_OUT;

    *look = false;
    switch (d->kind) {
    case ARG_FLAGS:
        return d->info != FLAGSET_open;
    case ARG_FD:
    case ARG_DFD:
        *look = true;
        return true;
    case ARG_ADDR:
    case ARG_NAME:
    case ARG_STR:
    case ARG_SOCKADDR:
        return GUEST_BASE == 0;
    case ARG_STRUCT:
        *look = is_out;
        return GUEST_BASE == 0 && (SAME_STAT || d->info != STRUCT_stat);
    case ARG_BUF:
    case ARG_BUF_ARG:
    case ARG_BUF_EXTRA:
    case ARG_BUF_LEN:
    case ARG_POLLFDS:
        *look = is_out;
        return GUEST_BASE == 0;
    case ARG_PATH:
    case ARG_IOV:
    case ARG_MSG:
    case ARG_MMSG:
        return false;
    default:
        return true;
    }
}

/* The row is for syscall_short() as well, if that can make the looks that it needs. */
static void make_short(SyscallShape *row, const SyscallDesc *desc)
{
    unsigned looks = row->looks;

    row->host_nr = desc->host_nr;
    if (desc->how == HOW_PASS && !desc->nr_args) {
        row->kind = ROW_AT_ONCE;
        return;
    }
    if (looks & 1 && !(desc->args[0].dir & DIR_OUT)) {
        row->fd = true;
        looks &= ~1u;
    }
    if (looks) {
        unsigned i = ctz32(looks);
        const ArgDesc *d = &desc->args[i];
        uint64_t one[6] = {0};

        one[i] = 1; /* not NULL */
        row->counted =
            d->kind == ARG_BUF_EXTRA || (d->kind == ARG_BUF_ARG && d->info == 1);
        if (looks & (looks - 1) || !(d->dir & DIR_OUT) ||
            (!row->counted && d->kind != ARG_BUF && d->kind != ARG_STRUCT)) {
            return;
        }
        row->writes = true;
        row->to = i;
        row->count = d->ref;
        row->usual = row->counted && i == 1 && d->ref == 2;
        row->bytes = syscall_buf_size(d, one, i); /* with a count of 0 */
    }
    row->kind = ROW_SHORT;
}

static SyscallShape look_at_row(const SyscallDesc *desc)
{
    SyscallShape row = {.kind = ROW_LEFT};
    bool passes = desc && (desc->how == HOW_PASS || desc->how == HOW_WAIT);

    if (!desc || !((passes && desc->host_nr >= 0) || desc->how == HOW_LEAF)) {
        return row;
    }
    for (unsigned i = 0; passes && i < desc->nr_args; i++) {
        bool look;

        if (!is_simple(&desc->args[i], &look)) {
            return row;
        }
        row.looks |= look ? 1u << i : 0;
    }
    row.kind = passes ? ROW_CODE : ROW_LEAF;
    if (passes) {
        make_short(&row, desc);
    }
    return row;
}

/* False: a descriptor is ours. */
static bool look_at_args(const SyscallDesc *desc, unsigned which, const uint64_t args[6])
{
    for (; which; which &= which - 1) {
        unsigned i = ctz32(which);
        const ArgDesc *d = &desc->args[i];

        if (d->dir & DIR_OUT) {
            if (args[i]) {
                guest_will_be_written(args[i], syscall_buf_size(d, args, i));
            }
        } else if (host_fd_is_ours(args[i])) {
            return false;
        }
    }
    return true;
}

/* With arguments a call may wait for somebody: for a file system if for nothing else,
 * which may be served by a thread of this process. True in *gone: the code may be no
 * more. */
static int64_t call_host(TaskState *ts, const SyscallDesc *desc, const uint64_t args[6],
                         bool *gone)
{
    if (desc->how == HOW_PASS && !desc->nr_args) {
        return host_safe_syscall(ts, desc->host_nr, args);
    }
    unsigned begin = user_sleep_begin(ts->cpu);
    int64_t ret = host_safe_syscall(ts, desc->host_nr, args);

    *gone = !user_sleep_end(ts->cpu, begin);
    return ret;
}

/* Those that somebody watches are left. */
static SyscallShape shape_of(uint64_t nr)
{
    if (nr >= GUEST_NR_END || gdb_active || log_enabled(LOG_STRACE)) {
        return (SyscallShape){.kind = ROW_LEFT};
    }
    SyscallShape shape = syscall_shape(nr);

    if (unlikely(shape.kind == ROW_UNKNOWN)) { /* another thread may find the same */
        const SyscallDesc *desc = syscall_desc(nr);
        SyscallRow row = {.shape = look_at_row(desc)};

        if (row.shape.kind == ROW_LEAF) {
            atomic_set(&syscall_leaves[nr], syscall_fn(desc));
        }
        atomic_store_release(&syscall_rows[nr].word, row.word);
        shape = row.shape;
    }
    return shape;
}

/* False: it is none of these, or has not been made. */
static bool call_short(CPUX86State *env)
{
    uint64_t *r = env->regs;
    ShortResult done =
        syscall_short(r[R_RDI], r[R_RSI], r[R_RDX], r[10], r[8], r[9], r[R_RAX], env);

    if (done.also) {
        r[R_RCX] = env->rip;
        r[11] = (uint32_t)done.also;
        r[R_RAX] = done.value;
    }
    return done.also;
}

int syscall_in_code(CPUState *cpu)
{
    TaskState *ts = cpu->opaque;
    CPUX86State *env = cpu_env(cpu);
    uint64_t *r = env->regs, nr = r[R_RAX];
    bool gone = false;
    int64_t ret;
    bool short_call = !host_tries_short_calls && call_short(env);

    if (unlikely(cpu->short_call_done)) {
        cpu->short_call_done = false;
        return CPU_EXCP_LEAVE;
    }
    if (short_call) {
        return -1;
    }
    const SyscallShape row = shape_of(nr);

    if (unlikely(row.kind == ROW_LEFT)) {
        return CPU_EXCP_SYSCALL;
    }
    const uint64_t args[6] = {r[R_RDI], r[R_RSI], r[R_RDX], r[10], r[8], r[9]};
    const SyscallDesc *desc = syscall_desc(nr);

    task_begin_syscall(ts);
    cpu->in_syscall = true;
    if (desc->how == HOW_LEAF) {
        ret = syscall_fn(desc)(ts, args);
    } else if (look_at_args(desc, row.looks, args)) {
        ret = call_host(ts, desc, args, &gone);
    } else {
        ret = -EBADF;
    }
    cpu->in_syscall = false;
    task_end_syscall(ts, ret);
    bool come_by = gone || atomic_read(&cpu->exit_request) || ts->sigpending;

    return unlikely(come_by) ? CPU_EXCP_LEAVE : -1;
}
