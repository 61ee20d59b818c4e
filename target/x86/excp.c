/* Raising exceptions, and delivering them and interrupts through the IVT or IDT. */
/* SPDX-License-Identifier: MIT */
/*
 * SDM vol. 3, chapter 6. x86_raise*() make env precise, note the event and leave
 * generated code; the engine then calls x86_deliver_exception(). Delivery may raise
 * again: env->old_exception says what was being delivered, so that double and triple
 * faults are recognised (table 6-5). Delivery first does everything that may fault
 * (descriptor reads, pushes to the new stack), then changes state.
 */
#include "target/x86/excp.h"

#include "cpu/debug.h"
#include "target/x86/debug.h"
#include "target/x86/paging.h"
#include "target/x86/seg.h"
#include "util/log.h"

typedef struct Event {
    int vector;
    bool software; /* INT n, INT3, INTO: gate DPL is checked, no EXT bit */
    bool has_error;
    bool fault;
    uint32_t error;
    uint32_t ext; /* 1 unless software */
    uint64_t rip; /* to return to */
} Event;

/* True for vectors that push an error code. */
static bool x86_vector_has_error(int vector)
{
    switch (vector) {
    case EXCP_DF:
    case EXCP_TS:
    case EXCP_NP:
    case EXCP_SS:
    case EXCP_GP:
    case EXCP_PF:
    case EXCP_AC:
        return true;
    default:
        return false;
    }
}

static bool is_contributory(int vector)
{
    return vector == EXCP_DE || (vector >= EXCP_TS && vector <= EXCP_GP);
}

/* The exception that `vector` becomes when it is raised while another is being delivered.
 */
static int combine(CPUX86State *env, int vector)
{
    int first = env->old_exception;

    if (first < 0) {
        return vector;
    }
    if (first == EXCP_DF) {
        env->triple_fault = true;
        return EXCP_DF;
    }
    bool twice = is_contributory(first) && is_contributory(vector);
    bool after_pf = first == EXCP_PF && (is_contributory(vector) || vector == EXCP_PF);

    return twice || after_pf ? EXCP_DF : vector;
}

void x86_pend(CPUX86State *env, int vector, uint32_t error_code)
{
    int v = vector < EXCP_INT ? combine(env, vector) : vector;

    if (v != vector) {
        error_code = 0;
    }
    env_cpu(env)->exception_index = v;
    env->error_code = error_code;
    env->has_error_code = x86_vector_has_error(v);
}

void x86_raise_err(CPUX86State *env, int vector, uint32_t error_code, uintptr_t ra)
{
    x86_pend(env, vector, error_code);
    cpu_loop_exit_restore(env_cpu(env), ra);
}

void x86_raise(CPUX86State *env, int vector, uintptr_t ra)
{
    x86_raise_err(env, vector, 0, ra);
}

void x86_unaligned(CPUState *cpu, vaddr va, unsigned n, uintptr_t ra)
{
    x86_raise_err(cpu_env(cpu), n < 16 ? EXCP_AC : EXCP_GP, 0, ra);
}

void x86_raise_software(CPUX86State *env, int vector, uint64_t next, uintptr_t ra)
{
    env->exception_next = next;
    x86_raise_err(env, EXCP_INT + vector, 0, ra);
}

/*
 * Is the exception to be delivered a fault? Then RF is set in the EFLAGS image, so that
 * the handler's return does not hit an instruction breakpoint again. Not so for the fault
 * of an instruction breakpoint itself: its handler sets RF (SDM vol. 3, 17.3.1.1).
 */
static bool is_fault(const CPUX86State *env, int vector)
{
    if (vector == EXCP_DB) {
        return env->pending_dr6 & DR6_BD;
    }
    return vector != EXCP_NMI && vector != EXCP_DF && vector != EXCP_MC;
}

static uint64_t flags_to_push(CPUX86State *env, const Event *ev)
{
    return x86_eflags(env) | (ev->fault ? EFL_RF : 0);
}

static void commit_flags(CPUX86State *env, bool interrupt_gate)
{
    env->eflags &= ~(EFL_TF | EFL_VM | EFL_RF | EFL_NT);
    if (interrupt_gate) {
        env->eflags &= ~EFL_IF;
    }
}

