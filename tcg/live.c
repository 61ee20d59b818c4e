/* Liveness of temps, globals and flags in one backward pass; dead ops and copies go on
 * the way. */
/* SPDX-License-Identifier: MIT */
/*
 * What is live after the op being looked at:
 *   live[r]  1 if ref r is read again before it is written (constants: always 1). All
 *            globals are live at exits and wherever an exception may show them.
 *   cc       which flags somebody reads; fault: which flags only an exception would show.
 * `stack` lists what became live since the last BB_END op, so that a label can keep the
 * temps for the branch that leads to it, and a BB_END op can drop them. Branches are
 * forward, so the state at a label is known before its branches are met, and one pass is
 * enough.
 *
 * Coalescing: at `mov G,t`, t's last use, the place is kept in pending[t]. When t's only
 * definition is reached and nothing in between has touched G (touched[G]) or could leave,
 * fault or meet another path (barrier), the definition writes G and the mov goes.
 *
 * This is on the path of every translation: operands are counted in branch-free steps,
 * and what is rare is in functions of its own.
 */
#include "tcg/passes.h"
#include "tcg/tcg.h"
#include "util/bitops.h"

typedef struct LabelState {
    uint64_t *globals; /* live[] of the globals, then zeros to a multiple of eight */
    uint16_t cc, fault;
    unsigned ntemps;
    IRRef *temps;
} LabelState;

typedef struct Live {
    TCGContext *s;
    uint8_t *live;
    uint16_t *pending; /* by ref: op of a mov of it to a global, NO_OP: none */
    IRRef *stack;
    unsigned nstack, nglobals;
    LabelState *labels;
    uint16_t cc, fault;
    bool all_live; /* all globals are, for certain */
    bool dce, coalesce;
    uint16_t barrier;
    uint16_t touched[IR_MAX_GLOBALS]; /* valid for the global of a pending mov */
} Live;

#define NO_OP UINT16_MAX

static void globals_all_live(Live *l)
{
    if (!l->all_live) {
        memset(l->live, 1, l->nglobals);
        l->all_live = true;
    }
}

static void make_live(Live *l, IRRef r)
{
    l->stack[l->nstack] = r;
    l->nstack += !l->live[r];
    l->live[r] = 1;
}

/* ---- control flow ---- */

static void live_label(Live *l, const IROp *op)
{
    LabelState *to = &l->labels[op->label];
    to->cc = l->cc;
    to->fault = l->fault;
    to->globals = arena_alloc(&l->s->arena, ROUND_UP(l->nglobals, 8));
    to->globals[(l->nglobals - 1) / 8] = 0;
    memcpy(to->globals, l->live, l->nglobals);
    to->temps = arena_alloc(&l->s->arena, l->nstack * sizeof(IRRef));
    to->ntemps = 0;
    for (unsigned i = 0; i < l->nstack; i++) {
        IRRef r = l->stack[i];
        if (r >= l->nglobals && l->live[r]) {
            to->temps[to->ntemps++] = r;
        }
    }
}

static void live_branch(Live *l, const IROp *op)
{
    const LabelState *to = &l->labels[op->label];
    for (unsigned i = 0; i < l->nglobals; i += 8) {
        stq_he_p(l->live + i, ldq_he_p(l->live + i) | to->globals[i / 8]);
    }
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
        l->live[l->stack[i]] = 0;
    }
    l->nstack = 0;
    l->fault = 0;
    l->all_live = false;
    if (op->code == OP_br) {
        memset(l->live, 0, l->nglobals);
        l->cc = 0;
    } else {
        globals_all_live(l);
        l->cc = op->code == OP_exit_link ? op->ccmask : CC_ALL;
    }
}

