/* TaskState: a guest thread; the program that all threads share; the shape of a system
 * call. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_TASK_H
#define LINUX_USER_TASK_H

#include <signal.h>

#include "target/x86/cpu.h"
#include "util/common.h"
#include "util/thread.h"

/*
 * One host thread runs one guest thread. The host thread's signal mask is the guest's,
 * except that faults of our own code (SIGSEGV, SIGBUS) are never blocked, and that all
 * signals are blocked from the moment one was caught until it is delivered to the guest
 * (signal.c). So which thread takes a signal, in which order, and what stays pending is
 * decided by the kernel.
 *
 * Only the thread itself touches its TaskState, but for `signal_pending`, which its own
 * signal handler sets.
 */
typedef struct SignalTable SignalTable; /* signals.h */

#define GUEST_NSIG 64

/* Where gdb has a thread: gdb.c. */
typedef enum GDBTaskPlace {
    GDB_TASK_RUNNING,
    GDB_TASK_AT_REST,
    GDB_TASK_AWAY, /* in a system call that may sleep */
} GDBTaskPlace;

/* A limit of setrlimit() on memory: rlimit.c. */
typedef struct GuestLimit {
    bool set; /* else: the host's */
    uint64_t cur, max;
} GuestLimit;

enum { GUEST_LIMIT_AS, GUEST_LIMIT_DATA, GUEST_LIMIT_STACK, NR_GUEST_LIMITS };

/* What the threads of a process have in common, and other processes in its memory have
 * not. */
typedef struct GuestProcess {
    unsigned threads; /* that run; or that have been the first one */
    GuestLimit limits[NR_GUEST_LIMITS];
} GuestProcess;

typedef struct TaskState {
    CPUState *cpu;
    int tid;               /* of the host thread, and so of the guest's */
    int signal_pending;    /* a signal was caught and is to be delivered: see `caught` */
    siginfo_t caught;      /* with signal_pending */
    uint64_t sigmask;      /* the guest's: bit n - 1 for signal n */
    uint64_t sigpending;   /* faults' signals that were sent by kill() while blocked */
    uint64_t suspend_mask; /* that the kernel used meanwhile, if in_suspend */
    bool in_suspend;       /* the call in progress has changed the mask for its time */
    SignalTable *signals;  /* shared by the threads of a process */
    uint64_t altstack_sp, altstack_size;
    uint32_t altstack_flags;
    uint64_t clear_child_tid; /* guest address, 0: none */
    uint64_t robust_list;     /* the same */
    uint32_t rseq_size;       /* of CPUState.rseq_area */
    siginfo_t fault; /* of the host's signal for the fault that is being raised */
    bool has_fault;
    uint32_t trapno, error_code; /* of the last fault, for signal frames */
    uint64_t cr2;
    bool exiting; /* the thread leaves its loop, with */
    int exit_status;
    GuestProcess *process;
    bool apart; /* its process shares memory with one that gdb looks at: clone-shared.c */
    struct {    /* under gdb's lock */
        GDBTaskPlace where;
        bool held;     /* stays where it is while others run */
        int signal;    /* gdb wants it to get this one; 0: none */
        int passes;    /* a signal that gdb need not be told of again */
        bool has_info; /* of the signal that it stopped for: */
        siginfo_t info;
    } gdb;
} TaskState;

/* The calling thread's. */
extern __thread TaskState *current_task;

static inline CPUX86State *task_env(TaskState *ts)
{
    return cpu_env(ts->cpu);
}

/* What an executable says, once it is loaded. Addresses are the guest's. */
typedef struct ImageInfo {
    uint64_t load_bias, entry, phdr, start_brk, brk;
    uint64_t start_code, end_code, start_data, end_data;
    uint64_t interp_base; /* where the interpreter lies, 0: none */
    uint64_t program_entry;
    uint64_t stack_limit, stack_base, start_stack; /* lowest, end, rsp at entry */
    uint64_t arg_start, arg_end, env_start, env_end;
    uint64_t auxv, auxv_size;
    uint64_t vdso, vdso_end; /* 0: there is none */
    unsigned phnum;
    bool exec_stack;
} ImageInfo;

/* The guest's program; written before the first thread runs. */
typedef struct UserProgram {
    char *exe_path;      /* absolute, for /proc/self/exe */
    char *sysroot;       /* -L, or NULL */
    char *uname_release; /* -r, or NULL */
    bool strace;
    ImageInfo image;
    GPtrArray *own_options; /* for execve(): our name and options, up to the program */
    char **exec_with;       /* words that start us at an execve(), or NULL */
} UserProgram;
extern UserProgram user_program;

/*
 * A system call. Returns the result or -errno, as the kernel does; or
 *   -TASK_ERESTART    a signal came first: it is delivered, and the call is done again
 *   -TASK_ESIGRETURN  all registers have been set already
 */
#define TASK_ERESTART   512
#define TASK_ESIGRETURN 513
typedef int64_t SyscallFn(TaskState *ts, const uint64_t args[6]);

/* What SYSCALL and the kernel do to the registers, which hold the arguments until then;
 * the first returns rip, which is behind the instruction. */
uint64_t task_begin_syscall(TaskState *ts);
void task_end_syscall(TaskState *ts, int64_t result);

/* The system call `nr` of x86_64 Linux; ENOSYS where there is none. */
int64_t do_syscall(TaskState *ts, uint64_t nr, const uint64_t args[6]);

/*
 * A host system call that may block. When a signal for the guest comes before or in it,
 * it returns -TASK_ERESTART or, as the kernel decides, -EINTR; never does a signal get
 * lost between the look at `signal_pending` and the call. `nr` is the host's.
 */
int64_t safe_syscall(TaskState *ts, long nr, const uint64_t args[6]);
/* Host-dependent part of it: host-CPU.c. */
int64_t host_safe_syscall(TaskState *ts, long nr, const uint64_t args[6]);

/*
 * For calls that have a signal mask for their time (ppoll, pselect6, epoll_pwait ...):
 * says which mask the call uses from now on, and turns it into what the kernel is to be
 * given.
 */
uint64_t task_suspend_mask(TaskState *ts, uint64_t guest_mask);

/* Calls that memory, signals and threads are made of: mmap.c, signal.c, clone.c, exec.c.
 */
SyscallFn sys_mmap, sys_munmap, sys_mprotect, sys_mremap, sys_brk, sys_madvise, sys_msync;
SyscallFn sys_shmat, sys_shmdt;
SyscallFn sys_rt_sigaction, sys_rt_sigprocmask, sys_rt_sigpending, sys_rt_sigsuspend;
SyscallFn sys_rt_sigtimedwait, sys_rt_sigqueueinfo, sys_rt_tgsigqueueinfo;
SyscallFn sys_rt_sigreturn, sys_sigaltstack, sys_pause, sys_kill, sys_tkill, sys_tgkill;
SyscallFn sys_clone, sys_clone3, sys_fork, sys_vfork, sys_execve, sys_execveat;
SyscallFn sys_exit, sys_exit_group, sys_set_tid_address, sys_arch_prctl;
SyscallFn sys_set_robust_list, sys_rseq;

/* Runs the guest's code until the thread ends; returns its exit status. */
int task_run(TaskState *ts);
/* A task for a new vCPU of the program's model, not yet reset. */
TaskState *task_new(const TaskState *like);
void task_free(TaskState *ts);

#endif
