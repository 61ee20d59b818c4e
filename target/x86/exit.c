/* Ways out of a unit: jumps, side exits, exceptions, and what is done out of the way. */
/* SPDX-License-Identifier: MIT */
/*
 * Branches of the IR go forward only and cold work stands behind the unit's last op: a
 * branch to its label carries temps along. An instruction under TF, RF or an interrupt
 * shadow is a unit of its own, and helper_insn_done() runs wherever that unit is left.
 *
 * A conditional branch forward promises an exit. When the unit reaches its target by
 * itself, the label stands there instead (x86_join()): what follows is not translated
 * once more for those that come by the branch.
 */
#include "target/x86/translate.h"

uint64_t x86_ip_mask(const DisasContext *s, IRType t)
{
    return s->code64 ? UINT64_MAX : t == IR_I16 ? 0xffff : 0xffffffff;
}

IRRef x86_ip_cut(DisasContext *s, IRRef ip, IRType t)
{
    return s->code64 ? ip : x86_zext(s, ip, t == IR_I16 ? IR_I16 : IR_I32);
}

/* note: for x86_check_branch(). */
static void exit_ind(DisasContext *s, IRRef pc, IRRef tf, bool keep_rf, int64_t note)
{
    x86_stack_settle(s);
    if (s->hflags & HF_ONE_SHOT) {
        X86_CALL(s, insn_done, IR_NONE, pc, tf, x86_const(s, keep_rf));
    }
    if (s->code64) {
        ir_exit_ind_note(s->tcg, pc, note);
    } else {
        ir_exit_ind(s->tcg, pc);
    }
    s->base.is_jmp = DISAS_END;
}

static IRRef starts_with_tf(DisasContext *s)
{
    return x86_const(s, (s->hflags & HF_TF) != 0);
}

void x86_goto_ind_tf(DisasContext *s, IRRef pc, IRRef tf, bool keep_rf)
{
    exit_ind(s, pc, tf, keep_rf, NOTE_NO_BRANCH);
}

void x86_goto_ind(DisasContext *s, IRRef pc)
{
    x86_goto_ind_tf(s, pc, starts_with_tf(s), false);
}

void x86_branch_ind(DisasContext *s, IRRef target)
{
    int64_t note = s->pc;

    if (s->tcg->relative) {
        note = NOTE_RELATIVE | (s->pc & 0xfff);
    }
    exit_ind(s, target, starts_with_tf(s), false, note);
}

/* In a unit of one instruction: `pc` repeats it. RF holds until all iterations are done.
 */
static bool repeats(const DisasContext *s, uint64_t pc)
{
    return pc == s->pc && s->insn.prefixes & (PFX_F2 | PFX_F3) &&
           s->insn.desc->gates & (GATE_REP | GATE_REPZ);
}

/* The slot has been counted in s->nexits if one was left. */
static void exit_to(DisasContext *s, uint64_t pc, uint32_t ccmask)
{
    if (s->hflags & HF_ONE_SHOT || s->tcg->nexits >= TCG_MAX_EXITS) {
        x86_goto_ind_tf(s, x86_pc(s, pc), starts_with_tf(s),
                        s->hflags & HF_ONE_SHOT && repeats(s, pc));
        return;
    }
    ir_exit_link(s->tcg, pc, ccmask);
    s->base.is_jmp = DISAS_END;
}

/* Under TF a jump is a step of its own. */
static uint64_t exit_target(const DisasContext *s, uint64_t pc)
{
    return s->hflags & HF_ONE_SHOT ? pc : x86_behind_jumps(s, pc);
}

void x86_goto(DisasContext *s, uint64_t pc)
{
    x86_stack_settle(s);
    pc = exit_target(s, pc);
    s->nexits++;
    exit_to(s, pc, x86_flags_live_at(s, pc));
}

