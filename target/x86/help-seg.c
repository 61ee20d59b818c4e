/* Helpers for far transfers, IRET, SYSCALL and SYSENTER, and instructions on selectors.
 */
/* SPDX-License-Identifier: MIT */
/*
 * Each reads and checks everything before it changes env (SDM vol. 2, the operation
 * sections). Those that change RIP leave the new value in env; the generator jumps there.
 */
#include "target/x86/debug.h"
#include "target/x86/excp.h"
#include "target/x86/helpers.h"
#include "target/x86/paging.h"
#include "target/x86/seg.h"
#include "util/log.h"
#include "util/host.h"

void helper_load_seg(CPUX86State *env, uint64_t reg, uint64_t selector)
{
    seg_load(env, reg, selector, GETPC());
}

static uint64_t mask_rip(uint64_t rip, unsigned size)
{
    return size == 2 ? rip & 0xffff : size == 4 ? (uint32_t)rip : rip;
}

static void check_canonical(CPUX86State *env, uint64_t rip, uintptr_t ra)
{
    if (!x86_canonical(env, rip)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
}

/* Limit or canonical check of a transfer's target in code segment cs. */
static void check_target(CPUX86State *env, const X86Seg *cs, uint64_t rip, uintptr_t ra)
{
    if (x86_long_mode(env) && cs->attr & SEG_L) {
        check_canonical(env, rip, ra);
    } else if ((uint32_t)rip > cs->limit || rip >> 32) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
}

static uint64_t read_desc_or_gp(CPUX86State *env, uint16_t selector, uintptr_t ra)
{
    uint64_t desc;

    if (!(selector & ~3u)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    if (!seg_read_desc(env, selector, &desc, ra)) {
        x86_raise_err(env, EXCP_GP, selector & ~3u, ra);
    }
    return desc;
}

static void commit_cs(CPUX86State *env, X86Seg cs, unsigned cpl, uint64_t rip)
{
    cs.selector = (cs.selector & ~3u) | cpl;
    seg_set(env, R_CS, cs);
    env->rip = rip;
    x86_update_hflags(env);
}

/* The code segment of a far JMP or CALL without a gate, checked for the current privilege
 * level. */
static X86Seg direct_code_segment(CPUX86State *env, uint16_t selector, uint64_t desc,
                                  uintptr_t ra)
{
    X86Seg cs = seg_from_desc(selector, desc);
    unsigned cpl = x86_cpl(env), dpl = seg_dpl(&cs);
    uint32_t err = selector & ~3u;
    bool fits = cs.attr & SEG_C ? dpl <= cpl : (selector & 3u) <= cpl && dpl == cpl;

    if (!(cs.attr & SEG_CODE) || !fits ||
        (x86_long_mode(env) && (cs.attr & (SEG_L | SEG_DB)) == (SEG_L | SEG_DB))) {
        x86_raise_err(env, EXCP_GP, err, ra);
    }
    if (!(cs.attr & SEG_P)) {
        x86_raise_err(env, EXCP_NP, err, ra);
    }
    seg_mark_accessed(env, selector, desc, ra);
    cs.attr |= SEG_A;
    return cs;
}

typedef struct CallGate {
    X86Seg cs;
    uint64_t rip;
    unsigned size;   /* bytes of a stack slot: 2, 4, 8 */
    unsigned params; /* slots to copy to an inner stack */
} CallGate;

/* Follows the call gate that `desc` is (SDM vol. 3, 5.8.3). Task gates and TSS
 * descriptors end here. */
static CallGate read_call_gate(CPUX86State *env, uint16_t selector, uint64_t desc,
                               bool jump, uintptr_t ra)
{
    unsigned type = desc >> 40 & 0x1f, dpl = desc >> 45 & 3, cpl = x86_cpl(env);
    uint32_t err = selector & ~3u;
    CallGate g = {.rip = (desc & 0xffff) | (desc >> 32 & 0xffff0000),
                  .params = desc >> 32 & 31};

    if (type == SYS_TASK_GATE || type == SYS_TSS || type == SYS_TSS16) {
        log_unimp("x86: far transfer to selector %04x: task switches are not implemented",
                  selector);
        x86_raise_err(env, EXCP_GP, err, ra);
    }
    if (type != SYS_CALL && (type != SYS_CALL16 || x86_long_mode(env))) {
        x86_raise_err(env, EXCP_GP, err, ra);
    }
    if (dpl < cpl || dpl < (selector & 3u)) {
        x86_raise_err(env, EXCP_GP, err, ra);
    }
    if (!(desc >> 47 & 1)) {
        x86_raise_err(env, EXCP_NP, err, ra);
    }
    g.size = type == SYS_CALL ? 4 : 2;
    if (x86_long_mode(env)) {
        uint64_t high;

        if (!seg_read_desc_high(env, selector, &high, ra) || high >> 40 & 0x1f) {
            x86_raise_err(env, EXCP_GP, err, ra);
        }
        g.rip |= high << 32;
        g.size = 8;
    } else if (g.size == 2) {
        g.rip &= 0xffff;
    }
    uint16_t sel = desc >> 16;
    uint64_t code = read_desc_or_gp(env, sel, ra);

    g.cs = seg_from_desc(sel, code);
    bool level_ok =
        jump && !(g.cs.attr & SEG_C) ? seg_dpl(&g.cs) == cpl : seg_dpl(&g.cs) <= cpl;

    if (!(g.cs.attr & SEG_S) || !(g.cs.attr & SEG_CODE) || !level_ok ||
        (x86_long_mode(env) && (g.cs.attr & (SEG_L | SEG_DB)) != SEG_L)) {
        x86_raise_err(env, EXCP_GP, sel & ~3u, ra);
    }
    if (!(g.cs.attr & SEG_P)) {
        x86_raise_err(env, EXCP_NP, sel & ~3u, ra);
    }
    seg_mark_accessed(env, sel, code, ra);
    g.cs.attr |= SEG_A;
    return g;
}

void helper_jmp_far(CPUX86State *env, uint64_t selector, uint64_t rip, uint64_t size)
{
    uintptr_t ra = GETPC();

    rip = mask_rip(rip, size);
    if (x86_real_or_vm86(env)) {
        if (rip > env->seg[R_CS].limit) {
            x86_raise_err(env, EXCP_GP, 0, ra);
        }
        seg_set_real(env, R_CS, selector);
        env->rip = rip;
        x86_update_hflags(env);
        return;
    }
    uint64_t desc = read_desc_or_gp(env, selector, ra);

    if (desc >> 44 & 1) {
        X86Seg cs = direct_code_segment(env, selector, desc, ra);

        check_target(env, &cs, rip, ra);
        commit_cs(env, cs, x86_cpl(env), rip);
    } else {
        CallGate g = read_call_gate(env, selector, desc, true, ra);

        check_target(env, &g.cs, g.rip, ra);
        commit_cs(env, g.cs, x86_cpl(env), g.rip);
    }
}

/* A call through a gate to an inner privilege level: new stack, parameters copied. */
static void call_gate_inner(CPUX86State *env, CallGate *g, uint64_t next, uintptr_t ra)
{
    unsigned cpl = seg_dpl(&g->cs);
    uint16_t ss_sel;
    X86Seg ss;
    SegStack old = seg_stack(env, g->size, ra), st = old;
    uint64_t params[32];

    st.sp = seg_tss_stack(env, cpl, 0, &ss_sel, ra);
    if (x86_long_mode(env)) {
        ss = (X86Seg){.selector = cpl,
                      .attr = SEG_S | SEG_W | SEG_P | cpl << SEG_DPL_SHIFT,
                      .limit = UINT32_MAX};
        st.base = 0;
        st.mask = UINT64_MAX;
        g->params = 0;
    } else {
        ss = seg_check_stack(env, ss_sel, cpl, 0, ra);
        st.inner = true;
        st.seg = ss;
        st.error = ss_sel & ~3u;
        st.base = ss.base;
        st.mask = ss.attr & SEG_DB ? 0xffffffff : 0xffff;
    }
    st.mmu_idx = x86_mmu_system(env);
    for (unsigned i = 0; i < g->params; i++) {
        params[i] = seg_pop(&old);
    }
    seg_push(&st, env->seg[R_SS].selector);
    seg_push(&st, env->regs[R_RSP]);
    for (unsigned i = g->params; i-- > 0;) {
        seg_push(&st, params[i]);
    }
    seg_push(&st, env->seg[R_CS].selector);
    seg_push(&st, next);
    check_target(env, &g->cs, g->rip, ra);

    seg_set(env, R_SS, ss);
    seg_stack_commit(&st);
    commit_cs(env, g->cs, cpl, g->rip);
}

static void push_return(SegStack *st, CPUX86State *env, uint64_t next)
{
    seg_push(st, env->seg[R_CS].selector);
    seg_push(st, next);
}

void helper_call_far(CPUX86State *env, uint64_t selector, uint64_t rip, uint64_t size,
                     uint64_t next)
{
    uintptr_t ra = GETPC();
    SegStack st = seg_stack(env, size, ra);

    rip = mask_rip(rip, size);
    if (x86_real_or_vm86(env)) {
        if (rip > env->seg[R_CS].limit) {
            x86_raise_err(env, EXCP_GP, 0, ra);
        }
        push_return(&st, env, next);
        seg_stack_commit(&st);
        seg_set_real(env, R_CS, selector);
        env->rip = rip;
        x86_update_hflags(env);
        return;
    }
    uint64_t desc = read_desc_or_gp(env, selector, ra);

    if (desc >> 44 & 1) {
        X86Seg cs = direct_code_segment(env, selector, desc, ra);

        push_return(&st, env, next);
        check_target(env, &cs, rip, ra);
        seg_stack_commit(&st);
        commit_cs(env, cs, x86_cpl(env), rip);
        return;
    }
    CallGate g = read_call_gate(env, selector, desc, false, ra);

    if (!(g.cs.attr & SEG_C) && seg_dpl(&g.cs) < x86_cpl(env)) {
        call_gate_inner(env, &g, next, ra);
        return;
    }
    st.size = g.size;
    push_return(&st, env, next);
    check_target(env, &g.cs, g.rip, ra);
    seg_stack_commit(&st);
    commit_cs(env, g.cs, x86_cpl(env), g.rip);
}

/* --- returns: far RET and IRET --- */

typedef struct Return {
    SegStack st;
    uint64_t rip;
    uint16_t cs_sel;
    X86Seg cs;
    unsigned addend;              /* bytes of parameters that RET n releases */
    uint32_t eflags, eflags_mask; /* of IRET: bits of EFLAGS that it changes */
    uintptr_t ra;
} Return;

static void check_return_cs(CPUX86State *env, Return *r)
{
    uint64_t desc = read_desc_or_gp(env, r->cs_sel, r->ra);
    unsigned rpl = r->cs_sel & 3;
    uint32_t err = r->cs_sel & ~3u;

    r->cs = seg_from_desc(r->cs_sel, desc);
    bool level_ok = r->cs.attr & SEG_C ? seg_dpl(&r->cs) <= rpl : seg_dpl(&r->cs) == rpl;

    if (!(r->cs.attr & SEG_S) || !(r->cs.attr & SEG_CODE) || rpl < x86_cpl(env) ||
        !level_ok ||
        (x86_long_mode(env) && (r->cs.attr & (SEG_L | SEG_DB)) == (SEG_L | SEG_DB))) {
        x86_raise_err(env, EXCP_GP, err, r->ra);
    }
    if (!(r->cs.attr & SEG_P)) {
        x86_raise_err(env, EXCP_NP, err, r->ra);
    }
    seg_mark_accessed(env, r->cs_sel, desc, r->ra);
    r->cs.attr |= SEG_A;
    check_target(env, &r->cs, r->rip, r->ra);
}

/* The stack segment that an outer return pops: as MOV SS, but for the new privilege
 * level. */
static X86Seg check_return_ss(CPUX86State *env, const Return *r, uint16_t sel)
{
    unsigned rpl = r->cs_sel & 3;
    uint64_t desc;

    if (!(sel & ~3u)) {
        bool allowed =
            x86_long_mode(env) && r->cs.attr & SEG_L && rpl != 3 && (sel & 3u) == rpl;

        if (!allowed) {
            x86_raise_err(env, EXCP_GP, 0, r->ra);
        }
        return (X86Seg){.selector = sel,
                        .attr = SEG_S | SEG_W | SEG_DB | rpl << SEG_DPL_SHIFT};
    }
    if (!seg_read_desc(env, sel, &desc, r->ra)) {
        x86_raise_err(env, EXCP_GP, sel & ~3u, r->ra);
    }
    X86Seg ss = seg_from_desc(sel, desc);

    if ((sel & 3u) != rpl || seg_dpl(&ss) != rpl || !(ss.attr & SEG_S) ||
        ss.attr & SEG_CODE || !(ss.attr & SEG_W)) {
        x86_raise_err(env, EXCP_GP, sel & ~3u, r->ra);
    }
    if (!(ss.attr & SEG_P)) {
        x86_raise_err(env, EXCP_SS, sel & ~3u, r->ra);
    }
    seg_mark_accessed(env, sel, desc, r->ra);
    ss.attr |= SEG_A;
    return ss;
}

static uint32_t merged_eflags(CPUX86State *env, uint32_t val, uint32_t mask)
{
    return (x86_eflags(env) & ~mask) | (val & mask);
}

/* Nothing can fault any more. */
static void commit_return(CPUX86State *env, const Return *r)
{
    if (r->eflags_mask) {
        x86_store_eflags(env, merged_eflags(env, r->eflags, r->eflags_mask));
    }
    commit_cs(env, r->cs, r->cs_sel & 3, r->rip);
}

/* Finishes a return to the same level, or (pop_stack) one that pops SS:RSP. */
static void finish_return(CPUX86State *env, Return *r, bool pop_stack)
{
    unsigned rpl = r->cs_sel & 3;
    bool outer = rpl > x86_cpl(env);

    r->st.sp += r->addend;
    if (!pop_stack) {
        seg_stack_commit(&r->st);
        commit_return(env, r);
        return;
    }
    uint64_t sp = seg_pop(&r->st);
    uint16_t sel = seg_pop(&r->st);
    X86Seg ss = check_return_ss(env, r, sel);

    seg_set(env, R_SS, ss);
    r->st.sp = sp + r->addend;
    if (r->cs.attr & SEG_L && x86_long_mode(env)) {
        r->st.mask = UINT64_MAX;
    } else {
        r->st.mask = ss.attr & SEG_DB ? 0xffffffff : 0xffff;
    }
    seg_stack_commit(&r->st);
    if (outer) {
        seg_drop_privileged(env, rpl);
    }
    commit_return(env, r);
}

void helper_ret_far(CPUX86State *env, uint64_t size, uint64_t addend)
{
    Return r = {.ra = GETPC(), .addend = addend};

    r.st = seg_stack(env, size, r.ra);
    r.rip = seg_pop(&r.st);
    r.cs_sel = seg_pop(&r.st);
    if (x86_real_or_vm86(env)) {
        r.st.sp += addend;
        if (r.rip > env->seg[R_CS].limit) {
            x86_raise_err(env, EXCP_GP, 0, r.ra);
        }
        seg_stack_commit(&r.st);
        seg_set_real(env, R_CS, r.cs_sel);
        env->rip = r.rip;
        x86_update_hflags(env);
        return;
    }
    check_return_cs(env, &r);
    finish_return(env, &r, (r.cs_sel & 3u) > x86_cpl(env));
}

/* EFLAGS bits that POPF or IRET may change at the current privilege level. */
uint32_t x86_popf_mask(const CPUX86State *env, unsigned size)
{
    unsigned cpl = x86_cpl(env), iopl = (env->eflags & EFL_IOPL) >> EFL_IOPL_SHIFT;
    uint32_t mask = CC_ALL | EFL_TF | EFL_DF | EFL_NT | EFL_AC | EFL_ID;

    if (cpl == 0) {
        mask |= EFL_IOPL;
    }
    if (cpl <= iopl) {
        mask |= EFL_IF;
    }
    return size == 2 ? mask & 0xffff : mask;
}

static void iret_real(CPUX86State *env, unsigned size, uintptr_t ra)
{
    SegStack st = seg_stack(env, size, ra);
    uint64_t rip = seg_pop(&st), cs = seg_pop(&st), fl = seg_pop(&st);
    uint32_t mask = CC_ALL | EFL_TF | EFL_DF | EFL_NT | EFL_AC | EFL_ID | EFL_IF | EFL_RF;

    if (!(env->eflags & EFL_VM)) {
        mask |= EFL_IOPL;
    }
    if (rip > env->seg[R_CS].limit) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    seg_stack_commit(&st);
    seg_set_real(env, R_CS, cs);
    env->rip = rip;
    x86_set_eflags(env, merged_eflags(env, fl, size == 2 ? mask & 0xffff : mask));
}

/* IRET from ring 0 with VM set in the popped flags: SDM vol. 3, 20.2.2. */
static void iret_to_vm86(CPUX86State *env, Return *r, uint32_t flags)
{
    static const uint8_t order[] = {R_SS, R_ES, R_DS, R_FS, R_GS};
    uint64_t esp = seg_pop(&r->st);
    uint16_t sel[ARRAY_SIZE(order)];

    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        sel[i] = seg_pop(&r->st);
    }
    x86_store_eflags(env, flags);
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        seg_set_real(env, order[i], sel[i]);
    }
    seg_set_real(env, R_CS, r->cs_sel);
    env->regs[R_RSP] = (uint32_t)esp;
    env->rip = r->rip & 0xffff;
    x86_update_hflags(env);
}

