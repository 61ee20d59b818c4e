/* The architecture-neutral vCPU: CPUState, CPUOps, interrupt requests. */
/* SPDX-License-Identifier: MIT */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "cpu/intc.h"
#include "memory/memory.h"
#include "tcg/ir.h"
#include "util/common.h"
#include "util/thread.h"
#include <setjmp.h>

/*
 * A vCPU is one allocation: CPUState, then the architecture's state (`env`), which begins
 * at sizeof(CPUState) rounded up to 64. Generated code addresses both by one pointer, the
 * env pointer: CPUState's fields have negative offsets (CPU_ENV_OFFSET). All
 * architectural state is in env, in architectural form, whenever the vCPU is stopped,
 * whatever accelerator ran it.
 *
 * Only the vCPU's own thread touches env while it runs. Other threads use
 * cpu_interrupt(), cpu_kick() and run_on_cpu().
 */
typedef struct CPUState CPUState;
struct CPUWatchpoint;
struct RegDesc; /* cpu/regs.h */
struct RegAlias;
struct RegFeature;

typedef enum MMUAccess { MMU_READ, MMU_WRITE, MMU_EXEC } MMUAccess;

/* What a page walk found: a page, or an exception that is still to be raised. */
typedef struct MMUResult {
    hwaddr pa;          /* of the page that contains the address, 4 KiB granular */
    uint8_t page_shift; /* of the mapping: 12, 21, 22, 30 */
    /* in the MMU mode asked for; can_write only once the dirty bit is set */
    bool can_read, can_write, can_exec;
    bool global; /* survives a change of address space */
} MMUResult;

/* Names a unit of translation: equal keys, equal code. pc is linear. */
typedef struct TBKey {
    vaddr pc;
    uint64_t cs_base;
    uint32_t flags;
} TBKey;

/* What the engine and a front end share while a unit is translated. */
enum { DISAS_MAX_BYTES = 1024 }; /* of guest code in a unit */

typedef struct DisasContextBase {
    TCGContext *tcg;
    CPUState *cpu;
    TBKey key;
    vaddr pc_first;                /* first instruction of the unit     */
    vaddr pc_next;                 /* the one to translate now          */
    unsigned num_insns, max_insns; /* whoever wants the unit to end lowers the second */
    enum { DISAS_NEXT, DISAS_END } is_jmp; /* END: an exit op has been emitted */
    bool one_insn;                         /* single step, or one-insn-per-tb   */
    /*
     * Code bytes of the unit, contiguous from pc_first: at least code_len bytes are
     * valid. translate_insn asks for more with code_more(db, len), which may move `code`;
     * false: the instruction goes on in a page that cannot be fetched. Then it has to end
     * the unit in front of the instruction. For the first instruction code_more raises
     * the fault itself and does not return.
     */
    const uint8_t *code;
    unsigned code_len;
    bool (*code_more)(struct DisasContextBase *db, unsigned len);
    /*
     * For looking ahead: code bytes at linear address pc; *len becomes how many there
     * are. NULL: none at hand (another page). The unit depends on the first *len bytes,
     * as it was before, from then on: a write to them invalidates it.
     */
    const uint8_t *(*code_peek)(struct DisasContextBase *db, vaddr pc, unsigned *len);
    /* nobody counts or watches instructions: a jump that an exit leads to may be left out
     */
    bool skip_jumps;
    /*
     * This code is patched all the time: the unit may load fields of instructions where
     * they stand instead of having them as constants. `reloaded` has a bit for each byte
     * of which it does, counted from pc_first; the others are compared at its head.
     */
    bool reload;
    unsigned head_ops; /* so many ops at the head of the unit are the engine's */
    uint64_t reloaded[DISAS_MAX_BYTES / 64];
} DisasContextBase;

enum { CPU_DUMP_FPU = 1 << 0 }; /* of dump_regs: FPU and vector registers too */

/* Of dump_mappings: runs of pages with the same rights, or every page. */
typedef enum CPUMappings { CPU_MAPPINGS_RANGES, CPU_MAPPINGS_PAGES } CPUMappings;

