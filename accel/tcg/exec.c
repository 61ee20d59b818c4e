/* The loop of a vCPU: exceptions, requests, find the unit, run it, see why it was left.
 */
/* SPDX-License-Identifier: MIT */
/*
 * Generated code is left in two ways. A unit may end without a known successor, or find
 * exit_request set at its head: then enter() returns. A helper or slow path that raises
 * an exception makes env precise and jumps (siglongjmp) to tcg_vcpu_run(), which starts
 * the loop anew: whatever was held is given back there. Either way env holds all state.
 *
 * One instruction alone. A store into the running unit, a watchpoint, a single step and
 * going on from a breakpoint all need the same thing: the instruction is run (again) by a
 * unit that has only it and that nothing leads to or from (jc_tag is JC_TAG_NONE
 * meanwhile), after which the loop gets control.
 */
#include "accel/tcg/lockstep.h"
#include "accel/tcg/tb.h"

#include "cpu/debug.h"
#include "util/atomic.h"
#include "util/epoch.h"
#include "util/host.h"
#include "util/log.h"

/* One instruction alone. */

void tcg_redo_alone(CPUState *cpu, uintptr_t ra)
{
    cpu_tcg(cpu)->one_shot = true;
    cpu->exception_index = CPU_EXCP_LEAVE;
    cpu_loop_exit_restore(cpu, ra);
}

void tcg_redo_exclusive(CPUState *cpu, uintptr_t ra)
{
    cpu_tcg(cpu)->want_alone = true;
    tcg_redo_alone(cpu, ra);
}

/* Unless the instruction is not what comes next any more. */
static void begin_alone(CPUTCG *t)
{
    t->want_alone = false;
    if (t->one_shot) {
        exclusive_begin(t);
        t->alone = true;
    }
}

static void end_alone(CPUTCG *t)
{
    if (unlikely(t->alone)) {
        t->alone = false;
        exclusive_end(t);
    }
}

/* Probes that fail are cheap as long as they are few: more than this in a window, and the
 * unit is made anew without them. Those that can only fail weigh more. */
enum { PROBE_WINDOW_NS = 1 << 22, MAX_PROBE_MISSES = 2048, MISS_OF_KIND = 64 };

static void count_probe_miss(CPUTCG *t, uintptr_t ra, bool crossing)
{
    TCGEngine *e = t->engine;
    TranslationBlock *tb = tb_by_code(e, (void *)ra);
    uint16_t window = clock_monotonic_ns() / PROBE_WINDOW_NS;

    t->stats.unshared++;
    if (!tb || tb->invalid) {
        return;
    }
    if (window != tb->probe_window) {
        tb->probe_window = window;
        tb->probe_misses = 0;
    }
    tb->probe_misses += crossing ? 1 : MISS_OF_KIND;
    if (tb->probe_misses >= MAX_PROBE_MISSES) {
        engine_lock(t);
        page_set_add(&e->unshared, tb->addr);
        tb_invalidate(e, tb);
        engine_unlock(t);
    }
}

void tcg_redo_unshared(CPUState *cpu, uintptr_t ra, bool crossing)
{
    CPUTCG *t = cpu_tcg(cpu);

    count_probe_miss(t, ra, crossing);
    t->unshared = true;
    cpu->exception_index = CPU_EXCP_LEAVE;
    cpu_loop_exit_restore(cpu, ra);
}

void tcg_redo_unaligned(CPUState *cpu, uintptr_t ra)
{
    CPUTCG *t = cpu_tcg(cpu);
    TCGEngine *e = t->engine;
    TranslationBlock *tb = tb_by_code(e, (void *)ra);

    if (tb) {
        engine_lock(t);
        page_set_add(&e->unaligned, tb->addr & PAGE_MASK);
        if (!tb->invalid) {
            tb_invalidate(e, tb);
        }
        engine_unlock(t);
    }
    cpu->exception_index = CPU_EXCP_LEAVE;
    cpu_loop_exit_restore(cpu, ra);
}

