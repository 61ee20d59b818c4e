/* The loop of a guest thread: run code, do system calls, turn exceptions into signals. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/task.h"

#include <errno.h>
#include <stdio.h>

#include "accel/accel.h"
#include "accel/tcg/user.h"
#include "linux-user/gdb.h"
#include "linux-user/guest-mem.h"
#include "linux-user/program.h"
#include "linux-user/signals.h"
#include "linux-user/syscall.h"
#include "target/x86/excp.h"
#include "target/x86/user.h"
#include "util/atomic.h"
#include "util/log.h"

UserProgram user_program;

TaskState *task_new(const TaskState *like)
{
    TaskState *ts = g_new0(TaskState, 1);

    ts->cpu = cpu_new(&x86_user_cpu_ops, 0, NULL, NULL);
    ts->cpu->opaque = ts;
    ts->cpu->syscall_in_code = syscall_in_code;
    x86_set_model(task_env(ts), &program_cpu_model);
    if (like) {
        ts->sigmask = like->sigmask;
    }
    return ts;
}

void task_free(TaskState *ts)
{
    cpu_free(ts->cpu);
    g_free(ts);
}

/* System calls. */

uint64_t task_begin_syscall(TaskState *ts)
{
    CPUX86State *env = task_env(ts);

    env->regs[R_RCX] = env->rip;
    env->regs[11] = x86_eflags(env);
    return env->rip;
}

void task_end_syscall(TaskState *ts, int64_t result)
{
    enum { SYSCALL_BYTES = 2 };
    CPUX86State *env = task_env(ts);

    if (result == -TASK_ERESTART) {
        env->rip -= SYSCALL_BYTES;
    } else if (result != -TASK_ESIGRETURN) {
        env->regs[R_RAX] = result;
    }
}

static void run_syscall(TaskState *ts)
{
    CPUX86State *env = task_env(ts);
    const uint64_t *r = env->regs;
    const uint64_t args[6] = {r[R_RDI], r[R_RSI], r[R_RDX], r[10], r[8], r[9]};
    uint64_t rip = task_begin_syscall(ts);
    int64_t result = do_syscall(ts, r[R_RAX], args);

    if (!gdb_active || env->rip == rip) { /* else gdb has sent the thread elsewhere */
        task_end_syscall(ts, result);
    }
    if (unlikely(ts->cpu->singlestep)) {
        gdb_stepped(ts);
    }
}

/*
 * The vsyscall page, at an address no program can map: three functions that old programs
 * call. True: it was one, and has returned.
 */
static bool run_vsyscall(TaskState *ts)
{
    static const struct {
        uint64_t pc;
        unsigned nr;
    } calls[] = {
        {0xffffffffff600000, 96 }, /* gettimeofday */
        {0xffffffffff600400, 201}, /* time */
        {0xffffffffff600800, 309}, /* getcpu */
    };
    CPUX86State *env = task_env(ts);
    uint64_t to;

    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        if (env->rip == calls[i].pc && !get_guest(to, env->regs[R_RSP])) {
            const uint64_t *r = env->regs;
            const uint64_t args[6] = {r[R_RDI], r[R_RSI], r[R_RDX]};

            env->rip = to;
            env->regs[R_RSP] += 8;
            env->regs[R_RAX] = do_syscall(ts, calls[i].nr, args);
            return true;
        }
    }
    return false;
}

/* Exceptions. */

static const struct {
    uint8_t vector, sig;
    int8_t code; /* SI_KERNEL where it has none */
    bool at_rip; /* si_addr */
} exceptions[] = {
    {EXCP_DE, SIGFPE,  FPE_INTDIV, true },
    {EXCP_DB, SIGTRAP, TRAP_TRACE, true },
    {EXCP_UD, SIGILL,  ILL_ILLOPN, true },
    {EXCP_NP, SIGBUS,  0,          false},
    {EXCP_SS, SIGBUS,  0,          false},
    {EXCP_GP, SIGSEGV, 0,          false},
    {EXCP_AC, SIGBUS,  BUS_ADRALN, true },
    {EXCP_TS, SIGSEGV, 0,          false},
};

/* SDM vol. 1, 4.9.1: of a floating-point exception, from its flags. */
static int fpe_code(unsigned flags)
{
    return flags & 1    ? FPE_FLTINV
           : flags & 4  ? FPE_FLTDIV
           : flags & 8  ? FPE_FLTOVF
           : flags & 18 ? FPE_FLTUND
           : flags & 32 ? FPE_FLTRES
                        : 0;
}