static void iret_protected(CPUX86State *env, unsigned size, uintptr_t ra)
{
    Return r = {.ra = ra, .st = seg_stack(env, size, ra)};

    if (env->eflags & EFL_NT) {
        if (!x86_long_mode(env)) {
            log_unimp("x86: IRET with NT set: task switches are not implemented");
        }
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    r.rip = seg_pop(&r.st);
    r.cs_sel = seg_pop(&r.st);
    uint32_t flags = seg_pop(&r.st);

    if (flags & EFL_VM && size == 4 && x86_cpl(env) == 0 && !x86_long_mode(env)) {
        iret_to_vm86(env, &r, flags);
        return;
    }
    check_return_cs(env, &r);
    r.eflags = flags;
    r.eflags_mask = x86_popf_mask(env, size) | (size == 2 ? 0 : EFL_RF);
    bool pop_stack = (r.cs_sel & 3u) > x86_cpl(env) || env->hflags & HF_CS64;

    finish_return(env, &r, pop_stack);
}

void helper_iret(CPUX86State *env, uint64_t size)
{
    uintptr_t ra = GETPC();

    if (!(env->cr0 & CR0_PE)) {
        iret_real(env, size, ra);
    } else if (env->eflags & EFL_VM) {
        if ((env->eflags & EFL_IOPL) != EFL_IOPL) {
            x86_raise_err(env, EXCP_GP, 0, ra);
        }
        iret_real(env, size, ra);
    } else {
        iret_protected(env, size, ra);
    }
    env->nmi_blocked = false;
    x86_recheck_interrupts(env);
}

/* --- fast system calls --- */

static X86Seg flat_code(uint16_t selector, bool code64, unsigned dpl)
{
    return (X86Seg){
        .selector = selector,
        .attr = SEG_CODE | SEG_R | SEG_A | SEG_S | SEG_P | SEG_G | dpl << SEG_DPL_SHIFT |
                (code64 ? SEG_L : SEG_DB),
        .limit = UINT32_MAX,
    };
}

static X86Seg flat_data(uint16_t selector, unsigned dpl)
{
    return (X86Seg){
        .selector = selector,
        .attr = SEG_W | SEG_A | SEG_S | SEG_P | SEG_G | SEG_DB | dpl << SEG_DPL_SHIFT,
        .limit = UINT32_MAX,
    };
}

static void enter_flat(CPUX86State *env, X86Seg cs, X86Seg ss, uint64_t rip)
{
    seg_set(env, R_SS, ss);
    seg_set(env, R_CS, cs);
    env->rip = rip;
    x86_update_hflags(env);
}

void helper_syscall(CPUX86State *env, uint64_t next)
{
    if (!(env->efer & EFER_SCE) || !x86_long_mode(env) || !(env->hflags & HF_CS64)) {
        x86_raise(env, EXCP_UD, GETPC()); /* as on Intel: 64-bit code only */
    }
    uint16_t sel = env->star >> 32 & 0xfffc;

    env->regs[R_RCX] = next;
    env->regs[11] = x86_eflags(env) & ~(uint64_t)EFL_RF;
    x86_store_eflags(env, env->regs[11] & ~env->fmask);
    enter_flat(env, flat_code(sel, true, 0), flat_data(sel + 8, 0), env->lstar);
}

void helper_sysret(CPUX86State *env, uint64_t size)
{
    uintptr_t ra = GETPC();
    uint16_t sel = (env->star >> 48) | 3;

    if (!(env->efer & EFER_SCE) || !(env->hflags & HF_CS64)) {
        x86_raise(env, EXCP_UD, ra);
    }
    if (x86_cpl(env) != 0) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    uint64_t rip = size == 8 ? env->regs[R_RCX] : (uint32_t)env->regs[R_RCX];

    check_canonical(env, rip, ra);
    uint32_t mask =
        CC_ALL | EFL_TF | EFL_IF | EFL_DF | EFL_IOPL | EFL_NT | EFL_AC | EFL_ID;
    bool tf = env->regs[11] & EFL_TF;

    if (tf) {
        cpu_restore_state(env_cpu(env), ra);
    }
    x86_store_eflags(env, (env->regs[11] & mask) | EFL_FIXED);
    enter_flat(env, flat_code(size == 8 ? sel + 16 : sel, size == 8, 3),
               flat_data(sel + 8, 3), rip);
    x86_recheck_interrupts(env);
    if (tf) { /* as if SYSCALL had just been completed: a trap before the next */
        x86_raise_debug(env, DR6_BS, 0);
    }
}

void helper_sysenter(CPUX86State *env)
{
    uint16_t sel = env->sysenter_cs & 0xfffc;

    if (!sel || !(env->cr0 & CR0_PE)) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    bool lm = x86_long_mode(env);

    env->eflags &= ~(EFL_VM | EFL_IF | EFL_RF);
    env->regs[R_RSP] = lm ? env->sysenter_esp : (uint32_t)env->sysenter_esp;
    enter_flat(env, flat_code(sel, lm, 0), flat_data(sel + 8, 0),
               lm ? env->sysenter_eip : (uint32_t)env->sysenter_eip);
}

void helper_sysexit(CPUX86State *env, uint64_t size)
{
    uintptr_t ra = GETPC();
    uint16_t sel = env->sysenter_cs & 0xfffc;

    if (!sel || !(env->cr0 & CR0_PE) || x86_cpl(env) != 0) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    bool to64 = size == 8;
    uint64_t rip = to64 ? env->regs[R_RDX] : (uint32_t)env->regs[R_RDX];
    uint64_t rsp = to64 ? env->regs[R_RCX] : (uint32_t)env->regs[R_RCX];

    if (to64) {
        check_canonical(env, rip, ra);
        check_canonical(env, rsp, ra);
    }
    uint16_t cs = (sel + (to64 ? 32 : 16)) | 3;

    env->regs[R_RSP] = rsp;
    enter_flat(env, flat_code(cs, to64, 3), flat_data(cs + 8, 3), rip);
}

/* --- LDTR and TR --- */

static uint64_t read_system_desc(CPUX86State *env, uint16_t selector, unsigned type,
                                 uint64_t *high, uintptr_t ra)
{
    uint64_t desc = 0;
    uint32_t err = selector & ~3u;

    *high = 0;
    if (selector & 4 || !seg_read_desc(env, selector, &desc, ra) ||
        (x86_long_mode(env) && !seg_read_desc_high(env, selector, high, ra))) {
        x86_raise_err(env, EXCP_GP, err, ra);
    }
    unsigned t = desc >> 40 & 0x1f;
    bool known = t == type || (type == SYS_TSS && t == SYS_TSS16 && !x86_long_mode(env));

    if (!known || *high >> 40 & 0x1f) {
        x86_raise_err(env, EXCP_GP, err, ra);
    }
    if (!(desc >> 47 & 1)) {
        x86_raise_err(env, EXCP_NP, err, ra);
    }
    return desc;
}

void helper_lldt(CPUX86State *env, uint64_t selector)
{
    uint64_t high;

    selector &= 0xffff;
    if (!(selector & ~3u)) {
        env->ldt = (X86Seg){.selector = selector};
        return;
    }
    uint64_t desc = read_system_desc(env, selector, SYS_LDT, &high, GETPC());

    env->ldt = seg_from_desc(selector, desc);
    env->ldt.base |= high << 32;
}

void helper_ltr(CPUX86State *env, uint64_t selector)
{
    uintptr_t ra = GETPC();
    uint64_t high;

    selector &= 0xffff;
    if (!(selector & ~3u)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    uint64_t desc = read_system_desc(env, selector, SYS_TSS, &high, ra);

    cpu_stb(env_cpu(env), env->gdt.base + (selector & ~7u) + 5, (desc >> 40) | 2,
            x86_mmu_system(env), ra);
    env->tr = seg_from_desc(selector, desc | 2ull << 40);
    env->tr.base |= high << 32;
}

/* --- LAR, LSL, VERR, VERW, ARPL --- */

/* True if `selector` names a descriptor that is visible at the current level. *desc gets
 * it. */
/* Linux has a segment whose limit is the number of the CPU (its vDSO reads it by LSL). */
enum { LINUX_CPU_SEGMENT = 15 };

static uint64_t cpu_segment(void)
{
    uint64_t n = host_cpu_number();

    return UINT64_C(0x0040f50000000000) | (n & 0xffff) | (n >> 16 & 15) << 48;
}

static bool visible_desc(CPUX86State *env, uint16_t selector, uint64_t *desc,
                         uintptr_t ra)
{
    if (env->is_program && selector >> 3 == LINUX_CPU_SEGMENT) {
        *desc = cpu_segment();
        return true;
    }
    if (!(selector & ~3u) || !seg_read_desc(env, selector, desc, ra)) {
        return false;
    }
    X86Seg s = seg_from_desc(selector, *desc);
    bool conforming = s.attr & SEG_S && s.attr & SEG_CODE && s.attr & SEG_C;

    return conforming || (seg_dpl(&s) >= x86_cpl(env) && seg_dpl(&s) >= (selector & 3u));
}

static bool system_type_in(uint64_t desc, uint32_t types)
{
    return types >> (desc >> 40 & 15) & 1;
}

/* ZF is the answer; the other flags stay. */
static void set_zf(CPUX86State *env, bool z)
{
    uint32_t fl = x86_eflags(env);

    x86_set_eflags(env, z ? fl | EFL_ZF : fl & ~EFL_ZF);
}

uint64_t helper_lar(CPUX86State *env, uint64_t selector, uint64_t old)
{
    uintptr_t ra = GETPC();
    uint32_t types = x86_long_mode(env)
                         ? 1 << SYS_LDT | 1 << SYS_TSS | 1 << SYS_TSS_BUSY | 1 << SYS_CALL
                         : 1 << SYS_LDT | 1 << SYS_TSS | 1 << SYS_TSS_BUSY |
                               1 << SYS_CALL | 1 << SYS_TSS16 | 1 << SYS_TSS16_BUSY |
                               1 << SYS_CALL16 | 1 << SYS_TASK_GATE;
    uint64_t desc;
    bool ok = visible_desc(env, selector, &desc, ra) &&
              (desc >> 44 & 1 || system_type_in(desc, types));

    set_zf(env, ok);
    return ok ? desc >> 32 & 0x00ffff00 : old;
}

uint64_t helper_lsl(CPUX86State *env, uint64_t selector, uint64_t old)
{
    uintptr_t ra = GETPC();
    uint32_t types = 1 << SYS_LDT | 1 << SYS_TSS | 1 << SYS_TSS_BUSY |
                     (x86_long_mode(env) ? 0 : 1 << SYS_TSS16 | 1 << SYS_TSS16_BUSY);
    uint64_t desc;
    bool ok = visible_desc(env, selector, &desc, ra) &&
              (desc >> 44 & 1 || system_type_in(desc, types));

    set_zf(env, ok);
    return ok ? seg_from_desc(selector, desc).limit : old;
}

void helper_verr(CPUX86State *env, uint64_t selector)
{
    uint64_t desc;
    bool ok = visible_desc(env, selector, &desc, GETPC()) && desc >> 44 & 1 &&
              (!(desc >> 43 & 1) || desc >> 41 & 1);

    set_zf(env, ok);
}

void helper_verw(CPUX86State *env, uint64_t selector)
{
    uint64_t desc;
    bool ok = visible_desc(env, selector, &desc, GETPC()) && desc >> 44 & 1 &&
              !(desc >> 43 & 1) && desc >> 41 & 1;

    set_zf(env, ok);
}