void x86_goto_next_unit(DisasContext *s, uint64_t pc)
{
    x86_stack_settle(s);
    if (!s->behind_sti) {
        x86_goto(s, pc);
        return;
    }
    if (s->hflags & HF_ONE_SHOT) { /* before the shadow, which it would end */
        X86_CALL(s, insn_done, IR_NONE, x86_pc(s, pc), starts_with_tf(s),
                 x86_const(s, 0));
    }
    X86_CALL(s, inhibit_irq, IR_NONE);
    ir_exit_ind(s->tcg, x86_pc(s, pc));
    s->base.is_jmp = DISAS_END;
}

void x86_goto_next_mode(DisasContext *s)
{
    x86_goto_ind(s, x86_pc(s, s->next));
}

void x86_exit_next(DisasContext *s, int64_t reason)
{
    ir_st_env(s->tcg, IR_I64, x86_pc(s, s->next), offsetof(CPUX86State, rip));
    ir_exit_tb(s->tcg, reason);
    s->base.is_jmp = DISAS_END;
}

/*
 * In 64-bit code a target that is only known when the unit runs is not tested here: that
 * a branch has led astray is seen when no code is found, and x86_check_branch() takes it
 * back. That is too late for an instruction that has to finish in its own unit.
 */
bool x86_must_check_pc(const DisasContext *s, uint64_t pc)
{
    if (s->code64) {
        return !x86_is_canonical(pc);
    }
    /* a limit below 64 KiB is not seen in real mode */
    return s->hflags & HF_LIMITS && (x86_protected(s) || pc > 0xffff);
}

bool x86_must_check_target(const DisasContext *s, IRRef pc)
{
    if (ir_is_const(s->tcg, pc)) {
        return x86_must_check_pc(s, ir_t(s->tcg, pc)->val);
    }
    return s->code64 ? (s->hflags & HF_ONE_SHOT) != 0 : (s->hflags & HF_LIMITS) != 0;
}

void x86_check_target(DisasContext *s, IRRef pc)
{
    if (!x86_must_check_target(s, pc)) {
        return;
    }
    if (s->code64) {
        IRRef want = x86_op2(s, OP_shl, IR_I64, pc, x86_const(s, 16));

        want = x86_op2(s, OP_sar, IR_I64, want, x86_const(s, 16));
        x86_raise_if(s, EXCP_GP, IR_I64, COND_NE, pc, want);
        return;
    }

    IRRef limit = x86_ld_env(s, IR_I32, offsetof(CPUX86State, seg[R_CS].limit));
    x86_raise_if(s, EXCP_GP, IR_I64, COND_A, pc, limit);
}

static ColdPath *new_cold(DisasContext *s, int kind)
{
    assert(s->ncold < X86_MAX_COLD);
    x86_stack_settle(s);

    ColdPath *c = &s->cold[s->ncold++];
    *c = (ColdPath){
        .kind = kind,
        .label = ir_label_new(s->tcg),
        .len = s->insn.len,
        .pc = s->pc,
        .next = s->next,
    };
    return c;
}

static ColdPath *new_cold_exit(DisasContext *s, uint64_t pc)
{
    ColdPath *c = new_cold(s, COLD_EXIT);

    pc = exit_target(s, pc);
    c->target = pc;
    s->nexits++;
    if (pc > s->pc && !TCG_OPT_OFF(s->tcg, join) && !x86_must_check_pc(s, pc)) {
        s->join = MIN(s->join, pc);
    }
    return c;
}

void x86_join(DisasContext *s)
{
    s->join = UINT64_MAX;
    for (unsigned n = 0; n < s->ncold; n++) {
        ColdPath *c = &s->cold[n];

        if (c->kind != COLD_EXIT || c->apart || c->target < s->pc) {
            continue;
        }
        if (c->target > s->pc) {
            s->join = MIN(s->join, c->target);
            continue;
        }
        ir_label(s->tcg, c->label);
        c->kind = COLD_NONE;
        s->nexits--;
    }
}

void x86_goto_if_cc(DisasContext *s, Cond c, uint64_t pc)
{
    ir_brcc(s->tcg, c, new_cold_exit(s, pc)->label);
}

void x86_goto_if(DisasContext *s, IRType t, Cond c, IRRef a, IRRef b, uint64_t pc)
{
    ir_brcond(s->tcg, t, c, a, b, new_cold_exit(s, pc)->label);
}