static void live_control(Live *l, const IROp *op, unsigned flags, unsigned i)
{
    l->barrier = i;
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

/* At `mov G,t`: t's definition may write G, if this is the only use of t. */
static void coalesce_note(Live *l, const IROp *op, unsigned i)
{
    const IRTemp *t = &l->s->temps[op->in[0]];
    if (op->out[0] < l->nglobals && t->kind == TEMP_SSA && t->uses == 0) {
        l->pending[op->in[0]] = i;
    }
}

/* At the definition of temp out[k] that has a mov pending. */
static void coalesce_try(Live *l, IROp *op, unsigned k)
{
    IRTemp *t = &l->s->temps[op->out[k]];
    unsigned at = l->pending[op->out[k]];
    IROp *mov = &l->s->ops[at];
    if (at >= l->barrier || t->uses != 1 || l->touched[mov->out[0]] != at ||
        mov->out[0] == op->out[1 - k] || !can_write(op, mov->type)) {
        return;
    }
    op->out[k] = mov->out[0];
    op->vzero = mov->vzero;
    l->live[op->out[k]] = 1;
    t->uses = 0;
    mov->code = OP_nop;
    mov->dead = 0;
}

/* ---- one op ---- */

static bool op_is_pure(const IROp *op)
{
    OpInfo info = op_info[op->code];
    if (info.class == CLASS_VEC && vec_info[op->vec].flags & VECF_FP) {
        return false; /* MXCSR */
    }
    if (info.flags & OPF_PURE) {
        return true;
    }
    switch (op->code) {
    case OP_putcc:
    case OP_vcmpcc:
        return true;
    case OP_ld:
        return op->memop & MO_HOST;
    case OP_call: {
        const HelperInfo *h = ir_helper(op);
        return (h->flags & HELPER_PURE) && !(h->flags & HELPER_FAULT) && !h->writes;
    }
    default:
        return false;
    }
}

/* Does the pending move of output k. True if the output is live. */
static bool live_result(Live *l, IROp *op, unsigned k)
{
    if (op->out[k] == IR_NONE) {
        return false;
    }
    if (l->pending[op->out[k]] != NO_OP) {
        coalesce_try(l, op, k);
    }
    return l->live[op->out[k]];
}

/* The same of all: two at the most, and mostly one or none. */
static bool live_results(Live *l, IROp *op, unsigned outs)
{
    bool live = outs && live_result(l, op, 0);
    return (unlikely(outs > 1) && live_result(l, op, 1)) || live;
}

/* Nothing is left of what was in global r. */
static bool writes_all(const Live *l, const IROp *op, IRRef r)
{
    IRType t = ir_out_type(op);
    bool half = t == IR_V128 && !op->vzero && l->s->temps[r].type == IR_V256;
    return t >= IR_I32 && !half;
}

/* Output r is written here: above, what is read is something else, unless it was a part
 * of a global. */
static void live_out(Live *l, const IROp *op, IRRef r, unsigned i)
{
    if (r >= l->nglobals) {
        if (r != IR_NONE) {
            l->live[r] = 0;
        }
        return;
    }
    l->touched[r] = i;
    if (writes_all(l, op, r)) {
        l->live[r] = 0;
        l->all_live = false;
    }
}

/* What a call reads, and shows when it raises an exception. */
static void live_call(Live *l, const IROp *op, unsigned i)
{
    const HelperInfo *h = ir_helper(op);
    unsigned reads = ir_helper_reads(h);
    if (reads & (HS_GPR | HS_VEC)) {
        l->barrier = i;
        for (unsigned g = 0; g < l->nglobals; g++) {
            bool vec = l->s->temps[g].type >= IR_V128;
            l->live[g] |= (reads & (vec ? HS_VEC : HS_GPR)) != 0;
        }
    }
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        l->fault = CC_ALL;
    }
    if ((h->flags & HELPER_NORETURN) && !(h->flags & HELPER_FAULT)) {
        l->cc = CC_ALL;
    }
}

static void live_fault(Live *l, unsigned i)
{
    globals_all_live(l);
    l->fault = CC_ALL;
    l->barrier = i;
}

/* `dead`, when the second and later of the same inputs have been taken for live. */
static unsigned dead_same(const IROp *op, unsigned ins, unsigned dead)
{
    for (unsigned k = 1; k < ins; k++) {
        for (unsigned j = 0; j < k; j++) {
            dead |= (op->in[k] == op->in[j] ? dead >> j & 1 : 0) << k;
        }
    }
    return dead;
}

static void live_ins(Live *l, IROp *op, unsigned ins, unsigned i)
{
    IRTemp *temps = l->s->temps;
    unsigned dead = 0;
    for (unsigned k = 0; k < ins; k++) {
        IRRef r = op->in[k];
        if (r == IR_NONE) {
            continue;
        }
        dead |= (unsigned)!l->live[r] << k;
        temps[r].uses++;
        make_live(l, r);
        if (r < l->nglobals) {
            l->touched[r] = i;
        }
    }
    op->dead = dead && ins > 1 ? dead_same(op, ins, dead) : dead;
}

/* A shift by nothing is a move: the type rules of its output are the same. */
static void shift_by_zero(IROp *op)
{
    op->code = OP_mov;
    op->setcc = false;
    op->in[1] = op->in[2] = IR_NONE;
}

/* An op with setcc: perhaps nobody reads its flags, or it has none. */
static void live_setcc(Live *l, IROp *op)
{
    if (l->dce && !((l->cc | l->fault) & ir_cc_writes(op))) {
        op->setcc = false;
    } else if (ir_count_is_zero(l->s, op)) {
        shift_by_zero(op);
    }
}

