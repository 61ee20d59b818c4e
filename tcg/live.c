/* Liveness of temps, globals and flags in one backward pass; dead ops and copies go on
 * the way. */
/* SPDX-License-Identifier: MIT */
/*
 * What is live after the op being looked at:
 *   temps    tlive[t] == path. A path is a stretch of ops up to a BB_END op; `path`
 * changes at each, which drops all temps at once. `stack` lists those made live on this
 *            path, so that a label can keep the set for the branch that leads to it.
 *   globals  a bit set. All are live at exits and wherever an exception may show them.
 *   cc       which flags somebody reads; fault: which flags only an exception would show.
 * Branches are forward, so the state at a label is known before its branches are met, and
 * one pass is enough.
 *
 * Coalescing: at `mov G,t`, t's last use, the place is kept in pending[t]. When t's only
 * definition is reached and nothing in between has touched G (touched[G]) or could leave,
 * fault or meet another path (barrier), the definition writes G and the mov goes.
 */
#include "tcg/passes.h"
#include "tcg/tcg.h"

typedef struct GlobalSet {
    uint64_t w[IR_MAX_GLOBALS / 64];
} GlobalSet;

typedef struct LabelState {
    GlobalSet globals;
    uint16_t cc, fault;
    unsigned ntemps;
    IRRef *temps;
} LabelState;

typedef struct Live {
    TCGContext *s;
    uint16_t *tlive;
    uint16_t path;
    IRRef *stack;
    unsigned nstack;
    LabelState *labels;
    GlobalSet globals, all, ints, vecs;
    uint16_t cc, fault;
    bool dce, coalesce;
    uint16_t *pending; /* by temp: op of a mov to a global, NO_OP: none */
    uint16_t touched[IR_MAX_GLOBALS];
    uint16_t barrier;
} Live;

#define NO_OP UINT16_MAX

/* ---- sets ---- */

static bool global_is_live(const Live *l, IRRef r)
{
    return l->globals.w[r / 64] >> (r % 64) & 1;
}

static void global_add(GlobalSet *g, IRRef r)
{
    g->w[r / 64] |= UINT64_C(1) << (r % 64);
}

static void global_remove(GlobalSet *g, IRRef r)
{
    g->w[r / 64] &= ~(UINT64_C(1) << (r % 64));
}

static void globals_union(GlobalSet *to, const GlobalSet *from)
{
    for (unsigned i = 0; i < ARRAY_SIZE(to->w); i++) {
        to->w[i] |= from->w[i];
    }
}

static bool ref_is_live(const Live *l, IRRef r)
{
    return ir_is_global(l->s, r) ? global_is_live(l, r) : l->tlive[r] == l->path;
}

static void temp_make_live(Live *l, IRRef r)
{
    if (l->tlive[r] != l->path) {
        l->tlive[r] = l->path;
        l->stack[l->nstack++] = r;
    }
}

/* ---- control flow ---- */

static void live_label(Live *l, const IROp *op)
{
    LabelState *to = &l->labels[op->label];
    unsigned n = 0;
    to->globals = l->globals;
    to->cc = l->cc;
    to->fault = l->fault;
    to->temps = arena_alloc(&l->s->arena, l->nstack * sizeof(IRRef));
    for (unsigned i = 0; i < l->nstack; i++) {
        if (l->tlive[l->stack[i]] == l->path) {
            to->temps[n++] = l->stack[i];
        }
    }
    to->ntemps = n;
}

static void live_branch(Live *l, const IROp *op)
{
    const LabelState *to = &l->labels[op->label];
    globals_union(&l->globals, &to->globals);
    l->cc |= to->cc;
    l->fault |= to->fault;
    for (unsigned i = 0; i < to->ntemps; i++) {
        temp_make_live(l, to->temps[i]);
    }
}

/* What is live where control does not go on to the next op: nothing for br, all for
 * exits. */
static void live_end(Live *l, const IROp *op)
{
    l->path++;
    l->nstack = 0;
    l->fault = 0;
    if (op->code == OP_br) {
        l->globals = (GlobalSet){0};
        l->cc = 0;
    } else {
        l->globals = l->all;
        l->cc = op->code == OP_exit_link ? op->ccmask : CC_ALL;
    }
}

/* ---- coalescing ---- */

/* A definition of type `def` can write the global of a mov of type `mov` itself. */
static bool same_write(IRType def, IRType mov)
{
    return def == mov || (def == IR_I32 && mov == IR_I64);
}