/* --- real mode: SDM vol. 3, 20.1.4 --- */

static void deliver_real(CPUX86State *env, const Event *ev)
{
    CPUState *cpu = env_cpu(env);
    unsigned off = ev->vector * 4;
    SegStack st = seg_stack(env, 2, 0);

    if (off + 3 > env->idt.limit) {
        x86_raise_err(env, EXCP_GP, 0, 0);
    }
    uint16_t ip = cpu_lduw(cpu, env->idt.base + off, x86_mmu_system(env), 0);
    uint16_t cs = cpu_lduw(cpu, env->idt.base + off + 2, x86_mmu_system(env), 0);

    seg_push(&st, x86_eflags(env));
    seg_push(&st, env->seg[R_CS].selector);
    seg_push(&st, ev->rip);

    seg_stack_commit(&st);
    seg_set_real(env, R_CS, cs);
    env->rip = ip;
    env->eflags &= ~(EFL_IF | EFL_TF | EFL_AC | EFL_RF);
    x86_update_hflags(env);
}

/* --- protected and long mode --- */

typedef struct Gate {
    uint8_t type; /* SYS_INT, SYS_TRAP ... */
    uint8_t ist;
    uint16_t selector;
    uint64_t offset;
} Gate;

static Gate read_gate(CPUX86State *env, const Event *ev)
{
    CPUState *cpu = env_cpu(env);
    bool lm = x86_long_mode(env);
    unsigned size = lm ? 16 : 8;
    uint32_t err = ev->vector * 8 + 2 + ev->ext;
    unsigned off = ev->vector * size;

    if (off + size - 1 > env->idt.limit) {
        x86_raise_err(env, EXCP_GP, err, 0);
    }
    uint64_t lo = cpu_ldq(cpu, env->idt.base + off, x86_mmu_system(env), 0);
    uint64_t hi = lm ? cpu_ldl(cpu, env->idt.base + off + 8, x86_mmu_system(env), 0) : 0;
    Gate g = {
        .type = lo >> 40 & 0x1f,
        .ist = lm ? lo >> 32 & 7 : 0,
        .selector = lo >> 16,
        .offset = (lo & 0xffff) | (lo >> 32 & 0xffff0000) | hi << 32,
    };
    bool known =
        g.type == SYS_INT || g.type == SYS_TRAP ||
        (!lm && (g.type == SYS_INT16 || g.type == SYS_TRAP16 || g.type == SYS_TASK_GATE));

    if (!known || (ev->software && (lo >> 45 & 3) < x86_cpl(env))) {
        x86_raise_err(env, EXCP_GP, err, 0);
    }
    if (!(lo >> 47 & 1)) {
        x86_raise_err(env, EXCP_NP, err, 0);
    }
    if (g.type == SYS_INT16 || g.type == SYS_TRAP16) {
        g.offset &= 0xffff;
    }
    return g;
}

/* The handler's code segment, checked. *cpl gets the privilege level that the handler
 * runs at. */
static X86Seg read_handler_cs(CPUX86State *env, const Event *ev, const Gate *g,
                              unsigned *cpl)
{
    uint32_t err = (g->selector & ~3u) | ev->ext;
    uint64_t desc;

    if (!(g->selector & ~3u)) {
        x86_raise_err(env, EXCP_GP, ev->ext, 0);
    }
    if (!seg_read_desc(env, g->selector, &desc, 0)) {
        x86_raise_err(env, EXCP_GP, err, 0);
    }
    X86Seg cs = seg_from_desc(g->selector, desc);
    bool wrong_size = x86_long_mode(env) && (cs.attr & (SEG_L | SEG_DB)) != SEG_L;

    if (!(cs.attr & SEG_S) || !(cs.attr & SEG_CODE) || seg_dpl(&cs) > x86_cpl(env) ||
        wrong_size) {
        x86_raise_err(env, EXCP_GP, err, 0);
    }
    if (!(cs.attr & SEG_P)) {
        x86_raise_err(env, EXCP_NP, err, 0);
    }
    *cpl = cs.attr & SEG_C ? x86_cpl(env) : seg_dpl(&cs);
    if (env->eflags & EFL_VM && *cpl != 0) {
        x86_raise_err(env, EXCP_GP, err, 0);
    }
    seg_mark_accessed(env, g->selector, desc, 0);
    cs.attr |= SEG_A;
    cs.selector = (g->selector & ~3u) | *cpl;
    return cs;
}