static void page_fault_info(TaskState *ts, siginfo_t *si)
{
    CPUX86State *env = task_env(ts);

    ts->cr2 = env->fault_cr2;
    if (ts->has_fault && (uintptr_t)ts->fault.si_addr == (uintptr_t)g2h(ts->cr2)) {
        *si = ts->fault;
        return;
    }
    si->si_signo = SIGSEGV;
    si->si_code = user_map_flags(env->fault_cr2) >= 0 ? SEGV_ACCERR : SEGV_MAPERR;
    si->si_addr = g2h(env->fault_cr2);
}

static void exception_info(TaskState *ts, int vector, siginfo_t *si)
{
    CPUX86State *env = task_env(ts);

    if (vector == EXCP_PF) {
        page_fault_info(ts, si);
        return;
    }
    if (vector == EXCP_MF || vector == EXCP_XM) {
        unsigned flags = vector == EXCP_MF ? env->x87.sw & ~env->x87.cw
                                           : env->mxcsr & ~(env->mxcsr >> 7);
        si->si_signo = SIGFPE;
        si->si_code = fpe_code(flags & 0x3f);
        si->si_addr = g2h(env->rip);
        return;
    }
    si->si_signo = SIGSEGV;
    si->si_code = SI_KERNEL;
    for (unsigned i = 0; i < ARRAY_SIZE(exceptions); i++) {
        if (exceptions[i].vector == vector) {
            si->si_signo = exceptions[i].sig;
            si->si_code = exceptions[i].code ? exceptions[i].code : SI_KERNEL;
            si->si_addr = exceptions[i].at_rip ? g2h(env->rip) : NULL;
        }
    }
}

static void log_fault(TaskState *ts, int vector, int sig)
{
    CPUX86State *env = task_env(ts);
    uint8_t code[16];
    g_autoptr(GString) text = g_string_new(NULL);

    if (!log_enabled(LOG_GUEST_ERRORS | LOG_UNIMP | LOG_INT)) {
        return;
    }
    for (unsigned i = 0; i < sizeof code && !get_guest(code[i], env->rip + i); i++) {
        g_string_append_printf(text, " %02x", code[i]);
    }
    log_line("exception %d (signal %d) at rip %016" PRIx64 " cr2 %016" PRIx64 ":%s",
             vector, sig, env->rip, env->fault_cr2, text->str);
    text = g_string_truncate(text, 0);
    ts->cpu->ops->dump_regs(ts->cpu, 0, text);
    log_printf("%s", text->str);
}

static void raise_exception(TaskState *ts)
{
    CPUX86State *env = task_env(ts);
    int index = ts->cpu->exception_index, vector = index & 0xff;
    siginfo_t si = {0};

    ts->cpu->exception_index = -1;
    if (vector == EXCP_PF && env->error_code & PF_FETCH && run_vsyscall(ts)) {
        return;
    }
    ts->error_code = env->has_error_code ? env->error_code : 0;
    if (index & EXCP_INT && (vector == EXCP_BP || vector == EXCP_OF)) {
        env->rip = env->exception_next;
    } else if (index & EXCP_INT) { /* no gate of the IDT is for programs */
        ts->error_code = vector * 8 + 2;
        vector = EXCP_GP;
    }
    ts->trapno = vector;
    exception_info(ts, vector, &si);
    if (index & EXCP_INT && vector == EXCP_BP) {
        si = (siginfo_t){.si_signo = SIGTRAP, .si_code = SI_KERNEL};
    }
    ts->has_fault = false;
    log_fault(ts, vector, si.si_signo);
    signal_force(ts, &si);
}

/* The loop. */

int task_run(TaskState *ts)
{
    CPUState *cpu = ts->cpu;

    while (!ts->exiting) {
        switch (program_accel->vcpu_run(cpu)) {
        case CPU_EXIT_SYSCALL:
            run_syscall(ts);
            break;
        case CPU_EXIT_EXCEPTION:
            raise_exception(ts);
            break;
        case CPU_EXIT_REQUEST:
            cpu_reset_interrupt(cpu, CPU_INTERRUPT_EXIT);
            break;
        case CPU_EXIT_DEBUG:
            gdb_debug_exit(ts);
            break;
        default:
            break;
        }
        gdb_come_by(ts);
        if (unlikely(atomic_read(&ts->signal_pending) || ts->in_suspend ||
                     ts->sigpending)) {
            signal_deliver(ts);
        }
    }
    return ts->exit_status;
}