/* Remembers `mov G,t`, or that op i touches globals or is something a write may not move
 * across. */
static void coalesce_note(Live *l, IROp *op, unsigned i)
{
    const TCGContext *s = l->s;
    const OpInfo *info = &op_info[op->code];
    IRRef in = op->in[0], out = op->out[0];
    if ((op->code == OP_mov || op->code == OP_vmov) && ir_is_global(s, out) &&
        s->temps[in].kind == TEMP_SSA && s->temps[in].uses == 0) {
        l->pending[in] = i;
    }
    if ((info->flags & (OPF_FAULT | OPF_BB_END | OPF_BRANCH)) || op->code == OP_label ||
        (op->code == OP_call && (ir_helper_reads(ir_helper(op)) & (HS_GPR | HS_VEC)))) {
        l->barrier = i;
    }
    for (unsigned k = 0; k < info->outs; k++) {
        if (ir_is_global(s, op->out[k])) {
            l->touched[op->out[k]] = i;
        }
    }
    for (unsigned k = 0; k < info->ins; k++) {
        if (ir_is_global(s, op->in[k])) {
            l->touched[op->in[k]] = i;
        }
    }
}

static void coalesce_try(Live *l, IROp *op, unsigned k)
{
    IRTemp *t = &l->s->temps[op->out[k]];
    unsigned at = l->pending[op->out[k]];
    IROp *mov = &l->s->ops[at];
    if (at >= l->barrier || t->uses != 1 || l->touched[mov->out[0]] != at ||
        mov->out[0] == op->out[1 - k] || !same_write(ir_out_type(op), mov->type)) {
        return;
    }
    op->out[k] = mov->out[0];
    global_add(&l->globals, op->out[k]);
    t->uses = 0;
    mov->code = OP_nop;
    mov->dead = 0;
}

static void coalesce_outs(Live *l, IROp *op, unsigned outs)
{
    for (unsigned k = 0; k < outs; k++) {
        IRRef r = op->out[k];
        if (r != IR_NONE && !ir_is_global(l->s, r) && l->pending[r] != NO_OP) {
            coalesce_try(l, op, k);
        }
    }
}

/* ---- one op ---- */

static bool op_is_pure(const IROp *op)
{
    if (op->code == OP_call) {
        const HelperInfo *h = ir_helper(op);
        return (h->flags & HELPER_PURE) && !(h->flags & HELPER_FAULT) && !h->writes;
    }
    return op_info[op->code].flags & OPF_PURE || op->code == OP_putcc ||
           op->code == OP_vcmpcc || op->code == OP_bt;
}

/* Clears setcc when nobody can see the flags. True if nothing else of the op is of use.
 */
static bool live_prune(Live *l, IROp *op, unsigned outs)
{
    if (op->setcc && !((l->cc | l->fault) & ir_cc_writes(op))) {
        op->setcc = false;
    }
    if (op->setcc || !op_is_pure(op)) {
        return false;
    }
    for (unsigned k = 0; k < outs; k++) {
        if (op->out[k] != IR_NONE && ref_is_live(l, op->out[k])) {
            return false;
        }
    }
    return true;
}

static void live_outs(Live *l, const IROp *op, unsigned outs)
{
    for (unsigned k = 0; k < outs; k++) {
        IRRef r = op->out[k];
        if (r == IR_NONE) {
            continue;
        }
        if (!ir_is_global(l->s, r)) {
            l->tlive[r] = 0;
        } else if (ir_out_type(op) >= IR_I32) {
            global_remove(&l->globals, r);
        }
    }
}

/* An op that may raise an exception, or a call: what of the guest's state it shows or
 * reads. */
static void live_state(Live *l, const IROp *op)
{
    if (op->code != OP_call) {
        globals_union(&l->globals, &l->all);
        l->fault = CC_ALL;
        return;
    }
    const HelperInfo *h = ir_helper(op);
    unsigned reads = ir_helper_reads(h);
    if (reads & HS_GPR) {
        globals_union(&l->globals, &l->ints);
    }
    if (reads & HS_VEC) {
        globals_union(&l->globals, &l->vecs);
    }
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        l->fault = CC_ALL;
    }
    if ((h->flags & HELPER_NORETURN) && !(h->flags & HELPER_FAULT)) {
        l->cc = CC_ALL;
    }
}