/* One guest architecture. */
typedef struct CPUOps {
    const char *name;
    size_t env_size;
    void (*fill_guest_desc)(GuestDesc *g); /* pc, cc_*, mxcsr: offsets in env */
    void (*init_globals)(TCGContext *s);   /* ir_global() for each; once per context */
    /* of its DisasContext, which begins with a DisasContextBase: only that is set up for
     * a unit, the rest is what the unit before has left */
    size_t disas_size;
    void (*reset)(CPUState *cpu);
    /* The engine has just been given the vCPU, as it is: tells it again what it has to
     * know by cpu/mmu.h. NULL: it is as after reset. */
    void (*engine_attached)(CPUState *cpu);
    TBKey (*tb_key)(CPUState *cpu);
    void (*translate_start)(DisasContextBase *db);
    /* one instruction from pc_next, which it advances */
    void (*translate_insn)(DisasContextBase *db);
    /* after the last: leaves to pc_next unless DISAS_END; cold exits */
    void (*translate_stop)(DisasContextBase *db);
    /* Stores a precise state's pc and flags recipe to env (values of globals are there).
     */
    void (*restore_state)(CPUState *cpu, uint64_t pc);
    /*
     * Page walk for address va in MMU mode mmu_idx. True: *res. False: an exception is
     * described in env, and raise_pending() will raise it. Sets accessed and dirty bits
     * as the architecture does; probe: no exception wanted, no A/D update.
     */
    bool (*walk)(CPUState *cpu, vaddr va, MMUAccess acc, int mmu_idx, bool probe,
                 MMUResult *res);
    void (*raise_pending)(CPUState *cpu, uintptr_t ra) __attribute__((noreturn));
    /*
     * An exit_ind has led to a pc that has no code yet; its note is in env. Raises, if
     * the architecture has a branch to there fault itself. NULL: it has not.
     */
    void (*check_target)(CPUState *cpu);
    /*
     * Of a program: an access to va was not allowed, to a page that is there (present) or
     * not; or (general) va is no address at all. Describes it in env as walk() does.
     */
    void (*user_fault)(CPUState *cpu, vaddr va, MMUAccess acc, bool present,
                       bool general);
    /* An access of n bytes with MO_ALIGN, or of mode 0 under align_user, was not aligned;
     * raises. */
    void (*unaligned)(CPUState *cpu, vaddr va, unsigned n, uintptr_t ra)
        __attribute__((noreturn));
    /*
     * A guest exception that longjmp'ed out of generated code: deliver it, and set
     * exception_index to -1, or to a CPU_EXCP_* code. It may raise again on the way.
     * NULL: vcpu_run() returns CPU_EXIT_EXCEPTION and leaves exception_index alone.
     */
    void (*deliver_exception)(CPUState *cpu);
    /*
     * Take one of the pending requests (bits of interrupt_request) if the state allows;
     * true: pc has changed. Called without the machine lock; takes it around calls of
     * cpu->intc. Called again only after cpu_check_interrupts() or a new request:
     * whatever makes a held-back request acceptable (IF set, shadow over, NMI unblocked)
     * calls cpu_check_interrupts().
     */
    bool (*take_interrupt)(CPUState *cpu, uint32_t pending);
    /* a halted vCPU should wake; called with work_lock held */
    bool (*has_work)(CPUState *cpu);
    /*
     * A breakpoint of the guest is at the instruction to come, or (after) the one that
     * has just been completed hit watchpoints, which have is_hit, or called
     * cpu_debug_after(). Env is precise. Raises the exception, or returns to go on. NULL:
     * the guest has none.
     */
    void (*debug_hit)(CPUState *cpu, bool after);
    /* the text of QEMU's `info registers` */
    void (*dump_regs)(CPUState *cpu, unsigned flags, GString *to); /* CPU_DUMP_* */
    /* the text of QEMU's `info mem` and `info tlb`; NULL: there is none */
    void (*dump_mappings)(CPUState *cpu, CPUMappings what, GString *to);
    /* one instruction a line, at most max; returns how many bytes they cover */
    size_t (*disas)(CPUState *cpu, vaddr pc, const uint8_t *code, size_t len,
                    unsigned max, GString *to);
    /* what debuggers see: cpu/regs.h */
    const char *gdb_arch; /* gdb's name of the architecture */
    const struct RegDesc *regs;
    size_t nregs;
    const struct RegFeature *reg_features;
    size_t nreg_features;
    const struct RegAlias *reg_aliases; /* ended by a row without a name */
} CPUOps;

