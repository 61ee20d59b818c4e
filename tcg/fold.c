/* Folds constants, identities, copies and addresses in one forward pass over a unit. */
/* SPDX-License-Identifier: MIT */
/*
 * For each op: replace inputs by what is known to equal them, move a constant to the
 * right, apply the rules of its opcode until none applies, then note what its outputs
 * are. Three laws bind every rule of fold-rules.c:
 *   1. A rule keeps the type in which the output is written, and its valid bits.
 *   2. A rule never adds an op (a constant it may).
 *   3. The set of rules is monotonic: an op only goes towards mov, nop, a smaller opcode
 *      or fewer inputs, constants only to the right, so folding ends.
 * An op with setcc is left alone by the rules: its flags are a function of its operands.
 * When the next ops show that nobody sees them, setcc is cleared first.
 *
 * What is known. A temp: that it is a copy of another ref (at types up to copy_type), how
 * many low bits it can have set (width), and the op that defined it. A global: its width,
 * and that it is a constant. Widths are found out when a rule asks. Facts about temps
 * that involve globals age: `clock` counts writes of globals, and a fact noted at time c
 * that involves global g holds while g was not written later than c. At labels and where
 * helpers may write globals all facts about globals end at once (`noted`, `base`).
 */
#include "tcg/fold-internal.h"
#include "tcg/passes.h"
#include "tcg/tcg.h"

/*
 * Drops an op that control does not reach. A label ends that, unless its branches are
 * gone too: false.
 */
static bool drop_unreachable(Fold *f, IROp *op)
{
    if (op->code == OP_label && f->branches[op->label]) {
        f->unreachable = false;
        return false;
    }
    if (op_info[op->code].flags & OPF_BRANCH) {
        f->branches[op->label]--;
    }
    op->code = OP_nop;
    op->setcc = false;
    return true;
}

/* ---- inputs ---- */

/* What input r, looked at as type t, may be replaced by. */
static IRRef better_ref(const Fold *f, IRRef r, IRType t)
{
    const Known *k = &f->known[r];
    if (ir_is_global(f->s, r)) { /* a long constant is better off in its register */
        bool known = f->constant >> r & 1;
        return known && fold_fits_int32(fold_temp(f, k->copy)->val) ? k->copy : r;
    }
    bool copy = fold_temp(f, r)->kind == TEMP_SSA && k->copy != IR_NONE &&
                t <= (IRType)k->copy_type && fold_still(f, k->copy, k->clock);
    return copy ? k->copy : r;
}

G_GNUC_NO_INLINE static void replace_inputs(Fold *f, IROp *op, unsigned ins)
{
    for (unsigned i = 0; i < ins; i++) {
        if (op->in[i] != IR_NONE) {
            op->in[i] = better_ref(f, op->in[i], ir_in_type(op, i));
        }
    }
}

/* ---- flags ---- */

/* Nobody sees the flags of the op, as the next ones up to a branch say: mostly the next
 * one. */
static bool flags_are_dead(const Fold *f, const IROp *op)
{
    const TCGContext *s = f->s;
    const IROp *end = s->ops + s->nops;
    uint32_t flags = ir_cc_writes(op);
    while (flags && ++op < end) {
        unsigned shows = op_info[op->code].flags & (OPF_FAULT | OPF_BRANCH | OPF_BB_END);
        if (op->code == OP_exit_link) {
            return !(op->ccmask & flags);
        }
        if (op->code == OP_call) {
            shows = ir_helper(op)->flags & (HELPER_FAULT | HELPER_NORETURN);
        }
        if ((shows && !(op->memop & MO_HOST)) || (ir_cc_reads(op) & flags)) {
            return false;
        }
        flags &= ~ir_cc_kills(s, op);
    }
    return true;
}

/* The rules may look at the op: it has no flags that somebody sees. */
static bool may_fold(Fold *f, IROp *op)
{
    if (op->setcc && f->dce && op->out[0] != IR_NONE && flags_are_dead(f, op)) {
        op->setcc = false;
    }
    return !op->setcc;
}

/* One rule. True if there was one. */
static bool apply_rule(Fold *f)
{
    FoldRule *rule = fold_rules[f->op->code];
    return (fold_is_const(f, 0) && fold_constants(f)) || (rule && rule(f));
}

/* ---- outputs ---- */

/* fold_width() of an input of an op that was reached at time `clock`. */
static unsigned input_width(const Fold *f, IRRef r, uint32_t clock)
{
    return fold_still(f, r, clock) ? fold_width(f, r) : 64;
}

/* Bits that the op's output can have set, apart from what the type says. */
static unsigned narrow_width(const Fold *f, const IROp *op, uint32_t clock)
{
#define WIDTH(i) input_width(f, op->in[i], clock)
    const IRRef *in = op->in;
    unsigned count;
    switch (op->code) {
    case OP_mov:
        return WIDTH(0);
    case OP_zext:
        return MIN(WIDTH(0), ir_type_bits((IRType)op->imm));
    case OP_extract:
        return op->imm >> 8;
    case OP_and:
        return MIN(WIDTH(0), WIDTH(1));
    case OP_or:
    case OP_xor:
    case OP_selcc:
        return MAX(WIDTH(0), WIDTH(1));
    case OP_shr:
        count = ir_is_const(f->s, in[1])
                    ? fold_temp(f, in[1])->val & (op->type == IR_I64 ? 63 : 31)
                    : 0;
        return MAX(WIDTH(0), count) - count;
    case OP_setcond:
    case OP_setcc:
        return 1;
    case OP_select:
        return MAX(WIDTH(2), WIDTH(3));
    case OP_getcc:
        return 12;
    case OP_ld:
        return op->memop & MO_SIGN ? 64 : 8 * memop_bytes(op->memop);
    case OP_at_xchg ... OP_at_cmpxchg:
        return 8 * memop_bytes(op->memop);
    case OP_ld_env:
        return ir_type_bits(op->type);
    default:
        return 64;
    }
#undef WIDTH
}