/* What the op does to the flags, and who sees state there. */
static void live_state(Live *l, const IROp *op, unsigned i)
{
    uint32_t kills = ir_cc_kills(l->s, op);
    l->cc &= ~kills;
    l->fault &= ~kills;
    if (ir_op_faults(op)) {
        live_fault(l, i);
    }
    if (op->code == OP_call) {
        live_call(l, op, i);
    }
    l->cc |= ir_cc_reads(op);
}

static inline void live_op(Live *l, IROp *op, unsigned i)
{
    OpInfo info = op_info[op->code];
    if (info.flags & OPF_CONTROL) {
        live_control(l, op, info.flags, i);
    }
    bool any_live = live_results(l, op, info.outs);
    if (op->setcc) {
        live_setcc(l, op);
        info = op_info[op->code];
    }
    bool leads_on = info.flags & (OPF_BB_END | OPF_BRANCH);
    if (!any_live && !op->setcc && !leads_on && l->dce && op_is_pure(op)) {
        op->code = OP_nop;
        return;
    }
    if (op->code != OP_exit_link) {
        op->ccmask = l->cc;
        op->ccfault = l->fault & ~l->cc;
    }
    if ((op->code == OP_mov || op->code == OP_vmov) && l->coalesce) {
        coalesce_note(l, op, i);
    }
    for (unsigned k = 0; k < info.outs; k++) {
        live_out(l, op, op->out[k], i);
    }
    if (op->setcc || info.flags & OPF_CC) {
        live_state(l, op, i);
    }
    live_ins(l, op, info.ins, i);
}

static void live_init(Live *l, TCGContext *s)
{
    l->s = s;
    l->nglobals = s->nglobals;
    l->nstack = 0;
    l->cc = l->fault = 0;
    l->all_live = false;
    l->barrier = s->nops;
    l->dce = !TCG_OPT_OFF(s, dce);
    l->coalesce = !TCG_OPT_OFF(s, coalesce);
    l->live = arena_alloc(&s->arena, s->ntemps + sizeof(uint64_t));
    l->pending = arena_alloc(&s->arena, s->ntemps * sizeof(uint16_t));
    l->stack =
        arena_alloc(&s->arena, (IR_MAX_INS * s->nops + s->ntemps + 1) * sizeof(IRRef));
    l->labels = arena_alloc(&s->arena, s->nlabels * sizeof(LabelState));
    memset(l->pending, 0xff, s->ntemps * sizeof(uint16_t));
    memset(l->live, 0, l->nglobals);
    for (unsigned i = l->nglobals, n = s->ntemps; i < n; i++) {
        l->live[i] = s->temps[i].kind == TEMP_CONST;
    }
}

void live_run(TCGContext *s)
{
    Live l;
    live_init(&l, s);
    unsigned i = s->nops;
    for (IROp *op = s->ops + i; i-- > 0;) {
        op--;
        if (op->code > OP_insn_start) {
            live_op(&l, op, i);
        }
    }
}
static_assert(OP_nop == 0 && OP_insn_start == 1, "these two say nothing to liveness");

/* ---- flags alone ---- */

/* Flags that somebody may see before the op, given those that somebody may see after it.
 */
static uint32_t flags_before(const TCGContext *s, IROp *op, uint32_t seen,
                             const uint16_t *labels)
{
    const OpInfo *info = &op_info[op->code];
    if (info->flags & OPF_BB_END) {
        seen = op->code == OP_exit_link ? op->ccmask : op->code == OP_br ? 0 : CC_ALL;
    }
    if (info->flags & OPF_BRANCH) {
        seen |= labels[op->label];
    }
    if (op->setcc || op->code == OP_call) {
        if (op->setcc && !(seen & ir_cc_writes(op))) {
            op->setcc = false;
            if (op->out[0] == IR_NONE && op_is_pure(op)) {
                op->code = OP_nop;
                return seen;
            }
        }
        seen &= ~ir_cc_kills(s, op);
        if (op->code == OP_call &&
            (ir_helper(op)->flags & (HELPER_FAULT | HELPER_NORETURN))) {
            return CC_ALL;
        }
    }
    if (ir_op_faults(op)) {
        return CC_ALL;
    }
    return info->ccr || op->code == OP_call ? seen | ir_cc_reads(op) : seen;
}

void live_flags(TCGContext *s)
{
    uint16_t *labels = arena_alloc(&s->arena, s->nlabels * sizeof(uint16_t));
    uint32_t seen = 0;
    IROp *first = s->ops;
    for (IROp *op = first + s->nops; op-- > first;) {
        if (!op->setcc && !(op_info[op->code].flags & OPF_CC)) {
            continue;
        }
        if (op->code == OP_label) {
            labels[op->label] = seen;
        } else {
            seen = flags_before(s, op, seen, labels);
        }
    }
}
