/* Checks a unit: operands and types of each op, definitions before uses, labels and block
 * ends. */
/* SPDX-License-Identifier: MIT */
/*
 * Blocks. A block begins at the first op and at each label; a conditional branch does not
 * end it. A label that one branch reaches and nothing falls into is a child of the
 * branch's block: what was defined there before the branch may be used. Visible is thus a
 * definition in the own block, or in an ancestor above the branch that leads here.
 */
#include "tcg/tcg.h"
#include "util/error.h"

typedef struct Block {
    unsigned parent; /* block number, 0: none */
    unsigned cut;    /* first op of the parent whose definitions are not visible */
} Block;

typedef struct Label {
    unsigned branches, from_op, from_block;
    bool placed;
} Label;

typedef struct Def {
    unsigned block, op; /* block 0: not defined */
    uint8_t valid;      /* widest IRType of its defined bits */
} Def;

typedef struct Verify {
    const TCGContext *s;
    GError **errp;
    unsigned at; /* number of the op being checked */
    const IROp *op;
    const OpInfo *info;
    Def *defs;
    Label *labels;
    Block *blocks;
    unsigned block, nblocks;
    bool pointed; /* op->insn has had an fp_point, and has written no global since */
    int32_t insn; /* ... which it has */
    bool ended;   /* control does not reach the op being checked */
    uint32_t slots;
} Verify;

#define FAIL(v, ...) fail(v, g_strdup_printf(__VA_ARGS__))

static bool fail(Verify *v, char *why)
{
    user_error(v->errp, "op %u (%s): %s", v->at,
               v->info ? op_names[v->info - op_info] : "?", why);
    g_free(why);
    return false;
}

/* ---- shapes ---- */

static bool is_int(unsigned t)
{
    return t <= IR_I64;
}

static bool is_vec(unsigned t)
{
    return t == IR_V128 || t == IR_V256;
}

static bool check_memop(Verify *v)
{
    const IROp *op = v->op;
    unsigned size = op->memop & MO_SIZE;
    if (op->code == OP_probe) {
        unsigned len = PROBE_LEN(op->imm2);
        return (op->type == IR_I64 && len && PROBE_LEAD(op->imm2) < len) ||
               FAIL(v, "bad probe");
    }
    if (op->code == OP_x87ld || op->code == OP_x87st) {
        return ((size >= MO_16 && size <= MO_64) || (op->memop & ~MO_HOST) == MO_80) ||
               FAIL(v, "no access size of x87");
    }
    if (size > MO_256 || (size > MO_64 && !is_vec(op->type)) ||
        (is_vec(op->type) && size < MO_32)) {
        return FAIL(v, "access size and type do not go together");
    }
    if (op->code != OP_ld && size > MO_64 && op->code != OP_st) {
        return FAIL(v, "an atomic has 8 bytes at most");
    }
    if ((op->memop & MO_SIGN) && (op->code != OP_ld || size >= op->type)) {
        return FAIL(v, "nothing to sign-extend");
    }
    if (op->code != OP_ld && is_int(op->type) && size > op->type) {
        return FAIL(v, "stores more than the type has");
    }
    return true;
}

static bool check_type(Verify *v)
{
    const IROp *op = v->op;
    unsigned t = op->type;
    switch (v->info->class) {
    case CLASS_INT:
        if (!is_int(t)) {
            return FAIL(v, "needs an integer type");
        }
        bool wide = (op->code >= OP_mulu2 && op->code <= OP_divs2) ||
                    op->code == OP_pdep || op->code == OP_pext;
        if (wide && t < IR_I32) {
            return FAIL(v, "exists for i32 and i64 only");
        }
        if (op->code == OP_bswap && t == IR_I8) {
            return FAIL(v, "has no i8 form");
        }
        return true;
    case CLASS_VEC:
        return is_vec(t) || FAIL(v, "needs a vector type");
    case CLASS_MEM:
        return check_memop(v);
    default:
        return true;
    }
}

static bool check_cond(Verify *v)
{
    const IROp *op = v->op;
    if (v->info->ccr & OPCC_COND) {
        return op->cond <= COND_G || FAIL(v, "condition is not one of the flags");
    }
    if (op->code != OP_setcond && op->code != OP_select && op->code != OP_brcond) {
        return true;
    }
    bool flags_only = op->cond <= COND_NO || (op->cond >= COND_S && op->cond <= COND_NP);
    return (op->cond < NR_CONDS && !flags_only) ||
           FAIL(v, "condition does not compare integers");
}