static int mmu_of_cpl(const CPUX86State *env, unsigned cpl)
{
    return cpl == 3 ? MMU_USER : x86_mmu_system(env);
}

static void push_frame(SegStack *st, const Event *ev, uint64_t flags, uint16_t cs)
{
    seg_push(st, flags);
    seg_push(st, cs);
    seg_push(st, ev->rip);
    if (ev->has_error) {
        seg_push(st, ev->error);
    }
}

/* SDM vol. 3, 6.14: always SS:RSP, a 16-byte aligned frame, IST. */
static void deliver_long(CPUX86State *env, const Event *ev)
{
    Gate g = read_gate(env, ev);
    unsigned cpl;
    uint16_t ss;
    X86Seg cs = read_handler_cs(env, ev, &g, &cpl);
    bool inner = cpl < x86_cpl(env);
    uint64_t flags = flags_to_push(env, ev);
    SegStack st = {.env = env,
                   .mask = UINT64_MAX,
                   .size = 8,
                   .mmu_idx = mmu_of_cpl(env, cpl),
                   .error = ev->ext};

    if (!x86_canonical(env, g.offset)) {
        x86_raise_err(env, EXCP_GP, ev->ext, 0);
    }
    st.sp = env->regs[R_RSP];
    if (inner || g.ist) {
        st.sp = seg_tss_stack(env, cpl, g.ist, &ss, 0);
        if (!x86_canonical(env, st.sp)) {
            x86_raise_err(env, EXCP_SS, ev->ext, 0);
        }
    }
    st.sp &= ~15ull;
    seg_push(&st, env->seg[R_SS].selector);
    seg_push(&st, env->regs[R_RSP]);
    push_frame(&st, ev, flags, env->seg[R_CS].selector);

    env->regs[R_RSP] = st.sp;
    if (inner) {
        seg_set(env, R_SS,
                (X86Seg){.selector = cpl,
                         .attr = SEG_S | SEG_W | SEG_P | cpl << SEG_DPL_SHIFT,
                         .limit = UINT32_MAX});
    }
    seg_set(env, R_CS, cs);
    env->rip = g.offset;
    commit_flags(env, g.type == SYS_INT);
    x86_update_hflags(env);
}

/* SDM vol. 3, 6.12.1, and 20.3 for virtual-8086 mode. */
static void deliver_protected(CPUX86State *env, const Event *ev)
{
    Gate g = read_gate(env, ev);
    unsigned cpl;

    if (g.type == SYS_TASK_GATE) {
        log_unimp("x86: task gate for vector %d: task switches are not implemented",
                  ev->vector);
        x86_raise_err(env, EXCP_GP, ev->vector * 8 + 2 + ev->ext, 0);
    }
    X86Seg cs = read_handler_cs(env, ev, &g, &cpl), ss = env->seg[R_SS];
    bool vm86 = env->eflags & EFL_VM, inner = cpl < x86_cpl(env);
    uint64_t flags = flags_to_push(env, ev);
    SegStack st = seg_stack(env, g.type >= SYS_INT ? 4 : 2, 0);

    st.error = ev->ext;

    if (inner) {
        uint16_t sel;
        uint64_t sp = seg_tss_stack(env, cpl, 0, &sel, 0);

        ss = seg_check_stack(env, sel, cpl, ev->ext, 0);
        st.sp = sp;
        st.inner = true;
        st.seg = ss;
        st.error = (sel & ~3u) | ev->ext;
        st.base = ss.base;
        st.mask = ss.attr & SEG_DB ? 0xffffffff : 0xffff;
        st.mmu_idx = mmu_of_cpl(env, cpl);
        if (vm86) {
            seg_push(&st, env->seg[R_GS].selector);
            seg_push(&st, env->seg[R_FS].selector);
            seg_push(&st, env->seg[R_DS].selector);
            seg_push(&st, env->seg[R_ES].selector);
        }
        seg_push(&st, env->seg[R_SS].selector);
        seg_push(&st, env->regs[R_RSP]);
    }
    push_frame(&st, ev, flags, env->seg[R_CS].selector);

    if (inner && vm86) {
        seg_set(env, R_GS, (X86Seg){0});
        seg_set(env, R_FS, (X86Seg){0});
        seg_set(env, R_DS, (X86Seg){0});
        seg_set(env, R_ES, (X86Seg){0});
    }
    if (inner) {
        seg_set(env, R_SS, ss);
    }
    seg_stack_commit(&st);
    seg_set(env, R_CS, cs);
    env->rip = g.offset;
    commit_flags(env, g.type == SYS_INT || g.type == SYS_INT16);
    x86_update_hflags(env);
}

