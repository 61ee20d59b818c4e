/* Liveness of temps, globals and flags in one backward pass; dead ops and copies go on
 * the way. */
/* SPDX-License-Identifier: MIT */
/*
 * What is live after the op being looked at:
 *   live   bits of the globals that are read again before they are written: all, at exits
 *          and wherever an exception may show them. Of a temp it is IRTemp.live
 *          (constants: always).
 *   cc     which flags somebody reads; fault: which flags only an exception would show.
 * The back end is told what leads to each label, how many ops may fault, and whether the
 * unit leads to itself.
 * `stack` lists the temps that became live since the last BB_END op, so that a label can
 * keep them for the branch that leads to it, and a BB_END op can drop them. Branches are
 * forward, so the state at a label is known before its branches are met, and one pass is
 * enough.
 *
 * Coalescing: at `mov G,t`, t's last use, G becomes `movable`, and the place is kept in
 * mov_at[G]. When t's only definition is reached and G is so still, since nothing in
 * between has touched it or could leave, fault or meet another path, the definition
 * writes G and the mov goes.
 *
 * This is on the path of every translation: what is rare is in functions of its own.
 */
#include "tcg/passes.h"
#include "tcg/tcg.h"
#include "util/bitops.h"

typedef struct LabelState {
    uint64_t live;
    uint16_t cc, fault;
    unsigned ntemps;
    IRRef *temps;
} LabelState;

typedef struct Live {
    TCGContext *s;
    IRTemp *temps;
    uint64_t live, movable, all; /* globals */
    uint32_t cc, fault;
    unsigned nglobals, nstack;
    IRRef *stack;
    LabelState *labels;
    bool dce, coalesce;
    uint16_t mov_at[IR_MAX_GLOBALS];
} Live;
static_assert(IR_MAX_GLOBALS < 64, "a set of globals is a word");

static void make_live(Live *l, IRRef r)
{
    l->stack[l->nstack] = r;
    l->nstack += !l->temps[r].live;
    l->temps[r].live = true;
}

/* ---- control flow ---- */

/* Control comes to the op from the one before. */
static bool is_fallen_into(const Live *l, const IROp *op)
{
    while (op > l->s->ops) {
        op--;
        if (op->code != OP_nop) {
            return !(op_info[op->code].flags & OPF_BB_END);
        }
    }
    return true;
}

static void live_label(Live *l, const IROp *op)
{
    LabelState *to = &l->labels[op->label];
    l->s->labels[op->label] = (IRLabel){is_fallen_into(l, op), op - l->s->ops};
    to->live = l->live;
    to->cc = l->cc;
    to->fault = l->fault;
    to->temps = arena_alloc(&l->s->arena, l->nstack * sizeof(IRRef));
    to->ntemps = 0;
    for (unsigned i = 0; i < l->nstack; i++) {
        if (l->temps[l->stack[i]].live) {
            to->temps[to->ntemps++] = l->stack[i];
        }
    }
}

static void live_branch(Live *l, const IROp *op)
{
    const LabelState *to = &l->labels[op->label];
    l->s->labels[op->label].preds++;
    l->live |= to->live;
    l->cc |= to->cc;
    l->fault |= to->fault;
    for (unsigned i = 0; i < to->ntemps; i++) {
        make_live(l, to->temps[i]);
    }
}

/* What is live where control does not go on to the next op: nothing for br, all for
 * exits. */
static void live_end(Live *l, const IROp *op)
{
    for (unsigned i = 0; i < l->nstack; i++) {
        l->temps[l->stack[i]].live = false;
    }
    l->nstack = 0;
    l->fault = 0;
    l->s->leads_to_itself |= op->code == OP_exit_link && (uint64_t)op->imm == l->s->pc;
    l->live = op->code == OP_br ? 0 : l->all;
    l->cc = op->code == OP_exit_link ? op->ccmask : op->code == OP_br ? 0 : CC_ALL;
}

static void live_control(Live *l, const IROp *op, unsigned flags)
{
    l->movable = 0;
    if (flags & OPF_BB_END) {
        live_end(l, op);
    }
    if (flags & OPF_BRANCH) {
        live_branch(l, op);
    }
    if (flags & OPF_LABEL) {
        live_label(l, op);
    }
}

/* ---- coalescing ---- */

/* Whether the op may compute fewer bits than it does, down to type t. */
static bool can_narrow(const IROp *op, IRType t)
{
    switch (op->code) {
    case OP_setcc:
        return true;
    case OP_lea:
    case OP_add:
    case OP_sub:
    case OP_and:
    case OP_or:
    case OP_xor:
    case OP_select:
    case OP_selcc:
        return t == IR_I32 && !op->setcc;
    default:
        return false;
    }
}