void x86_leave_if(DisasContext *s, IRType t, Cond c, IRRef a, IRRef b, uint64_t pc)
{
    uint64_t join = s->join;
    ColdPath *p = new_cold_exit(s, pc);

    p->apart = true;
    s->join = join;
    ir_brcond(s->tcg, t, c, a, b, p->label);
}

void x86_jcc_if_above(DisasContext *s, IRRef a, IRRef b, Cond jcc, uint64_t target)
{
    ColdPath *p = new_cold(s, COLD_JCC);

    p->cond = jcc;
    p->target = exit_target(s, target);
    p->next = exit_target(s, s->next);
    s->nexits += 2;
    ir_brcond(s->tcg, IR_I64, COND_A, a, b, p->label);
}

bool x86_has_exit(const DisasContext *s)
{
    return s->nexits < 5;
}

bool x86_may_go_on(const DisasContext *s, uint64_t taken)
{
    /* A branch back is mostly taken: what is behind it is cold. */
    return !TCG_OPT_OFF(s->tcg, trace) && taken > s->pc && x86_has_exit(s) &&
           s->base.num_insns < 40 && !(s->hflags & HF_ONE_SHOT);
}

void x86_gen_raise(DisasContext *s, int vector)
{
    X86_CALL(s, raise, IR_NONE, x86_const(s, vector));
    ir_exit_tb(s->tcg, 0); /* never reached */
    s->base.is_jmp = DISAS_END;
}

void x86_raise_if(DisasContext *s, int vector, IRType t, Cond c, IRRef a, IRRef b)
{
    ColdPath *p = new_cold(s, COLD_RAISE);

    p->vector = vector;
    ir_brcond(s->tcg, t, c, a, b, p->label);
}

void x86_call_if(DisasContext *s, IRType t, Cond c, IRRef a, IRRef b, const HelperInfo *h,
                 const IRRef *args, bool retry)
{
    ColdPath *p = new_cold(s, retry ? COLD_CALL_RETRY : COLD_CALL_NEXT);

    p->call = h;
    for (unsigned n = 0; h && n < h->nargs; n++) {
        p->args[n] = args[n];
    }
    ir_brcond(s->tcg, t, c, a, b, p->label);
}

static void emit_jcc(DisasContext *s, const ColdPath *c)
{
    unsigned taken = ir_label_new(s->tcg);

    ir_brcc(s->tcg, (Cond)c->cond, taken);
    exit_to(s, c->next, x86_flags_live_at(s, c->next));
    ir_label(s->tcg, taken);
    exit_to(s, c->target, x86_flags_live_at(s, c->target));
}

static void emit_cold(DisasContext *s, const ColdPath *c)
{
    s->pc = c->pc;
    s->next = c->next;
    if (c->kind == COLD_NONE) {
        return;
    }
    ir_label(s->tcg, c->label);
    if (c->kind == COLD_EXIT) {
        if (unlikely(x86_must_check_pc(s, c->target))) {
            s->insn.len = c->len;
            ir_insn_start(s->tcg, c->pc);
            x86_check_target(s, x86_const(s, c->target));
        }
        exit_to(s, c->target, x86_flags_live_at(s, c->target));
        return;
    }
    if (c->kind == COLD_JCC) {
        emit_jcc(s, c);
        return;
    }
    ir_insn_start(s->tcg, c->pc);
    if (c->kind == COLD_RAISE) {
        x86_gen_raise(s, c->vector);
        return;
    }
    if (c->call) {
        ir_call(s->tcg, c->call, IR_NONE, c->args);
    }
    if (c->kind == COLD_CALL_RETRY) {
        ir_exit_ind(s->tcg, x86_pc(s, c->pc));
    } else {
        x86_goto_ind(s, x86_pc(s, c->next));
    }
}

/* The list may grow on the way. */
void x86_emit_cold(DisasContext *s)
{
    for (unsigned n = 0; n < s->ncold; n++) {
        emit_cold(s, &s->cold[n]);
    }
}