static void log_event(CPUX86State *env, const Event *ev)
{
    if (log_enabled(LOG_INT)) {
        log_line("int: v=%02x e=%04x soft=%d cpl=%u ip=%04x:%016" PRIx64
                 " sp=%04x:%016" PRIx64 " cr2=%016" PRIx64,
                 ev->vector, ev->error, ev->software, x86_cpl(env),
                 env->seg[R_CS].selector, ev->rip, env->seg[R_SS].selector,
                 env->regs[R_RSP], env->cr2);
    }
}

static void deliver(CPUX86State *env, const Event *ev)
{
    log_event(env, ev);
    x86_end_shadow(env);
    if (!(env->cr0 & CR0_PE)) {
        deliver_real(env, ev);
    } else if (x86_long_mode(env)) {
        deliver_long(env, ev);
    } else {
        deliver_protected(env, ev);
    }
    env->old_exception = -1;
    if (env->held_dr6) { /* MOV SS and INT n: the #DB comes in front of the handler */
        cpu_debug_after(env_cpu(env), 0);
    }
}

void x86_end_shadow(CPUX86State *env)
{
    env->inhibit_irq = env->ss_shadow = false;
}

/* In virtual-8086 mode INT n needs IOPL 3 (SDM vol. 3, 20.2.7); INT3 and INTO do not. */
static void check_vm86_int(CPUX86State *env, const Event *ev)
{
    if (ev->software && env->eflags & EFL_VM && (env->eflags & EFL_IOPL) != EFL_IOPL &&
        ev->vector != EXCP_BP && ev->vector != EXCP_OF) {
        x86_raise_err(env, EXCP_GP, 0, 0);
    }
}

/* The processor shuts down; a PC's chipset answers with a reset. */
static void triple_fault(CPUX86State *env)
{
    env->triple_fault = false;
    env->old_exception = -1;
    env_cpu(env)->halted = true;
    log_guest_error("x86: triple fault at rip %016" PRIx64, env->rip);
    if (env->reset_request) {
        machine_lock();
        env->reset_request(env->reset_opaque);
        machine_unlock();
    }
}

static void deliver_external(CPUX86State *env, int vector)
{
    Event ev = {.vector = vector, .ext = 1, .rip = env->rip};

    env_cpu(env)->halted = false;
    deliver(env, &ev);
}

void x86_deliver_exception(CPUState *cpu)
{
    CPUX86State *env = cpu_env(cpu);
    int index = cpu->exception_index;
    bool software = index & EXCP_INT;

    if (index >= EXCP_EXTERNAL) {
        cpu->exception_index = -1;
        deliver_external(env, index - EXCP_EXTERNAL);
        return;
    }
    Event ev = {
        .vector = index & 0xff,
        .software = software,
        .has_error = !software && env->has_error_code,
        .fault = !software && is_fault(env, index & 0xff),
        .error = software ? 0 : env->error_code,
        .ext = !software,
        .rip = software ? env->exception_next : env->rip,
    };

    cpu->exception_index = -1;
    if (env->triple_fault) {
        triple_fault(env);
        return;
    }
    if (ev.vector == EXCP_PF && !software) {
        env->cr2 = env->fault_cr2;
    }
    if (!software) {
        env->held_dr6 = 0;
    }
    if (ev.vector == EXCP_DB && !software) {
        x86_deliver_debug(env);
    }
    check_vm86_int(env, &ev);
    env->old_exception = software ? -1 : ev.vector;
    deliver(env, &ev);
}