static bool check_imm(Verify *v)
{
    const IROp *op = v->op;
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    switch (op->code) {
    case OP_zext:
    case OP_sext:
        return (op->imm >= 0 && op->imm <= op->type) ||
               FAIL(v, "extends from a wider type");
    case OP_extract:
    case OP_sextract:
    case OP_deposit:
        return (op->imm >= 0 && op->imm < 1 << 16 && len > 0 &&
                pos + len <= ir_type_bits(op->type)) ||
               FAIL(v, "field is not inside the type");
    case OP_putcc:
        return (op->setcc && op->imm && !(op->imm & ~(int64_t)CC_ALL)) ||
               FAIL(v, "bad mask");
    case OP_exit_tb:
        return op->imm >= 0 || FAIL(v, "reason is negative");
    default:
        return true;
    }
}

static bool is_x87(unsigned code)
{
    return code == OP_x87 || code == OP_x87ld || code == OP_x87st;
}

/* The row's form is one of the op. */
static bool check_x87(Verify *v)
{
    const IROp *op = v->op;
    if (op->vec == X87_NO_OP || op->vec >= NR_X87_IDS) {
        return FAIL(v, "no such x87 operation");
    }
    unsigned form = x87_info[op->vec].form;
    OpCode code = form == X87_FORM_LD   ? OP_x87ld
                  : form == X87_FORM_ST ? OP_x87st
                                        : OP_x87;
    if (op->code != code) {
        return FAIL(v, "the x87 operation is not one of this op");
    }
    if (op->out[0] != IR_NONE && form != X87_FORM_OUT) {
        return FAIL(v, "the x87 operation has no result");
    }
    if (op->setcc && form != X87_FORM_CC) {
        return FAIL(v, "the x87 operation sets no flags");
    }
    return code != OP_x87 || (op->imm >= 0 && op->imm < 8) ||
           FAIL(v, "no such stack register");
}

static bool check_shape(Verify *v)
{
    const IROp *op = v->op;
    if (is_x87(op->code)) {
        if (!check_x87(v)) {
            return false;
        }
    } else if (op->vec >= NR_VEC_IDS) {
        return FAIL(v, "no such vector operation");
    }
    if (op->setcc && !v->info->ccw) {
        return FAIL(v, "has no flag form");
    }
    if (op->vzero && (op->type != IR_V128 || op->code == OP_st)) {
        return FAIL(v, "has no upper half to clear");
    }
    if (op->scale > 3) {
        return FAIL(v, "scale is above 3");
    }
    return check_type(v) && check_cond(v) && check_imm(v);
}

/* ---- operands ---- */

/* Whether op.ins says that input i has to be there. */
static bool in_needed(const Verify *v, unsigned i)
{
    const IROp *op = v->op;
    switch (op->code) {
    case OP_lea:
        return false;
    case OP_probe ... OP_at_cmpxchg:
        return i >= 2 && i < v->info->ins;
    case OP_call:
        return i < ir_helper(op)->nargs;
    case OP_vop:
    case OP_vcmpcc:
    case OP_vtoi:
    case OP_itov: /* a row of vec.def says */
        return false;
    case OP_x87:
        return i == 0 && x87_info[op->vec].form == X87_FORM_IN;
    default:
        return i < v->info->ins;
    }
}

static bool out_needed(const Verify *v)
{
    const IROp *op = v->op;
    switch (op->code) {
    case OP_call:
        return false;
    case OP_x87:
        return x87_info[op->vec].form == X87_FORM_OUT;
    case OP_sub:
    case OP_and:
        return !op->setcc;
    default:
        return true;
    }
}

static bool is_visible(const Verify *v, const Def *d)
{
    unsigned limit = UINT_MAX;
    for (unsigned b = v->block; b; b = v->blocks[b].parent) {
        if (d->block == b && d->op < limit) {
            return true;
        }
        limit = MIN(limit, v->blocks[b].cut);
    }
    return false;
}

static bool check_in(Verify *v, unsigned i)
{
    IRRef r = v->op->in[i];
    if (r == IR_NONE) {
        return !in_needed(v, i) || FAIL(v, "input %u is missing", i);
    }
    if (i >= v->info->ins || (v->op->code == OP_call && !in_needed(v, i))) {
        return FAIL(v, "input %u is one too many", i);
    }
    if (r >= v->s->ntemps) {
        return FAIL(v, "input %u is no temp", i);
    }
    const IRTemp *t = &v->s->temps[r];
    IRType want = ir_in_type(v->op, i);
    if (is_vec(want) != is_vec(t->type)) {
        return FAIL(v, "input %u mixes integer and vector", i);
    }
    if (t->kind != TEMP_SSA) {
        return true;
    }
    if (!is_visible(v, &v->defs[r])) {
        return FAIL(v, "input %u is not defined here", i);
    }
    return want <= v->defs[r].valid ||
           FAIL(v, "input %u is read wider than it was written", i);
}