static TranslationBlock *begin_one_shot(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    TranslationBlock *tb;

    t->one_shot = false;
    tb = tb_make(cpu, true);
    t->stats.one_shots++;
    t->in_one_shot = true;
    tb_jump_table_none(t);
    return tb;
}

/* The unit of one instruction has been left, or never reached. */
static void leave_one_shot(CPUState *cpu)
{
    cpu_tcg(cpu)->in_one_shot = false;
    tlb_update_tag(cpu);
}

static void stop_for_debugger(CPUState *cpu, CPUStopCause cause, CPUWatchpoint *wp)
{
    cpu->stop_cause = cause;
    cpu->stop_watch = wp;
    cpu->exception_index = CPU_EXCP_DEBUG;
}

/* The instruction was completed; a system call is the program's to complete. */
static void end_one_shot(CPUState *cpu)
{
    if (cpu->singlestep && !cpu_tcg(cpu)->debug_after &&
        cpu->exception_index != CPU_EXCP_SYSCALL) {
        stop_for_debugger(cpu, CPU_STOP_STEP, NULL);
    }
}

/* What has hit watchpoints will be done again, and hit them again. */
static void forget_hits(CPUState *cpu)
{
    cpu_tcg(cpu)->debug_after = false;
    cpu_watchpoint_forget(cpu, BP_DEBUGGER | BP_GUEST);
}

void cpu_debug_after(CPUState *cpu, uintptr_t ra)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (!t->in_one_shot && ra) {
        tcg_redo_alone(cpu, ra);
    }
    t->debug_after = true;
}

/* What called cpu_debug_after() is complete. A debugger's hit leaves the guest's for when
 * it goes on. */
static void act_on_hits(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);

    CPUWatchpoint *wp = cpu_watchpoint_noted(cpu, BP_DEBUGGER);

    if (wp) {
        cpu_watchpoint_forget(cpu, BP_DEBUGGER);
        t->debug_after = cpu_watchpoint_noted(cpu, BP_GUEST);
        stop_for_debugger(cpu, CPU_STOP_WATCHPOINT, wp);
        return;
    }
    t->debug_after = false;
    if (cpu->ops->debug_hit) {
        cpu->ops->debug_hit(cpu, true);
    }
    forget_hits(cpu);
    end_one_shot(cpu);
}

/* Finding what runs next. */

static RUN_AT_FORK TranslationBlock *next_unit(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    TranslationBlock *tb;

    if (unlikely(t->one_shot || cpu->singlestep)) {
        return begin_one_shot(cpu);
    }
    tb = tb_find(cpu, false);
    if (!tb) {
        TranslationBlock *made = tb_make(cpu, false);

        /* which also notes where it is mapped: links rely on that */
        tb = tcg_one_space ? NULL : tb_find(cpu, true);
        tb = tb ? tb : made;
    }
    t->unshared = false;
    return tb;
}

static TranslationBlock *follow_link(CPUState *cpu, const TCGExit *x)
{
    CPUTCG *t = cpu_tcg(cpu);
    unsigned flushes = t->engine->flush_count;
    TranslationBlock *from = tb_by_code(t->engine, x->unit);
    if (from) {
        t->want = from->relative ? TB_RELATIVE : TB_FIXED;
    }
    TranslationBlock *to = next_unit(cpu);

    t->want = TB_ANY;
    if (from && flushes == t->engine->flush_count) {
        tb_try_link(cpu, from, x->reason - TCG_EXIT_LINK, to);
    }
    return to;
}

static void at_breakpoint(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    vaddr pc = cpu->ops->tb_key(cpu).pc;

    if (cpu_breakpoint_at(cpu, pc) & BP_DEBUGGER) {
        t->stopped_at = pc;
        t->is_stopped = true;
        stop_for_debugger(cpu, CPU_STOP_BREAKPOINT, NULL);
        return;
    }
    t->one_shot = true;
    if (cpu->ops->debug_hit) {
        cpu->ops->debug_hit(cpu, false);
    }
}