/* Whether op can write the global of a mov of type `mov` itself; it may be made narrower
 * for that. */
static bool can_write(IROp *op, IRType mov)
{
    IRType def = ir_out_type(op);
    if (def == mov || (def == IR_I32 && mov == IR_I64)) {
        return true;
    }
    if (mov > def || !can_narrow(op, mov)) {
        return false;
    }
    op->type = mov;
    return true;
}

/* At `mov G,t`, whose use of t has been counted: t's definition may write G, if it is the
 * only one. */
static void coalesce_note(Live *l, const IROp *op, unsigned i)
{
    const IRTemp *t = &l->temps[op->in[0]];
    if (op->out[0] < l->nglobals && t->kind == TEMP_SSA && t->uses == 1) {
        l->movable |= BIT64(op->out[0]);
        l->mov_at[op->out[0]] = i;
    }
}

/* At the definition of temp out[k], used once, and there are movable globals: does the
 * move to one of them, if that is the use. Returns what the op writes then. */
static IRRef coalesce_try(Live *l, IROp *op, unsigned k)
{
    for (uint64_t m = l->movable; m; m &= m - 1) {
        IRRef global = ctz64(m);
        IROp *mov = &l->s->ops[l->mov_at[global]];
        if (mov->in[0] == op->out[k] && global != op->out[1 - k] &&
            can_write(op, mov->type)) {
            l->temps[op->out[k]].uses = 0;
            l->temps[op->out[k]].live = false;
            l->live |= BIT64(global);
            op->out[k] = global;
            op->vzero = mov->vzero;
            mov->code = OP_nop;
            mov->dead = 0;
            break;
        }
    }
    return op->out[k];
}

/* ---- one op ---- */

/* It may go when nobody reads its outputs. */
static inline bool op_is_pure(const IROp *op, const OpInfo *info)
{
    if (info->flags & OPF_PURE) { /* MXCSR is an output, too */
        return info->class != CLASS_VEC || !(vec_info[op->vec].flags & VECF_FP);
    }
    if (op->code == OP_call) {
        const HelperInfo *h = ir_helper(op);
        return (h->flags & HELPER_PURE) && !(h->flags & HELPER_FAULT) && !h->writes;
    }
    return op->code == OP_ld && op->memop & MO_HOST;
}

/* Nothing is left of what was in global r. */
static bool writes_all(const Live *l, const IROp *op, IRRef r)
{
    IRType t = ir_out_type(op);
    bool half = t == IR_V128 && !op->vzero && l->temps[r].type == IR_V256;
    return t >= IR_I32 && !half;
}

/*
 * Output k, which may be missing, and its pending move. It is written here: above, what
 * is read is something else, unless it was a part of a global. True if it is live;
 * *written: what of globals is written.
 */
static inline bool live_out(Live *l, IROp *op, unsigned k, uint64_t *written)
{
    IRRef r = op->out[k];
    if (r == IR_NONE) {
        return false;
    }
    if (r >= l->nglobals && l->movable && l->temps[r].uses == 1) {
        r = coalesce_try(l, op, k);
    }
    if (r >= l->nglobals) {
        bool live = l->temps[r].live;
        l->temps[r].live = false;
        op->unread |= !l->temps[r].uses;
        return live;
    }
    uint64_t bit = BIT64(r);
    bool live = l->live & bit;
    if (writes_all(l, op, r)) {
        l->live &= ~bit;
    }
    *written |= bit;
    return live;
}

G_GNUC_NO_INLINE static bool live_second_out(Live *l, IROp *op, uint64_t *written)
{
    return live_out(l, op, 1, written);
}

/* The globals among `state` (HS_*). */
static uint64_t globals_of(const Live *l, unsigned state)
{
    uint64_t set = 0;
    for (unsigned g = 0; g < l->nglobals; g++) {
        bool vec = l->temps[g].type >= IR_V128;
        set |= state & (vec ? HS_VEC : HS_GPR) ? BIT64(g) : 0;
    }
    return set;
}

/* What a call reads, and shows when it raises an exception. */
static void live_call(Live *l, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    unsigned reads = ir_helper_reads(h);
    if (reads & (HS_GPR | HS_VEC)) {
        l->movable = 0;
        l->live |= globals_of(l, reads);
    }
    uint32_t kills = ir_cc_writes(op);
    l->cc &= ~kills;
    l->fault &= ~kills;
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        l->fault = CC_ALL;
    }
    if ((h->flags & HELPER_NORETURN) && !(h->flags & HELPER_FAULT)) {
        l->cc = CC_ALL;
    }
    l->cc |= ir_cc_reads(op);
}