/* Bits of interrupt_request. */
enum {
    CPU_INTERRUPT_HARD = 1 << 0, /* line from the interrupt controller */
    CPU_INTERRUPT_NMI = 1 << 1,
    CPU_INTERRUPT_SMI = 1 << 2,
    CPU_INTERRUPT_INIT = 1 << 3,
    CPU_INTERRUPT_SIPI = 1 << 4,
    CPU_INTERRUPT_DEBUG = 1 << 5,
    /* leave vcpu_run soon: pause, shutdown, reset, queued work */
    CPU_INTERRUPT_EXIT = 1 << 6,
};

/* Values of exception_index beyond those of the architecture: vcpu_run() acts on them and
 * delivers nothing. */
enum {
    /* nothing happened: only get out of generated code */
    CPU_EXCP_LEAVE = 0x10000,
    /* `halted` is set: sleep until has_work() */
    CPU_EXCP_HALT,
    /* a debugger's breakpoint, watchpoint or single step */
    CPU_EXCP_DEBUG,
    /* the vCPU cannot go on (x86: triple fault): reset the machine */
    CPU_EXCP_SHUTDOWN,
    /* a program's system call */
    CPU_EXCP_SYSCALL,
};

/* Immediates of exit_tb; the unit has stored the pc. */
enum {
    CPU_TB_LEAVE = 0, /* back to the main loop, which looks at interrupts and goes on */
    CPU_TB_HALT = 1,  /* halts the vCPU: it sleeps until has_work()                    */
    CPU_TB_DEBUG = 2, /* as CPU_EXCP_DEBUG                                            */
    CPU_TB_SYSCALL = 4, /* as CPU_EXCP_SYSCALL */
};

#define MMU_MODES     3
#define CPU_ENV_ALIGN 64

struct CPUState {
    const CPUOps *ops;
    int index;
    AddressSpace *mem;          /* physical memory */
    AddressSpace *io;           /* port I/O        */
    CPUIntc intc;               /* the board connects it */
    uint32_t interrupt_request; /* atomic; CPU_INTERRUPT_* */
    bool halted;
    bool stopped;        /* runstate: does not execute */
    int exception_index; /* of the exception being delivered, -1: none */
    sigjmp_buf jmp_env;  /* of cpu_exec, for cpu_loop_exit */
    Thread *thread;      /* that runs it; set by the program before it runs */
    void *accel_data;    /* private to the translating engine; NULL: there is none */
    void
        *vm_data; /* private to an accelerator whose guest code the host's CPU executes */
    /* set by such an accelerator: makes it come back from the guest. Any thread, after a
     * request and exit_request have been stored. */
    void (*kick)(CPUState *cpu);
    bool align_user; /* cpu_ld*() and cpu_st*() of mode 0 have to be aligned */
    bool singlestep;
    bool step_masks_irqs; /* no interrupts are taken while single-stepping */
    bool state_logged;    /* -d cpu has shown what the next instruction begins with */
    void *opaque;         /* of the program around it */
    /*
     * Of a program, or NULL: makes the system call that generated code has come to, if it
     * is one that may be made there. env is precise, and pc behind the instruction. -1:
     * done; else what exception_index is to be, and the code is left.
     */
    int (*syscall_in_code)(CPUState *cpu);
    bool short_call_done; /* ... what GuestDesc.short_call has made; the code is left */
    /* Of a program: its thread's area for restartable sequences (cpu/rseq.h), or 0.
     * Others may look. */
    uint64_t rseq_area;
    bool in_syscall; /* faults of memory are the program's around it, not the code's */
    struct RunOnCPUItem *work, **work_last; /* queue, under work_lock */
    Mutex work_lock;
    /* with work_lock: wakes a halted or stopped vCPU; end of queued work */
    CondVar halt_cond;
    struct CPUBreakpoint *breakpoints; /* cpu/debug.h */
    struct CPUWatchpoint *watchpoints;
    uint8_t stop_cause;               /* CPUStopCause of the last CPU_EXCP_DEBUG */
    struct CPUWatchpoint *stop_watch; /* the watchpoint, if that was it */

