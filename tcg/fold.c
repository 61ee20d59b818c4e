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
 * The flags that nobody reads are cleared before the pass begins (live_flags), so this is
 * rare.
 *
 * What is known. A temp: that it is a copy of another ref (at types up to copy_type), how
 * many low bits it can have set (width), and the op that defined it. A global: its width,
 * and that it is a constant. Facts about globals
 * age: `clock` counts writes of globals, and a fact noted at time c that involves global
 * g holds while g was not written later than c. At labels and where helpers may write
 * globals all such facts end at once (`base`).
 */
#include "tcg/fold-internal.h"
#include "tcg/passes.h"
#include "tcg/tcg.h"

/*
 * Drops an op that control does not reach. A label ends that, unless its branches are
 * gone too. (insn_start stays: it counts for what follows it in the order of the ops.)
 */
static void drop_unreachable(Fold *f)
{
    IROp *op = f->op;
    if (op->code == OP_label && f->branches[op->label]) {
        f->unreachable = false;
        return;
    }
    if (op_info[op->code].flags & OPF_BRANCH) {
        f->branches[op->label]--;
    }
    op->code = OP_nop;
    op->setcc = false;
}

/* What input r, a copy, looked at as type t, may be replaced by. */
static IRRef better_ref(const Fold *f, IRRef r, IRType t)
{
    const Known *k = &f->known[r];
    bool forgotten = ir_is_global(f->s, r) && k->clock < f->base;
    if (forgotten || t > (IRType)k->copy_type || !fold_still(f, k->copy, k->clock)) {
        return r;
    }
    /* A long constant is better off in its register. */
    bool long_one = ir_is_global(f->s, r) && !fold_fits_int32(fold_temp(f, k->copy)->val);
    return long_one ? r : k->copy;
}

static void replace_inputs(Fold *f, const OpInfo *info)
{
    IROp *op = f->op;
    for (unsigned i = 0; i < info->ins; i++) {
        IRRef r = op->in[i];
        if (r != IR_NONE && f->known[r].copy != IR_NONE) {
            op->in[i] = better_ref(f, r, ir_in_type(op, i));
        }
    }
    if ((info->flags & OPF_COMM) && fold_is_const(f, 0) && !fold_is_const(f, 1)) {
        IRRef k = op->in[0];
        op->in[0] = op->in[1];
        op->in[1] = k;
    }
}

/* Bits that the op's first output can have set, apart from what the type says. */
static unsigned result_width(const Fold *f)
{
    const IROp *op = f->op;
    const IRRef *in = op->in;
    unsigned count;
    switch (op->code) {
    case OP_mov:
        return fold_width(f, in[0]);
    case OP_zext:
        return MIN(fold_width(f, in[0]), ir_type_bits((IRType)op->imm));
    case OP_extract:
        return op->imm >> 8;
    case OP_and:
        return MIN(fold_width(f, in[0]), fold_width(f, in[1]));
    case OP_or:
    case OP_xor:
    case OP_selcc:
        return MAX(fold_width(f, in[0]), fold_width(f, in[1]));
    case OP_shr:
        count = fold_is_const(f, 1)
                    ? fold_temp(f, in[1])->val & (op->type == IR_I64 ? 63 : 31)
                    : 0;
        return MAX(fold_width(f, in[0]), count) - count;
    case OP_setcond:
    case OP_setcc:
        return 1;
    case OP_select:
        return MAX(fold_width(f, in[2]), fold_width(f, in[3]));
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
}

static void note_temp(Fold *f, IRRef r, unsigned at)
{
    const IROp *op = f->op;
    Known *k = &f->known[r];
    IRType t = ir_out_type(op);
    k->def = at;
    k->clock = f->clock;
    k->width = 64;
    if (t > IR_I64) {
        k->copy = op->code == OP_vmov ? op->in[0] : IR_NONE;
        k->copy_type = t;
        return;
    }
    if (ir_out_valid(op) == IR_I64 && r == op->out[0]) {
        k->width = MIN(result_width(f), t == IR_I32 ? 32u : 64u);
    }
    if (op->code == OP_mov) {
        k->copy = op->in[0];
        k->copy_type = t;
    }
}

/* Of a global that the op writes: what is written of it in part keeps the other bits. */
static unsigned global_width(const Fold *f, IRRef r)
{
    const IROp *op = f->op;
    IRType t = ir_out_type(op);
    if (r != op->out[0] || t > IR_I64) {
        return 64;
    }
    return t < IR_I32    ? MAX(fold_width(f, r), ir_type_bits(t))
           : t == IR_I32 ? MIN(result_width(f), 32u)
                         : result_width(f);
}

static void note_global(Fold *f, IRRef r)
{
    const IROp *op = f->op;
    Known *k = &f->known[r];
    k->width = global_width(f, r);
    f->written[r] = k->clock = ++f->clock;
    k->copy = IR_NONE;
    if (op->code == OP_mov && op->type >= IR_I32 && fold_is_const(f, 0)) {
        k->copy = fold_constant(f, fold_value(f, op->in[0], op->type));
        k->copy_type = IR_I64;
    }
}

static void note_output(Fold *f, IRRef r, unsigned at)
{
    if (r == IR_NONE) {
        return;
    }
    if (ir_is_global(f->s, r)) {
        note_global(f, r);
    } else {
        note_temp(f, r, at);
    }
}

static void note_outputs(Fold *f, const OpInfo *info, unsigned at)
{
    const IROp *op = f->op;
    if (info->flags & OPF_LABEL ||
        (op->code == OP_call && (ir_helper(op)->writes & (HS_GPR | HS_VEC)))) {
        f->base = ++f->clock; /* nothing that was known of globals holds any more */
    }
    if (info->outs) {
        note_output(f, op->out[0], at);
    }
    if (unlikely(info->outs > 1)) {
        note_output(f, op->out[1], at);
    }
}

static void fold_op(Fold *f, unsigned at)
{
    const OpInfo *info = &op_info[f->op->code];
    replace_inputs(f, info);
    while (!f->op->setcc && fold_rule(f)) {
        info = &op_info[f->op->code];
    }
    f->unreachable |= f->branches && (info->flags & OPF_BB_END);
    note_outputs(f, info, at);
}

static void fold_init(Fold *f, TCGContext *s)
{
    f->s = s;
    f->clock = f->base = 0;
    f->branches = NULL;
    f->unreachable = false;
    f->nknown = MIN(s->max_temps, s->ntemps + 2 * s->nops);
    f->known = arena_alloc(&s->arena, f->nknown * sizeof *f->known);
    memset(f->known, 0xff, s->ntemps * sizeof *f->known); /* fold_unknown */
    memset(f->written, 0, s->nglobals * sizeof *f->written);
}

void opt_fold(TCGContext *s)
{
    Fold f;
    if (!TCG_OPT_OFF(s, dce)) {
        live_flags(s);
    }
    fold_init(&f, s);
    IROp *op = s->ops;
    for (unsigned i = 0, n = s->nops; i < n; i++, op++) {
        if (op->code <= OP_insn_start) {
            continue;
        }
        f.op = op;
        if (f.unreachable) {
            drop_unreachable(&f);
        }
        if (op->code != OP_nop) {
            fold_op(&f, i);
        }
    }
}