/* Code that was patched once will be so again: the next unit from there is prepared for
 * it. There is not much of such code, or else it is not known. */
static void note_patched(TCGEngine *e, const TranslationBlock *tb)
{
    enum { MAX_PATCHED = 4096 };

    if (e->patched.count >= MAX_PATCHED) {
        page_set_clear(&e->patched);
    }
    page_set_add(&e->patched, tb->addr);
}

/* The unit at pc was made from bytes that are no longer there. */
static void drop_stale(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    TranslationBlock *tb = tb_find(cpu, true); /* may walk page tables: not locked */

    if (tb) {
        engine_lock(t);
        note_patched(t->engine, tb);
        tb_invalidate(t->engine, tb);
        engine_unlock(t);
    }
}

static void exit_tb(CPUState *cpu, uintptr_t n)
{
    switch (n) {
    case CPU_TB_HALT:
        cpu->halted = true;
        break;
    case CPU_TB_DEBUG:
        stop_for_debugger(cpu, CPU_STOP_STEP, NULL);
        break;
    case CPU_TB_SYSCALL:
        cpu->exception_index = CPU_EXCP_SYSCALL;
        break;
    case CPU_TB_STALE:
        drop_stale(cpu);
        break;
    case CPU_TB_BREAKPOINT:
        at_breakpoint(cpu);
        break;
    default:
        assert(n == CPU_TB_LEAVE);
    }
}

/* What comes after the unit was left for reason x; NULL: the loop has to look around
 * first. */
static TranslationBlock *after_exit(CPUState *cpu, const TCGExit *x)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (x->reason >= TCG_EXIT_TB) {
        t->stats.exit_tb++;
        exit_tb(cpu, x->reason - TCG_EXIT_TB);
        return NULL;
    }
    if (x->reason >= TCG_EXIT_LINK) {
        t->stats.exit_link++;
        return follow_link(cpu, x);
    }
    if (x->reason == TCG_EXIT_LOOKUP) {
        t->stats.exit_lookup++;
        if (cpu->ops->check_target) {
            cpu->ops->check_target(cpu);
        }
        TranslationBlock *tb = next_unit(cpu);

        if (tb) {
            tb_remember_jump(cpu, tb);
        }
        return tb;
    }
    t->stats.exit_request++;
    return NULL;
}

static void after_one_shot(CPUState *cpu, const TCGExit *x)
{
    leave_one_shot(cpu);
    if (x->reason == TCG_EXIT_REQUEST) {
        cpu_tcg(cpu)->one_shot = true; /* it was not run */
        return;
    }
    if (x->reason >= TCG_EXIT_TB) {
        exit_tb(cpu, x->reason - TCG_EXIT_TB);
    } else if (x->reason == TCG_EXIT_LOOKUP && cpu->ops->check_target) {
        cpu->ops->check_target(cpu);
    }
    end_one_shot(cpu);
}

static void log_unit(CPUState *cpu, const TranslationBlock *tb)
{
    vaddr pc = cpu->ops->tb_key(cpu).pc;

    if (!log_addr_in_filter(pc)) {
        return;
    }
    if (log_enabled(LOG_EXEC)) {
        log_line("Trace %d: %p [%016" PRIx64 "/%08x]", cpu->index, tb->code.entry, pc,
                 tb->flags);
    }
    if (log_enabled(LOG_CPU) && !cpu->state_logged) {
        g_autoptr(GString) text = g_string_new(NULL);

        cpu->ops->dump_regs(cpu, log_enabled(LOG_FPU) ? CPU_DUMP_FPU : 0, text);
        log_printf("%s", text->str);
    }
}