    struct { /* by generated code, when -d stats wants to know: accel/tcg/count.c */
        uint64_t insns, accesses, indirect;
    } counts;

    /* Scratch registers of the host at an access that has faulted: the back end's. */
    uint64_t fault_regs[8];

    /* What generated code touches; near the end, so that offsets from env are short. */
    void *jc_base;
    uint64_t jc_mask, jc_tag;
    void *tlb_base; /* the TLB table of the current MMU mode and address space */
    int32_t exit_request;
} __attribute__((aligned(CPU_ENV_ALIGN)));

static inline void *cpu_env(CPUState *cpu)
{
    return cpu + 1;
}
static inline CPUState *env_cpu(void *env)
{
    return (CPUState *)env - 1;
}
#define CPU_ENV_OFFSET(field) \
    ((int32_t)offsetof(CPUState, field) - (int32_t)sizeof(CPUState))

/* A new vCPU, not yet reset. Freed with cpu_free(). */
CPUState *cpu_new(const CPUOps *ops, int index, AddressSpace *mem, AddressSpace *io);
void cpu_free(CPUState *cpu);

/* From any thread: set or clear bits of interrupt_request; setting kicks the vCPU out of
 * generated code and HLT. */
void cpu_interrupt(CPUState *cpu, uint32_t mask);
void cpu_reset_interrupt(CPUState *cpu, uint32_t mask);
void cpu_kick(CPUState *cpu);

/*
 * In the vCPU's thread: a request that take_interrupt() held back may be acceptable now.
 * Generated code is left at the next unit head.
 */
static inline void cpu_check_interrupts(CPUState *cpu)
{
    if (unlikely(__atomic_load_n(&cpu->interrupt_request, __ATOMIC_RELAXED))) {
        __atomic_store_n(&cpu->exit_request, 1, __ATOMIC_RELAXED);
    }
}

/*
 * From any thread: have fn(cpu, data) run in the vCPU's thread, outside generated code
 * and without the machine lock. run_on_cpu() waits for it and lets go of the machine lock
 * meanwhile. vcpu_run() runs the queue; a program's thread loop does so by
 * cpu_process_work() while stopped.
 */
void run_on_cpu_async(CPUState *cpu, void (*fn)(CPUState *cpu, void *data), void *data);
void run_on_cpu(CPUState *cpu, void (*fn)(CPUState *cpu, void *data), void *data);
void cpu_process_work(CPUState *cpu);

/* In the vCPU's thread: sleeps while it is halted or stopped and nothing else is to be
 * done. */
void cpu_wait(CPUState *cpu);
/* ... while it is stopped. One that is halted goes on then: what wakes it up may come to
 * the accelerator alone. */
void cpu_wait_stopped(CPUState *cpu);

/* --- declared here, implemented by the engine (accel/tcg) --- */

/* Leave generated code and go back to cpu_exec. ra: the slow path's or helper's return
 * address, 0 if env is precise already. */
void cpu_loop_exit(CPUState *cpu) __attribute__((noreturn));
void cpu_loop_exit_restore(CPUState *cpu, uintptr_t ra) __attribute__((noreturn));
/* Make env precise for the helper call at ra, and go on. */
void cpu_restore_state(CPUState *cpu, uintptr_t ra);
/* The return address that a helper passes on: must be used in the helper itself, which is
 * UNDIVIDED: neither inlined nor, as GCC does with -flto, made of several functions. */
#if __has_attribute(noclone)
#define UNDIVIDED __attribute__((noinline, noclone))
#else
#define UNDIVIDED __attribute__((noinline))
#endif
#define GETPC() ((uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0)))

#endif
