/* System calls that need nothing done but the call. */
/* SPDX-License-Identifier: MIT */
/*
 * On aarch64 this file is compiled so that its function keeps all registers but those of
 * GuestDesc.short_call, and it calls nothing: the compiler does not know what the callee
 * keeps. So pinned vectors, which the kernel keeps too, stay where they are.
 */
#include "linux-user/syscall-short.h"

#include "accel/tcg/user-short.h"
#include "linux-user/task.h"
#include "tcg/cc-inline.h"

#define FORCE static inline __attribute__((always_inline))

/*
 * As host_safe_syscall(). A signal that has been noted has set exit_request as well. On
 * aarch64 it ends up behind the load of x0-x5 and x8 in host-aarch64.c, which destroys x6
 * besides.
 */
FORCE int64_t call_kernel(CPUState *cpu, const uint64_t *r, long host_nr)
{
#ifdef __aarch64__
    register uint64_t x0 __asm__("x0") = r[R_RDI];
    register uint64_t x1 __asm__("x1") = r[R_RSI];
    register uint64_t x2 __asm__("x2") = r[R_RDX];
    register uint64_t x3 __asm__("x3") = r[10];
    register uint64_t x4 __asm__("x4") = r[8];
    register uint64_t x5 __asm__("x5") = r[9];
    register const void *x7 __asm__("x7") = &cpu->exit_request;
    register long x8 __asm__("x8") = host_nr;

    __asm__ volatile("bl safe_syscall_begin"
                     : "+r"(x0)
                     : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x7), "r"(x8)
                     : "x6", "x30", "cc", "memory");
    return x0;
#else
    const uint64_t args[6] = {r[R_RDI], r[R_RSI], r[R_RDX], r[10], r[8], r[9]};

    return host_safe_syscall(cpu->opaque, host_nr, args);
#endif
}

/* What the arguments' converters look at (syscall.c); false: they have something to do.
 */
FORCE bool look_at_args(CPUState *cpu, const SyscallRow *row, const uint64_t *r)
{
    if (row->fd && (uint32_t)r[R_RDI] >= atomic_read(&host_fd_lowest)) {
        return false;
    }
    return !row->writes ||
           user_short_is_data(cpu, r[row->to],
                              row->bytes + (row->counted ? r[row->count] : 0));
}

FORCE uint64_t rflags(const CPUX86State *env)
{
    CCState cc = {
        .op = env->cc_op, .a = env->cc_a, .b = env->cc_b, .c = env->cc_c, .r = env->cc_r};

    return env->eflags | cc_compute_inline(&cc) | (env->df < 0 ? EFL_DF : 0) | EFL_FIXED;
}

/* With arguments a call may wait for somebody: for a file system if for nothing else,
 * which may be served by a thread of this process. */
uint64_t syscall_short(void *opaque, uint64_t next)
{
    CPUX86State *env = opaque;
    CPUState *cpu = env_cpu(env);
    uint64_t *r = env->regs, nr = r[R_RAX];
    bool stays = true;
    int64_t ret;

    if (unlikely(nr >= GUEST_NR_END)) {
        return 0;
    }
    const SyscallRow *row = &syscall_rows[nr];
    unsigned kind = atomic_load_acquire(&row->kind);

    if (kind == ROW_SHORT) {
        if (unlikely(!look_at_args(cpu, row, r))) {
            return 0;
        }
        unsigned begin = user_short_sleep_begin(cpu);

        ret = call_kernel(cpu, r, row->host_nr);
        stays = user_short_sleep_end(cpu, begin);
    } else if (kind == ROW_AT_ONCE) {
        ret = call_kernel(cpu, r, row->host_nr);
    } else {
        return 0;
    }
    if (unlikely(ret == -TASK_ERESTART)) {
        return 0; /* not made; and exit_request is set, so the code will be left */
    }
    env->rip = r[R_RCX] = next;
    r[11] = rflags(env);
    r[R_RAX] = ret;
    if (unlikely(!stays || atomic_read(&cpu->exit_request))) {
        cpu->short_call_done = true;
        return 0;
    }
    return 1;
}