/* Of what op `k->def` has made of r, all bits of it. */
static unsigned width_of(const Fold *f, IRRef r, const Known *k)
{
    const IROp *op = &f->s->ops[k->def];
    IRType t = ir_out_type(op);
    if (r != op->out[0] || t > IR_I64 || ir_out_valid(op) != IR_I64) {
        return ir_is_global(f->s, r) && t == IR_I32 ? 32 : 64;
    }
    unsigned width = narrow_width(f, op, k->clock);
    return t == IR_I32 ? MIN(width, 32) : width;
}

/* Few are asked for, so it is found out then. */
unsigned fold_width(const Fold *f, IRRef r)
{
    if (r == IR_NONE || (ir_is_global(f->s, r) && !(f->noted >> r & 1))) {
        return 64;
    }
    if (fold_temp(f, r)->kind == TEMP_CONST) {
        return 64 - clz64(fold_temp(f, r)->val);
    }
    Known *k = &f->known[r];
    if (!k->width) {
        k->width = width_of(f, r, k);
    }
    return k->width;
}

static void note_temp(Fold *f, const IROp *op, IRRef r, unsigned at)
{
    bool copy = op->code == OP_mov || op->code == OP_vmov;
    f->copied |= copy;
    f->known[r] = (Known){
        .copy = copy ? op->in[0] : IR_NONE,
        .copy_type = copy ? ir_out_type(op) : 0,
        .def = at,
        .clock = f->clock,
    };
}

/* What is written of it in part keeps the other bits. */
static void note_global(Fold *f, const IROp *op, IRRef r, unsigned at)
{
    IRType t = ir_out_type(op);
    bool part = t < IR_I32;
    unsigned width = part ? MAX(fold_width(f, r), ir_type_bits(t)) : 0;
    f->known[r] = (Known){.copy = IR_NONE, .def = at, .width = width, .clock = f->clock};
    f->written[r] = ++f->clock;
    f->noted |= BIT64(r);
    f->constant &= ~BIT64(r);
    if (op->code == OP_mov && op->type >= IR_I32 && ir_is_const(f->s, op->in[0])) {
        IRRef k = fold_constant(f, fold_value(f, op->in[0], op->type));
        f->known[r].copy = k;
        f->constant |= k != IR_NONE ? BIT64(r) : 0;
    }
}

static inline void note_output(Fold *f, const IROp *op, unsigned k, unsigned at)
{
    IRRef r = op->out[k];
    if (ir_is_global(f->s, r)) {
        note_global(f, op, r, at);
    } else if (r != IR_NONE) {
        note_temp(f, op, r, at);
    }
}

G_GNUC_NO_INLINE static void note_second_output(Fold *f, const IROp *op, unsigned at)
{
    note_output(f, op, 1, at);
}

static void note_control(Fold *f, const IROp *op, const OpInfo *info)
{
    if (info->flags & OPF_LABEL ||
        (op->code == OP_call && (ir_helper(op)->writes & (HS_GPR | HS_VEC)))) {
        f->base = ++f->clock; /* nothing that was known of globals holds any more */
        f->noted = f->constant = 0;
    }
    f->unreachable |= f->branches && (info->flags & OPF_BB_END);
}

static inline void fold_op(Fold *f, IROp *op, unsigned at)
{
    const OpInfo *info = &op_info[op->code];
    f->op = op;
    if (f->copied || f->constant) {
        replace_inputs(f, op, info->ins);
    }
    bool constant = fold_is_const(f, 0);
    if (constant && (info->flags & OPF_COMM) && !fold_is_const(f, 1)) {
        IRRef k = op->in[0];
        op->in[0] = op->in[1];
        op->in[1] = k;
        constant = false;
    }
    if ((constant || fold_rules[op->code]) && may_fold(f, op)) {
        while (apply_rule(f)) {
        }
        info = &op_info[op->code];
    }
    if (info->class == CLASS_CTL) {
        note_control(f, op, info);
    }
    if (info->outs) {
        note_output(f, op, 0, at);
    }
    if (unlikely(info->outs > 1)) {
        note_second_output(f, op, at);
    }
}

void opt_fold(TCGContext *s)
{
    Fold f;
    f.s = s;
    f.known = arena_alloc(&s->arena, s->ntemps * sizeof *f.known);
    f.noted = f.constant = 0;
    f.copied = f.unreachable = false;
    f.dce = !TCG_OPT_OFF(s, dce);
    f.clock = f.base = 0;
    f.branches = NULL;
    memset(f.written, 0, s->nglobals * sizeof *f.written);
    IROp *op = s->ops;
    for (unsigned i = 0, n = s->nops; i < n; i++, op++) {
        if (op->code != OP_nop &&
            !(unlikely(f.unreachable) && drop_unreachable(&f, op))) {
            fold_op(&f, op, i);
        }
    }
}