static bool check_out(Verify *v, unsigned k)
{
    IRRef r = v->op->out[k];
    if (r == IR_NONE) {
        return k >= v->info->outs || !out_needed(v) || FAIL(v, "output %u is missing", k);
    }
    if (k >= v->info->outs || (v->op->code == OP_call && !ir_helper(v->op)->has_result)) {
        return FAIL(v, "output %u is one too many", k);
    }
    if (r >= v->s->ntemps || v->s->temps[r].kind == TEMP_CONST) {
        return FAIL(v, "output %u is no temp", k);
    }
    if (is_vec(ir_out_type(v->op)) != is_vec(v->s->temps[r].type)) {
        return FAIL(v, "output %u mixes integer and vector", k);
    }
    if (v->s->temps[r].kind == TEMP_GLOBAL) {
        return k == 0 || r != v->op->out[0] || FAIL(v, "both outputs are the same");
    }
    if (v->defs[r].block) {
        return FAIL(v, "output %u was written before", k);
    }
    v->defs[r] = (Def){v->block, v->at, ir_out_valid(v->op)};
    return true;
}

/* ---- control flow ---- */

static bool check_label(Verify *v)
{
    Label *l = &v->labels[v->op->label];
    if (l->placed) {
        return FAIL(v, "label L%u is here twice", v->op->label);
    }
    l->placed = true;
    v->block = v->nblocks++;
    v->blocks[v->block] = (Block){0};
    if (l->branches == 1 && v->ended) {
        v->blocks[v->block] = (Block){l->from_block, l->from_op};
    }
    v->ended = v->ended && l->branches == 0;
    return true;
}

static bool check_branch(Verify *v)
{
    Label *l = &v->labels[v->op->label];
    if (l->placed) {
        return FAIL(v, "branches backward");
    }
    l->branches++;
    l->from_op = v->at;
    l->from_block = v->block;
    return true;
}

static bool check_control(Verify *v)
{
    const IROp *op = v->op;
    bool is_branch = v->info->flags & OPF_BRANCH;
    if ((is_branch || op->code == OP_label) && op->label >= v->s->nlabels) {
        return FAIL(v, "no such label");
    }
    if (op->code == OP_label) {
        return check_label(v);
    }
    if (v->ended) {
        return FAIL(v, "cannot be reached");
    }
    if (op->code == OP_exit_link) {
        if (op->slot >= TCG_MAX_EXITS || v->slots >> op->slot & 1) {
            return FAIL(v, "bad exit slot");
        }
        v->slots |= 1u << op->slot;
    }
    v->ended |= (v->info->flags & OPF_BB_END) != 0;
    return !is_branch || check_branch(v);
}

/* What may trap has an fp_point. */
static bool check_traps(Verify *v)
{
    const IROp *op = v->op;
    bool rounds = v->info->class == CLASS_VEC && op->code != OP_vmov &&
                  vec_info[op->vec].flags & VECF_FP;
    v->pointed = op->code == OP_fp_point || (v->pointed && op->insn == v->insn);
    v->insn = op->insn;
    if (v->s->fp_traps && rounds && !v->pointed) {
        return FAIL(v, "no fp_point above");
    }
    v->pointed &= !ir_is_global(v->s, op->out[0]) && !ir_is_global(v->s, op->out[1]);
    return true;
}

static bool check_op(Verify *v)
{
    if (v->op->code == OP_call && v->op->sp) {
        return FAIL(v, "the stack pointer is not there yet");
    }
    if (!check_control(v) || !check_shape(v) || !check_traps(v)) {
        return false;
    }
    for (unsigned i = 0; i < IR_MAX_INS; i++) {
        if (!check_in(v, i)) {
            return false;
        }
    }
    return check_out(v, 0) && check_out(v, 1);
}

static bool check_unit(Verify *v)
{
    v->block = 1;
    v->nblocks = 2;
    bool noreturn = false;
    for (v->at = 0; v->at < v->s->nops; v->at++) {
        v->op = &v->s->ops[v->at];
        if (v->op->code == OP_nop) {
            continue;
        }
        v->info = v->op->code < NR_OPS ? &op_info[v->op->code] : NULL;
        if (!v->info) {
            return FAIL(v, "no such op");
        }
        if (!check_op(v)) {
            return false;
        }
        noreturn = v->op->code == OP_call && (ir_helper(v->op)->flags & HELPER_NORETURN);
    }
    if (!v->ended && !noreturn) {
        return user_error(v->errp, "the unit has no end");
    }
    for (unsigned i = 0; i < v->s->nlabels; i++) {
        if (v->labels[i].branches && !v->labels[i].placed) {
            return user_error(v->errp, "label L%u is nowhere", i);
        }
    }
    return true;
}

bool ir_verify(const TCGContext *s, GError **errp)
{
    Verify v = {
        .s = s,
        .errp = errp,
        .defs = g_new0(Def, s->ntemps + 1),
        .labels = g_new0(Label, s->nlabels + 1),
        .blocks = g_new0(Block, s->nops + 2),
    };
    bool ok = check_unit(&v);
    g_free(v.defs);
    g_free(v.labels);
    g_free(v.blocks);
    return ok;
}