static TCGExit enter_unit(CPUState *cpu, TranslationBlock *tb)
{
    TCGEngine *e = cpu_tcg(cpu)->engine;

    return lockstep_on(e) ? lockstep_enter(cpu, tb)
                          : e->backend->enter(cpu_env(cpu), tb->code.entry);
}

static RUN_AT_FORK void run_units(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    TranslationBlock *tb = next_unit(cpu);

    while (tb) {
        if (log_enabled(LOG_EXEC | LOG_CPU)) {
            log_unit(cpu, tb);
        }
        t->stats.entered++;
        TCGExit x = enter_unit(cpu, tb);

        if (unlikely(t->in_one_shot)) {
            after_one_shot(cpu, &x);
            return;
        }
        tb = after_exit(cpu, &x);
        if (lockstep_on(t->engine)) {
            return; /* it clears exit_request */
        }
    }
}

/* Exceptions and requests. */

/* Acts on exception_index. True: leave the loop for *why. */
static bool handle_exception(CPUState *cpu, CPUExit *why)
{
    int index = cpu->exception_index;

    if (index < CPU_EXCP_LEAVE) {
        CPUTCG *t = cpu_tcg(cpu);

        t->stats.excp++;
        t->one_shot = t->unshared = false;
        if (!cpu->ops->deliver_exception) {
            *why = CPU_EXIT_EXCEPTION;
            return true;
        }
        cpu->ops->deliver_exception(cpu);
        if (cpu->singlestep && cpu->exception_index < 0) {
            stop_for_debugger(cpu, CPU_STOP_STEP, NULL);
        }
        return false;
    }
    cpu->exception_index = -1;
    switch (index) {
    case CPU_EXCP_HALT:
        cpu->halted = true;
        return false;
    case CPU_EXCP_DEBUG:
        *why = CPU_EXIT_DEBUG;
        return true;
    case CPU_EXCP_SYSCALL:
        *why = CPU_EXIT_SYSCALL;
        return true;
    case CPU_EXCP_SHUTDOWN:
        *why = CPU_EXIT_SHUTDOWN;
        return true;
    default:
        return false;
    }
}

static void take_interrupt(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    uint32_t pending = atomic_load_acquire(&cpu->interrupt_request);

    if (unlikely(cpu->singlestep && cpu->step_masks_irqs)) {
        pending &= ~(CPU_INTERRUPT_HARD | CPU_INTERRUPT_NMI | CPU_INTERRUPT_SMI);
    }
    if (pending && cpu->ops->take_interrupt(cpu, pending)) {
        t->one_shot =
            false; /* the instruction comes later, and meets again what it met */
        t->unshared = false;
    }
}

/* Looks at all that other threads may want. True: leave the loop for *why. */
static bool handle_requests(CPUState *cpu, CPUExit *why)
{
    CPUTCG *t = cpu_tcg(cpu);

    atomic_set(&cpu->exit_request, 0);
    smp_mb(); /* a request that is not seen below sets exit_request again */
    exclusive_park(t);
    if (atomic_read(&cpu->work)) {
        cpu_process_work(cpu);
    }
    if (atomic_load_acquire(&cpu->interrupt_request) & CPU_INTERRUPT_EXIT ||
        cpu->stopped) {
        *why = CPU_EXIT_REQUEST;
        return true;
    }
    take_interrupt(cpu);
    if (cpu->halted) {
        if (!cpu->ops->has_work(cpu)) {
            *why = CPU_EXIT_HALT;
            return true;
        }
        cpu->halted = false;
        take_interrupt(cpu); /* it has come just now: before the next instruction */
        atomic_set(&cpu->exit_request, 1);
    }
    return false;
}

/* Code memory is full: the others stop, then everything is forgotten. */
static void flush_alone(CPUTCG *t)
{
    unsigned flushes = t->engine->flush_count;

    t->want_flush = false;
    exclusive_begin(t);
    if (flushes == t->engine->flush_count) {
        engine_lock(t);
        tb_flush(t->engine);
        engine_unlock(t);
    }
    exclusive_end(t);
}