static void live_fault(Live *l)
{
    l->live = l->all;
    l->fault = CC_ALL;
    l->movable = 0;
}

/* Temp in[k] is read, and not again. It may be there twice. */
static unsigned live_temp(Live *l, const IROp *op, unsigned ins, unsigned k)
{
    unsigned dead = 0;
    for (unsigned j = k; j < ins; j++) {
        dead |= (op->in[j] == op->in[k]) << j;
    }
    make_live(l, op->in[k]);
    return dead;
}

/* Returns the globals that are read. */
static uint64_t live_ins(Live *l, IROp *op, unsigned ins)
{
    uint64_t globals = 0;
    unsigned dead = 0;
    for (unsigned k = 0; k < ins; k++) {
        IRRef r = op->in[k];
        if (r < l->nglobals) {
            globals |= BIT64(r);
            dead |= (unsigned)(~l->live >> r & 1) << k;
        } else if (r == IR_NONE) {
            continue;
        } else if (!l->temps[r].live) {
            dead |= live_temp(l, op, ins, k);
        }
        l->temps[r].uses++;
    }
    l->live |= globals;
    op->dead = dead;
    return globals;
}

/* A shift by nothing is a move: the type rules of its output are the same. */
static void shift_by_zero(IROp *op)
{
    op->code = OP_mov;
    op->setcc = false;
    op->in[1] = op->in[2] = IR_NONE;
}

/* An op with setcc: perhaps nobody reads its flags, or it has none. Returns those that
 * are other ones above. */
static uint32_t live_setcc(Live *l, IROp *op)
{
    if (l->dce && !((l->cc | l->fault) & ir_cc_writes(op))) {
        op->setcc = false;
    } else if (ir_count_is_zero(l->s, op)) {
        shift_by_zero(op);
    }
    return ir_cc_kills(l->s, op);
}

/* An op marked CC: what it reads of the flags, and who sees state there. */
static void live_state(Live *l, const IROp *op, const OpInfo *info)
{
    if (info->flags & OPF_FAULT) {
        l->s->nfaults++;
        if (ir_op_faults(op)) {
            live_fault(l);
        }
    } else if (op->code == OP_call) {
        l->s->nfaults++;
        live_call(l, op);
    } else if (info->ccr) {
        l->cc |= ir_cc_reads(op);
    }
}

static inline void live_op(Live *l, IROp *op, unsigned i)
{
    const OpInfo *info = &op_info[op->code];
    uint64_t globals = 0; /* that the op writes or reads */
    if (info->flags & OPF_CONTROL) {
        live_control(l, op, info->flags);
    }
    uint32_t cc = l->cc, fault = l->fault;
    bool any_live = info->outs && live_out(l, op, 0, &globals);
    if (unlikely(info->outs > 1)) {
        any_live |= live_second_out(l, op, &globals);
    }
    if (op->setcc) {
        uint32_t kills = live_setcc(l, op);
        l->cc = cc & ~kills;
        l->fault = fault & ~kills;
        info = &op_info[op->code];
    }
    if (!any_live && !op->setcc && l->dce && op_is_pure(op, info)) {
        op->code = OP_nop;
        return;
    }
    op->ccmask = cc;
    op->ccfault = fault & ~cc;
    if (info->flags & OPF_CC) {
        live_state(l, op, info);
    }
    globals |= live_ins(l, op, info->ins);
    if (l->movable) {
        l->movable &= ~globals;
    }
    if ((op->code == OP_mov || op->code == OP_vmov) && l->coalesce) {
        coalesce_note(l, op, i);
    }
}

void live_run(TCGContext *s)
{
    Live l;
    l.s = s;
    l.temps = s->temps;
    l.nglobals = s->nglobals;
    l.live = l.movable = 0;
    l.all = BIT64(s->nglobals) - 1;
    l.cc = l.fault = 0;
    l.dce = !TCG_OPT_OFF(s, dce);
    l.coalesce = !TCG_OPT_OFF(s, coalesce);
    l.stack = arena_alloc(&s->arena, (s->ntemps + 1) * sizeof(IRRef));
    l.nstack = 0;
    l.labels = arena_alloc(&s->arena, s->nlabels * sizeof(LabelState));
    s->labels = arena_alloc(&s->arena, s->nlabels * sizeof(IRLabel));
    s->nfaults = 0;
    s->leads_to_itself = false;
    unsigned i = s->nops;
    for (IROp *op = s->ops + i; i-- > 0;) {
        op--;
        if (op->code != OP_nop) {
            live_op(&l, op, i);
        }
    }
}
