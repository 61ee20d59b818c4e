/* System calls that need nothing done but the call. */
/* SPDX-License-Identifier: MIT */
/*
 * On aarch64 this file is compiled so that its functions keep all registers but those of
 * GuestDesc.short_call, and call no others: the compiler does not know what these keep.
 * So pinned registers, which the kernel keeps too, stay where they are.
 */
#include "linux-user/syscall-short.h"

#include "accel/tcg/user-short.h"
#include "linux-user/task.h"
#include "tcg/cc-inline.h"

#define FORCE static inline __attribute__((always_inline))
#define RARE  __attribute__((noinline, cold))

/*
 * As host_safe_syscall(). A signal that has been noted has set exit_request as well. On
 * aarch64 it ends up behind the load of x0-x5 and x8 in host-aarch64.c, which destroys x6
 * besides; and a leaf by way of what keeps other registers.
 */
#ifdef __aarch64__
FORCE int64_t call_kernel(CPUState *cpu, const uint64_t a[6], long host_nr)
{
    register uint64_t x0 __asm__("x0") = a[0];
    register uint64_t x1 __asm__("x1") = a[1];
    register uint64_t x2 __asm__("x2") = a[2];
    register uint64_t x3 __asm__("x3") = a[3];
    register uint64_t x4 __asm__("x4") = a[4];
    register uint64_t x5 __asm__("x5") = a[5];
    register const void *x7 __asm__("x7") = &cpu->exit_request;
    register long x8 __asm__("x8") = host_nr;

    __asm__ volatile("bl safe_syscall_begin"
                     : "+r"(x0)
                     : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x7), "r"(x8)
                     : "x6", "x30", "cc", "memory");
    return x0;
}

FORCE int64_t call_leaf(SyscallFn *fn, TaskState *ts, const uint64_t args[6])
{
    register uint64_t x0 __asm__("x0") = (uintptr_t)ts;
    register uint64_t x1 __asm__("x1") = (uintptr_t)args;
    register uint64_t x6 __asm__("x6") = (uintptr_t)fn;

    __asm__ volatile("bl host_call_keeping"
                     : "+r"(x0), "+r"(x1), "+r"(x6)
                     :
                     : "x2", "x3", "x4", "x5", "x16", "x17", "x18", "x30", "cc",
                       "memory");
    return x0;
}
#else
FORCE int64_t call_kernel(CPUState *cpu, const uint64_t a[6], long host_nr)
{
    return host_safe_syscall(cpu->opaque, host_nr, a);
}

FORCE int64_t call_leaf(SyscallFn *fn, TaskState *ts, const uint64_t args[6])
{
    return fn(ts, args);
}
#endif

/* Of values in registers. */
FORCE uint64_t argument(const uint64_t a[6], unsigned i)
{
    return i == 0   ? a[0]
           : i == 1 ? a[1]
           : i == 2 ? a[2]
           : i == 3 ? a[3]
           : i == 4 ? a[4]
                    : a[5];
}

/* What the arguments' converters look at (syscall.c); false: they have something to do.
 */
FORCE bool look_at_args(CPUState *cpu, SyscallShape row, const uint64_t a[6])
{
    if (row.fd && (uint32_t)a[0] >= atomic_read(&host_fd_lowest)) {
        return false;
    }
    if (!row.writes) {
        return true;
    }
    if (likely(row.usual)) {
        return user_short_is_data(cpu, a[1], row.bytes + a[2]);
    }
    uint64_t count = row.counted ? argument(a, row.count) : 0;

    return user_short_is_data(cpu, argument(a, row.to), row.bytes + count);
}

/* With arguments a call may wait for somebody: for a file system if for nothing else,
 * which may be served by a thread of this process. False in *stays: the code may be no
 * more. */
FORCE int64_t call_sleeping(CPUState *cpu, const uint64_t a[6], long host_nr, bool *stays)
{
    unsigned begin = user_short_sleep_begin(cpu);
    int64_t ret = call_kernel(cpu, a, host_nr);

    *stays = user_short_sleep_end(cpu, begin);
    return ret;
}