static RUN_AT_FORK CPUExit exec_loop(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    CPUExit why;

    for (;;) {
        if (unlikely(t->want_flush)) {
            flush_alone(t);
        }
        while (cpu->exception_index >= 0) {
            if (handle_exception(cpu, &why)) {
                return why;
            }
        }
        if (unlikely(t->debug_after)) {
            act_on_hits(cpu);
            continue;
        }
        if (handle_requests(cpu, &why)) {
            return why;
        }
        if (unlikely(t->debug_after)) {
            continue; /* an interrupt's delivery hit a watchpoint */
        }
        epoch_quiesce();
        if (unlikely(t->want_alone)) {
            begin_alone(t);
        }
        run_units(cpu);
        end_alone(t);
    }
}

/* Gives back what was held when generated code or the loop was left by a jump. */
static void after_jump(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (t->has_lock) {
        engine_unlock(t);
    }
    if (machine_lock_held()) {
        machine_unlock();
    }
    end_alone(t);
    bool excp = cpu->exception_index >= 0 && cpu->exception_index < CPU_EXCP_LEAVE;

    if (excp) {
        forget_hits(cpu);
    }
    t->want = TB_ANY;
    if (t->in_one_shot) {
        leave_one_shot(cpu);
        if (!excp) {
            end_one_shot(cpu);
        }
    }
}

void tcg_make_ahead(CPUState *cpu, vaddr pc, bool by_jump)
{
    CPUTCG *t = cpu_tcg(cpu);
    uint64_t *ip = env_pc(cpu), here = *ip;
    CodeFetch f;

    if (t->one_shot || cpu->singlestep || cpu->ops->tb_key(cpu).cs_base) {
        return;
    }
    epoch_enter();
    exclusive_run(t);
    *ip = pc;
    if (sigsetjmp(cpu->jmp_env, 0)) {
        after_jump(cpu); /* its bytes have gone, or code memory is full */
        cpu->exception_index = -1;
    } else if (tlb_code_page(cpu, pc, true, &f) && f.mr &&
               !tb_page_self_checks(t->engine, f.page)) {
        TranslationBlock *tb = next_unit(cpu);

        if (by_jump) {
            tb_remember_jump(cpu, tb);
        }
    }
    *ip = here;
    exclusive_stop(t);
    epoch_leave();
}

/* The unit at pc that there is. */
static TranslationBlock *unit_at(CPUState *cpu, vaddr pc)
{
    *env_pc(cpu) = pc;
    return tb_find(cpu, true);
}

void tcg_link_ahead(CPUState *cpu, vaddr from, unsigned slot, vaddr pc)
{
    CPUTCG *t = cpu_tcg(cpu);
    uint64_t here = *env_pc(cpu);

    if (t->one_shot || cpu->singlestep || cpu->ops->tb_key(cpu).cs_base) {
        return;
    }
    epoch_enter();
    exclusive_run(t);
    TranslationBlock *tb = unit_at(cpu, from), *to = unit_at(cpu, pc);

    *env_pc(cpu) = here;
    if (tb && to && slot < tb->code.nexits && tb->code.exits[slot].jump &&
        tb->code.exits[slot].leads != TCG_LEADS_FAR &&
        from + tb->code.exits[slot].leads == pc) {
        tb_try_link(cpu, tb, slot, to);
    }
    exclusive_stop(t);
    epoch_leave();
}

RUN_AT_FORK CPUExit tcg_vcpu_run(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (t->is_stopped && cpu->ops->tb_key(cpu).pc == t->stopped_at) {
        t->one_shot = true;
    }
    t->is_stopped = false;
    epoch_enter();
    t->epoch = epoch_place();
    exclusive_run(t);
    if (sigsetjmp(cpu->jmp_env, 0)) {
        after_jump(cpu);
    }
    CPUExit why = exec_loop(cpu);

    exclusive_stop(t);
    epoch_leave();
    return why;
}