static void live_ins(Live *l, IROp *op, unsigned ins)
{
    IRTemp *temps = l->s->temps;
    unsigned dead = 0;
    for (unsigned k = 0; k < ins; k++) {
        IRRef r = op->in[k];
        if (r != IR_NONE && temps[r].kind != TEMP_CONST && !ref_is_live(l, r)) {
            dead |= 1u << k;
        }
    }
    op->dead = dead;
    for (unsigned k = 0; k < ins; k++) {
        IRRef r = op->in[k];
        if (r == IR_NONE) {
            continue;
        }
        temps[r].uses++;
        if (ir_is_global(l->s, r)) {
            global_add(&l->globals, r);
        } else if (temps[r].kind == TEMP_SSA) {
            temp_make_live(l, r);
        }
    }
}

/* A shift by nothing is a move: the type rules of its output are the same. */
static void shift_by_zero(IROp *op)
{
    op->code = OP_mov;
    op->setcc = false;
    op->in[1] = op->in[2] = IR_NONE;
}

static void live_op(Live *l, IROp *op, unsigned i)
{
    const OpInfo *info = &op_info[op->code];
    if (info->flags & OPF_BB_END) {
        live_end(l, op);
    }
    if (info->flags & OPF_BRANCH) {
        live_branch(l, op);
    }
    if (op->code == OP_label) {
        live_label(l, op);
    }
    if (l->coalesce) {
        coalesce_outs(l, op, info->outs);
    }
    if ((info->ccw & OPCC_VAR) && ir_count_is_zero(l->s, op)) {
        shift_by_zero(op);
        info = &op_info[op->code];
    }
    if (l->dce && live_prune(l, op, info->outs)) {
        op->code = OP_nop;
        return;
    }
    if (l->coalesce) {
        coalesce_note(l, op, i);
    }
    if (op->code != OP_exit_link) {
        op->ccmask = l->cc;
        op->ccfault = l->fault & ~l->cc;
    }
    live_outs(l, op, info->outs);
    bool is_call = op->code == OP_call;
    if (op->setcc || is_call) {
        uint32_t kills = ir_cc_kills(l->s, op);
        l->cc &= ~kills;
        l->fault &= ~kills;
    }
    if (is_call || (info->flags & OPF_FAULT)) {
        live_state(l, op);
    }
    if (info->ccr || is_call) {
        l->cc |= ir_cc_reads(op);
    }
    live_ins(l, op, info->ins);
}

static void live_init(Live *l, TCGContext *s)
{
    *l = (Live){
        .s = s,
        .path = 1,
        .barrier = s->nops,
        .dce = !TCG_OPT_OFF(s, dce),
        .coalesce = !TCG_OPT_OFF(s, coalesce),
    };
    size_t n = s->ntemps * sizeof(uint16_t);
    l->tlive = arena_alloc(&s->arena, n);
    l->pending = arena_alloc(&s->arena, n);
    l->stack = arena_alloc(&s->arena, n);
    l->labels = arena_alloc(&s->arena, s->nlabels * sizeof(LabelState));
    memset(l->tlive, 0, n);
    memset(l->pending, 0xff, n);
    for (unsigned i = 0; i < s->ntemps; i++) {
        s->temps[i].uses = 0;
    }
    for (unsigned i = 0; i < s->nglobals; i++) {
        global_add(&l->all, i);
        global_add(s->temps[i].type >= IR_V128 ? &l->vecs : &l->ints, i);
    }
}

void live_run(TCGContext *s)
{
    Live l;
    live_init(&l, s);
    for (unsigned i = s->nops; i-- > 0;) {
        if (s->ops[i].code != OP_nop) {
            live_op(&l, &s->ops[i], i);
        }
    }
}

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
            if (op->out[0] == IR_NONE) {
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
    if (info->flags & OPF_FAULT) {
        return CC_ALL;
    }
    return info->ccr || op->code == OP_call ? seen | ir_cc_reads(op) : seen;
}

void live_flags(TCGContext *s)
{
    uint16_t *labels = arena_alloc(&s->arena, s->nlabels * sizeof(uint16_t));
    uint32_t seen = 0;
    for (unsigned i = s->nops; i-- > 0;) {
        IROp *op = &s->ops[i];
        if (op->code == OP_label) {
            labels[op->label] = seen;
        } else if (op->code != OP_nop) {
            seen = flags_before(s, op, seen, labels);
        }
    }
}