#define SHORT_PARAMS \
    uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5
#define SHORT_ARGS a0, a1, a2, a3, a4, a5

static const ShortResult declined;

FORCE ShortResult with_flags(const CPUX86State *env, int64_t ret, uint32_t flags)
{
    return (ShortResult){
        .value = ret,
        .also = env->eflags | flags | (env->df < 0 ? EFL_DF : 0) | EFL_FIXED,
    };
}

static RARE ShortResult finish_slowly(CPUX86State *env, int64_t ret)
{
    CCState cc = {
        .op = env->cc_op, .a = env->cc_a, .b = env->cc_b, .c = env->cc_c, .r = env->cc_r};

    return with_flags(env, ret, cc_compute_inline(&cc));
}

static RARE ShortResult finish_and_leave(CPUX86State *env, int64_t ret)
{
    if (ret == -TASK_ERESTART) {
        return declined; /* not made */
    }
    ShortResult done = finish_slowly(env, ret);

    env_cpu(env)->short_call_done = true;
    done.also |= UINT64_C(1) << SHORT_LEAVE;
    return done;
}

/* A call that came to -TASK_ERESTART has exit_request set. */
FORCE ShortResult finish(CPUX86State *env, int64_t ret, bool leave)
{
    CCState cc = {.op = env->cc_op, .a = env->cc_a, .b = env->cc_b};

    if (unlikely(leave || atomic_read(&env_cpu(env)->exit_request))) {
        return finish_and_leave(env, ret);
    }
    if (likely(cc_is_logic(&cc))) {
        return with_flags(env, ret, cc_of_logic(&cc));
    }
    if (likely(cc_is_difference(&cc))) {
        return with_flags(env, ret, cc_of_difference(&cc));
    }
    return finish_slowly(env, ret);
}

static __attribute__((noinline)) ShortResult
syscall_short_at_once(SHORT_PARAMS, SyscallShape row, void *env)
{
    const uint64_t a[6] = {SHORT_ARGS};
    int64_t ret = call_kernel(env_cpu(env), a, row.host_nr);

    return finish(env, ret, false);
}

static __attribute__((noinline)) ShortResult
syscall_short_with_args(SHORT_PARAMS, SyscallShape row, void *env)
{
    const uint64_t a[6] = {SHORT_ARGS};
    CPUState *cpu = env_cpu(env);
    bool alone = user_is_alone(cpu), stays = true;

    if (unlikely(!look_at_args(cpu, row, a))) {
        return declined;
    }
    int64_t ret = likely(alone) ? call_kernel(cpu, a, row.host_nr)
                                : call_sleeping(cpu, a, row.host_nr, &stays);

    return finish(env, ret, !stays);
}

/* Behind it the mask of signals may be another. */
static __attribute__((noinline)) ShortResult syscall_short_leaf(SHORT_PARAMS, uint64_t nr,
                                                                void *env)
{
    const uint64_t a[6] = {SHORT_ARGS};
    CPUState *cpu = env_cpu(env);
    TaskState *ts = cpu->opaque;

    cpu->in_syscall = true;
    int64_t ret = call_leaf(syscall_leaves[nr], ts, a);

    cpu->in_syscall = false;
    return finish(env, ret, ts->sigpending);
}

RUN_AT_FORK ShortResult syscall_short(SHORT_PARAMS, uint64_t nr, void *env)
{
    if (unlikely(nr >= GUEST_NR_END)) {
        return declined;
    }
    SyscallShape row = syscall_shape(nr);

    switch (row.kind) {
    case ROW_AT_ONCE:
        return syscall_short_at_once(SHORT_ARGS, row, env);
    case ROW_SHORT:
        return syscall_short_with_args(SHORT_ARGS, row, env);
    case ROW_LEAF:
        return syscall_short_leaf(SHORT_ARGS, nr, env);
    default:
        return declined;
    }
}