static bool can_take_irq(const CPUX86State *env)
{
    return env->eflags & EFL_IF && !env->inhibit_irq;
}

static int ack_interrupt(CPUState *cpu)
{
    machine_lock();
    int vector = cpu->intc.ack(cpu->intc.opaque);

    machine_unlock();
    return vector;
}

/* A start-up IPI: real mode, at the page that it names. */
static void start_up(CPUState *cpu)
{
    CPUX86State *env = cpu_env(cpu);
    X86Seg cs = env->seg[R_CS];

    machine_lock();
    uint8_t page = cpu->intc.sipi_vector(cpu->intc.opaque);

    machine_unlock();
    cs.selector = page << 8;
    cs.base = page << 12;
    seg_set(env, R_CS, cs);
    env->rip = 0;
    env->wait_sipi = cpu->halted = false;
    x86_update_hflags(env);
}

/* INIT, start-up IPI, SMI. True: pc has changed. */
static bool take_control(CPUState *cpu, uint32_t pending)
{
    CPUX86State *env = cpu_env(cpu);

    if (pending & CPU_INTERRUPT_SMI) {
        cpu_reset_interrupt(cpu, CPU_INTERRUPT_SMI);
        log_unimp("x86: SMI");
    }
    if (pending & CPU_INTERRUPT_INIT) {
        cpu_reset_interrupt(cpu, CPU_INTERRUPT_INIT);
        x86_take_init(cpu);
        return true;
    }
    if (pending & CPU_INTERRUPT_SIPI) {
        cpu_reset_interrupt(cpu, CPU_INTERRUPT_SIPI);
        if (env->wait_sipi) {
            start_up(cpu);
            return true;
        }
    }
    return false;
}

bool x86_take_interrupt(CPUState *cpu, uint32_t pending)
{
    enum { CONTROL = CPU_INTERRUPT_INIT | CPU_INTERRUPT_SIPI | CPU_INTERRUPT_SMI };
    CPUX86State *env = cpu_env(cpu);

    if (pending & CONTROL && take_control(cpu, pending)) {
        return true;
    }
    if (env->wait_sipi) {
        return false;
    }
    if (pending & CPU_INTERRUPT_NMI && !env->nmi_blocked && !env->inhibit_irq) {
        cpu_reset_interrupt(cpu, CPU_INTERRUPT_NMI);
        env->nmi_blocked = true;
        deliver_external(env, EXCP_NMI);
        return true;
    }
    if (pending & CPU_INTERRUPT_HARD && can_take_irq(env)) {
        int vector = ack_interrupt(cpu);

        if (vector >= 0) {
            deliver_external(env, vector);
            return true;
        }
    }
    return false;
}

bool x86_has_work(CPUState *cpu)
{
    CPUX86State *env = cpu_env(cpu);
    uint32_t req = __atomic_load_n(&cpu->interrupt_request, __ATOMIC_ACQUIRE);

    if (env->wait_sipi) {
        return req & (CPU_INTERRUPT_INIT | CPU_INTERRUPT_SIPI);
    }
    return (req & CPU_INTERRUPT_HARD && env->eflags & EFL_IF) ||
           (req & CPU_INTERRUPT_NMI && !env->nmi_blocked) ||
           req & (CPU_INTERRUPT_SMI | CPU_INTERRUPT_INIT | CPU_INTERRUPT_SIPI);
}

void x86_recheck_interrupts(CPUX86State *env)
{
    CPUState *cpu = env_cpu(env);

    if (env->eflags & EFL_IF &&
        __atomic_load_n(&cpu->interrupt_request, __ATOMIC_RELAXED)) {
        __atomic_store_n(&cpu->exit_request, 1, __ATOMIC_RELAXED);
    }
}
