/* The rules of folding, by opcode. */
/* SPDX-License-Identifier: MIT */
/*
 * A rule is a function that looks at f->op, whose flags nobody needs, and either returns
 * false or changes it and returns true. The table at the end says which rule looks at
 * which opcode; the three laws that bind them are at the head of fold.c.
 */
#include "tcg/eval.h"
#include "tcg/fold-internal.h"

/* The op that defines temp r, if it is `code` and its inputs are still what they were. */
static const IROp *def_of(const Fold *f, IRRef r, OpCode code)
{
    if (r == IR_NONE || fold_temp(f, r)->kind != TEMP_SSA) {
        return NULL;
    }
    const IROp *def = &f->s->ops[f->known[r].def];
    if (def->code != code) {
        return NULL;
    }
    for (unsigned i = 0; i < op_info[code].ins; i++) {
        if (def->in[i] != IR_NONE && !fold_still(f, def->in[i], f->known[r].clock)) {
            return NULL;
        }
    }
    return def;
}

/* ---- results of rules ---- */

static bool to_nop(Fold *f)
{
    f->op->code = OP_nop;
    return true;
}

/* The result is r, read at the type in which the output is written. */
static bool to_copy(Fold *f, IRRef r)
{
    IROp *op = f->op;
    op->type = ir_out_type(op);
    op->code = OP_mov;
    op->in[0] = r;
    op->in[1] = op->in[2] = op->in[3] = IR_NONE;
    op->imm = 0;
    op->scale = op->cond = 0;
    return true;
}

static bool to_const(Fold *f, uint64_t v)
{
    IRRef r = fold_constant(f, v & ir_type_mask(ir_out_type(f->op)));
    return r != IR_NONE && to_copy(f, r);
}

/* The op becomes `code` on in[0] alone, or on in[0] and the constant v. */
static bool to_unary(Fold *f, OpCode code, int64_t imm)
{
    f->op->code = code;
    f->op->in[1] = IR_NONE;
    f->op->imm = imm;
    return true;
}

static bool to_binary(Fold *f, OpCode code, uint64_t v)
{
    IRRef r = fold_constant(f, v);
    if (r == IR_NONE) {
        return false;
    }
    f->op->code = code;
    f->op->in[1] = r;
    f->op->imm = 0;
    return true;
}

/* ---- moves ---- */

/* A move to the low bits of a register that has no others set: to all of it. */
static bool fold_partial(Fold *f)
{
    IROp *op = f->op;
    IRType from = op->type;
    if (!f->s->whole_writes || !ir_is_global(f->s, op->out[0]) ||
        fold_width(f, op->out[0]) > ir_type_bits(from)) {
        return false;
    }
    op->type = IR_I64;
    return to_unary(f, OP_zext, from);
}

static bool fold_mov(Fold *f)
{
    IROp *op = f->op;
    if (op->out[0] == op->in[0] && op->type != IR_I32) {
        return to_nop(f);
    }
    if (op->type == IR_I32 && fold_is_const(f, 0)) {
        IRRef k = fold_constant(f, fold_value(f, op->in[0], IR_I32));
        op->in[0] = k != IR_NONE ? k : op->in[0];
    }
    if (op->type == IR_I32 && fold_width(f, op->in[0]) <= 32) {
        op->type = IR_I64; /* the same, and a copy of all 64 bits */
        return true;
    }
    return op->type < IR_I32 && fold_partial(f);
}

static bool fold_zext(Fold *f)
{
    IROp *op = f->op;
    IRType from = (IRType)op->imm;
    if (from == op->type || fold_width(f, op->in[0]) <= ir_type_bits(from)) {
        return to_copy(f, op->in[0]);
    }
    if (from == IR_I32) { /* moving 32 bits clears the others */
        op->type = IR_I32;
        return to_copy(f, op->in[0]);
    }
    return false;
}

static bool fold_sext(Fold *f)
{
    IROp *op = f->op;
    IRType from = (IRType)op->imm;
    if (from == op->type) {
        return to_copy(f, op->in[0]);
    }
    if (fold_width(f, op->in[0]) < ir_type_bits(from)) {
        return to_unary(f, OP_zext, from);
    }
    return false;
}

/* The integer type with `len` bits, or NR_IR_TYPES. */
static IRType type_with_bits(unsigned len)
{
    return is_power_of_2(len) && len >= 8 ? (IRType)(ctz32(len) - 3) : NR_IR_TYPES;
}

static bool fold_extract(Fold *f)
{
    IROp *op = f->op;
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    IRType from = type_with_bits(len);
    if (pos == 0 && from != NR_IR_TYPES) {
        return to_unary(f, op->code == OP_extract ? OP_zext : OP_sext, from);
    }
    if (op->code == OP_extract && fold_width(f, op->in[0]) <= pos) {
        return to_const(f, 0);
    }
    if (op->code == OP_extract && pos == 0 && fold_width(f, op->in[0]) <= len) {
        return to_copy(f, op->in[0]);
    }
    return false;
}

static bool fold_deposit(Fold *f)
{
    IROp *op = f->op;
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    if (len == ir_type_bits(op->type)) {
        return to_copy(f, op->in[1]);
    }
    if (pos != 0) {
        return false;
    }
    IRType low = type_with_bits(len);
    if (op->out[0] == op->in[0] && op->type == IR_I64 && low <= IR_I16) {
        op->type = low; /* a partial register */
        return to_copy(f, op->in[1]);
    }
    if (fold_is_value(f, 0, 0) && low != NR_IR_TYPES) {
        op->in[0] = op->in[1];
        return to_unary(f, OP_zext, low);
    }
    return false;
}

/* ---- addresses: lea, loads, stores, atomics ---- */

/* Constant parts into the displacement. */
static bool fold_address_const(Fold *f)
{
    IROp *op = f->op;
    for (unsigned i = 0; i < 2; i++) {
        if (op->in[i] == IR_NONE || !fold_is_const(f, i)) {
            continue;
        }
        int64_t disp =
            op->imm + (int64_t)(fold_temp(f, op->in[i])->val << (i ? op->scale : 0));
        if (fold_fits_int32(disp) || op->in[1 - i] == IR_NONE) {
            op->imm = disp;
            op->in[i] = IR_NONE;
            op->scale = i ? 0 : op->scale;
            return true;
        }
    }
    return false;
}

/* base = x + constant: its parts instead of it. `t`: the type at which the address
 * counts. */
static bool fold_address_base(Fold *f, IRType t)
{
    IROp *op = f->op;
    const IROp *def = def_of(f, op->in[0], OP_add);
    if (def && def->type >= t && ir_is_const(f->s, def->in[1])) {
        int64_t disp = op->imm + (int64_t)fold_temp(f, def->in[1])->val;
        if (fold_fits_int32(disp)) {
            op->in[0] = def->in[0];
            op->imm = disp;
            return true;
        }
    }
    def = def_of(f, op->in[0], OP_lea);
    if (def && def->type >= t && fold_fits_int32(op->imm + def->imm) &&
        (def->in[1] == IR_NONE || op->in[1] == IR_NONE)) {
        op->imm += def->imm;
        op->in[0] = def->in[0];
        if (def->in[1] != IR_NONE) {
            op->in[1] = def->in[1];
            op->scale = def->scale;
        }
        return true;
    }
    return false;
}

/* index = x << constant: the scale does it. */
static bool fold_address_index(Fold *f, IRType t)
{
    IROp *op = f->op;
    const IROp *def = def_of(f, op->in[1], OP_shl);
    if (!def || def->type < t || !ir_is_const(f->s, def->in[1])) {
        return false;
    }
    uint64_t count = fold_temp(f, def->in[1])->val & (def->type == IR_I64 ? 63 : 31);
    if (count + op->scale > 3) {
        return false;
    }
    op->in[1] = def->in[0];
    op->scale += count;
    return true;
}

static bool fold_address(Fold *f, IRType t)
{
    IROp *op = f->op;
    if (op->in[1] == IR_NONE && ir_is_global(f->s, op->in[0])) {
        return false; /* the most frequent one */
    }
    if (fold_address_const(f) || fold_address_base(f, t) || fold_address_index(f, t)) {
        return true;
    }
    if (op->in[0] == IR_NONE && op->in[1] != IR_NONE && op->scale == 0) {
        op->in[0] = op->in[1];
        op->in[1] = IR_NONE;
        return true;
    }
    return false;
}

static bool fold_lea(Fold *f)
{
    IROp *op = f->op;
    if (fold_address(f, op->type)) {
        return true;
    }
    if (op->in[0] == IR_NONE && op->in[1] == IR_NONE) {
        return to_const(f, op->imm);
    }
    return op->in[1] == IR_NONE && op->imm == 0 && to_copy(f, op->in[0]);
}

static bool fold_memory(Fold *f)
{
    return fold_address(f, IR_I64);
}

/* ---- arithmetic ---- */

/* x + (y << n), n <= 3: one lea. */
static bool fold_add_shifted(Fold *f)
{
    IROp *op = f->op;
    for (unsigned i = 0; i < 2; i++) {
        const IROp *def = def_of(f, op->in[i], OP_shl);
        if (!def || def->type < op->type || !ir_is_const(f->s, def->in[1])) {
            continue;
        }
        uint64_t count = fold_temp(f, def->in[1])->val & (def->type == IR_I64 ? 63 : 31);
        if (count <= 3) {
            op->code = OP_lea;
            op->in[0] = op->in[1 - i];
            op->in[1] = def->in[0];
            op->scale = count;
            return true;
        }
    }
    return false;
}

static bool fold_add(Fold *f)
{
    IROp *op = f->op;
    if (!fold_is_const(f, 1)) {
        return fold_add_shifted(f);
    }
    if (fold_is_value(f, 1, 0)) {
        return to_copy(f, op->in[0]); /* x + 0 -> x */
    }
    const IROp *def = def_of(f, op->in[0], OP_add);
    if (def && def->type >= op->type && ir_is_const(f->s, def->in[1])) {
        IRRef sum = fold_constant(f, fold_temp(f, def->in[1])->val +
                                         fold_temp(f, op->in[1])->val);
        if (sum != IR_NONE) { /* (x + j) + k -> x + (j + k) */
            op->in[0] = def->in[0];
            op->in[1] = sum;
            return true;
        }
    }
    return false;
}

static bool fold_sub(Fold *f)
{
    if (f->op->in[0] == f->op->in[1]) {
        return to_const(f, 0); /* x - x -> 0 */
    }
    if (fold_is_const(f, 1)) { /* x - k -> x + -k */
        return to_binary(f, OP_add, -fold_temp(f, f->op->in[1])->val);
    }
    return false;
}

static bool fold_and(Fold *f)
{
    IROp *op = f->op;
    if (fold_is_value(f, 1, 0)) {
        return to_const(f, 0); /* x & 0 -> 0 */
    }
    if (fold_is_value(f, 1, UINT64_MAX) || op->in[0] == op->in[1]) {
        return to_copy(f, op->in[0]); /* x & -1, x & x -> x */
    }
    if (!fold_is_const(f, 1)) {
        return false;
    }
    uint64_t k = fold_value(f, op->in[1], op->type);
    unsigned ones = 64 - clz64(k);
    if (k & (k + 1)) {
        return false;
    }
    if (fold_width(f, op->in[0]) <= ones) {
        return to_copy(f, op->in[0]); /* all that can be set is kept */
    }
    IRType low = type_with_bits(ones);
    return low < op->type && to_unary(f, OP_zext, low); /* x & 0xff -> zext */
}

static bool fold_or(Fold *f)
{
    if (fold_is_value(f, 1, 0) || f->op->in[0] == f->op->in[1]) {
        return to_copy(f, f->op->in[0]); /* x | 0, x | x -> x */
    }
    return fold_is_value(f, 1, UINT64_MAX) && to_const(f, UINT64_MAX); /* x | -1 -> -1 */
}

static bool fold_xor(Fold *f)
{
    if (fold_is_value(f, 1, 0)) {
        return to_copy(f, f->op->in[0]); /* x ^ 0 -> x */
    }
    if (f->op->in[0] == f->op->in[1]) {
        return to_const(f, 0); /* x ^ x -> 0 */
    }
    return fold_is_value(f, 1, UINT64_MAX) && to_unary(f, OP_not, 0); /* x ^ -1 -> ~x */
}

static bool fold_andn(Fold *f)
{
    IROp *op = f->op;
    if (op->in[0] == op->in[1] || fold_is_value(f, 1, 0)) {
        return to_const(f, 0); /* ~x & x, ~x & 0 -> 0 */
    }
    if (fold_is_const(f, 0)) { /* ~k & x -> x & ~k */
        uint64_t k = fold_temp(f, op->in[0])->val;
        op->in[0] = op->in[1];
        if (to_binary(f, OP_and, ~k)) {
            return true;
        }
        op->in[1] = op->in[0];
        op->in[0] = fold_constant(f, k);
    }
    return false;
}

static bool fold_mul(Fold *f)
{
    IROp *op = f->op;
    if (!fold_is_const(f, 1)) {
        return false;
    }
    uint64_t k = fold_value(f, op->in[1], op->type);
    if (k == 0) {
        return to_const(f, 0);
    }
    if (k == 1) {
        return to_copy(f, op->in[0]);
    }
    return is_power_of_2(k) && to_binary(f, OP_shl, ctz64(k)); /* x * 2^n -> x << n */
}

/* ---- shifts ---- */

static bool fold_shift(Fold *f)
{
    IROp *op = f->op;
    if (!fold_is_const(f, 1)) {
        return fold_is_value(f, 0, 0) && to_const(f, 0); /* 0 << x -> 0 */
    }
    unsigned bits = ir_type_bits(op->type), mask = op->type == IR_I64 ? 63 : 31;
    unsigned count = fold_temp(f, op->in[1])->val & mask;
    if (count == 0) {
        return to_copy(f, op->in[0]);
    }
    if (op->code != OP_sar &&
        (count >= bits || (op->code == OP_shr && fold_width(f, op->in[0]) <= count))) {
        return to_const(f, 0); /* everything is shifted out */
    }
    return fold_temp(f, op->in[1])->val != count && to_binary(f, op->code, count);
}

static bool fold_rotate(Fold *f)
{
    IROp *op = f->op;
    unsigned bits = ir_type_bits(op->type);
    if (!fold_is_const(f, 1)) {
        return fold_is_value(f, 0, 0) && to_const(f, 0);
    }
    unsigned count = fold_temp(f, op->in[1])->val & (bits - 1);
    return count == 0 && to_copy(f, op->in[0]);
}

/* ---- comparing ---- */

/* What a ? b says of b ? a. */
static Cond cond_swap(Cond c)
{
    switch (c) {
    case COND_B:
        return COND_A;
    case COND_A:
        return COND_B;
    case COND_AE:
        return COND_BE;
    case COND_BE:
        return COND_AE;
    case COND_L:
        return COND_G;
    case COND_G:
        return COND_L;
    case COND_GE:
        return COND_LE;
    case COND_LE:
        return COND_GE;
    default:
        return c;
    }
}

/* The truth of op's comparison of in[0] and in[1]: 0, 1, or -1 when it depends. */
static int known_truth(const Fold *f)
{
    const IROp *op = f->op;
    IRType t = ir_in_type(op, 0);
    if (fold_is_const(f, 0) && fold_is_const(f, 1)) {
        return ir_compare(op->cond, t, fold_temp(f, op->in[0])->val,
                          fold_temp(f, op->in[1])->val);
    }
    if (op->in[0] == op->in[1] && op->cond < COND_TSTE) {
        return ir_compare(op->cond, t, 0, 0);
    }
    if (!fold_is_value(f, 1, 0)) {
        return -1;
    }
    switch (op->cond) { /* x < 0 and the like, without sign; x & 0 */
    case COND_B:
    case COND_TSTNE:
        return 0;
    case COND_AE:
    case COND_TSTE:
        return 1;
    default:
        return -1;
    }
}

/* Simplifies the comparison of in[0] and in[1] itself. */
static bool fold_comparison(Fold *f)
{
    IROp *op = f->op;
    if (fold_is_const(f, 0) && !fold_is_const(f, 1)) {
        IRRef k = op->in[0];
        op->in[0] = op->in[1];
        op->in[1] = k;
        op->cond = cond_swap(op->cond);
        return true;
    }
    bool equality = op->cond == COND_E || op->cond == COND_NE;
    if (!equality || !fold_is_value(f, 1, 0)) {
        return false;
    }
    IRType t = ir_in_type(op, 0);
    const IROp *def = def_of(f, op->in[0], OP_and);
    if (def && !def->setcc && def->type >= t) { /* (x & y) == 0 */
        op->in[0] = def->in[0];
        op->in[1] = def->in[1];
        op->cond = op->cond == COND_E ? COND_TSTE : COND_TSTNE;
        return true;
    }
    def = def_of(f, op->in[0], OP_setcond);
    if (def && (op->code != OP_select || def->type == IR_I64)) { /* (x < y) != 0 */
        op->in[0] = def->in[0];
        op->in[1] = def->in[1];
        op->cond = op->cond == COND_NE ? def->cond : cond_invert(def->cond);
        op->type = op->code == OP_select ? op->type : def->type;
        return true;
    }
    return false;
}

static bool fold_setcond(Fold *f)
{
    int truth = known_truth(f);
    return truth >= 0 ? to_const(f, truth) : fold_comparison(f);
}

static bool fold_select(Fold *f)
{
    IROp *op = f->op;
    int truth = known_truth(f);
    if (truth >= 0 || op->in[2] == op->in[3]) {
        return to_copy(f, op->in[truth ? 2 : 3]);
    }
    return fold_comparison(f);
}

static bool fold_selcc(Fold *f)
{
    return f->op->in[0] == f->op->in[1] && to_copy(f, f->op->in[0]);
}

/* ---- branches ---- */

static void count_branches(Fold *f)
{
    size_t n = f->s->nlabels * sizeof(uint16_t);
    f->branches = arena_alloc(&f->s->arena, n);
    memset(f->branches, 0, n);
    for (unsigned i = 0; i < f->s->nops; i++) {
        const IROp *op = &f->s->ops[i];
        if (op_info[op->code].flags & OPF_BRANCH) {
            f->branches[op->label]++;
        }
    }
}

static bool fold_brcond(Fold *f)
{
    IROp *op = f->op;
    int truth = known_truth(f);
    if (truth < 0) {
        return fold_comparison(f);
    }
    if (!f->branches) {
        count_branches(f);
    }
    if (truth) {
        op->code = OP_br;
        op->in[0] = op->in[1] = IR_NONE;
        op->type = 0;
    } else {
        f->branches[op->label]--;
        to_nop(f);
    }
    return true;
}

/* ---- the table ---- */

bool fold_constants(Fold *f)
{
    IROp *op = f->op;
    const OpInfo *info = &op_info[op->code];
    uint64_t in[IR_MAX_INS] = {0}, out[IR_MAX_OUTS];
    uint32_t cc = 0;
    if (info->outs != 1 || info->ccr || op->code == OP_mov || !ir_can_eval(op->code)) {
        return false;
    }
    for (unsigned i = 0; i < info->ins; i++) {
        if (op->in[i] != IR_NONE) {
            if (!fold_is_const(f, i)) {
                return false;
            }
            in[i] = fold_temp(f, op->in[i])->val;
        }
    }
    ir_eval(op, in, out, &cc);
    return to_const(f, out[0]);
}

FoldRule *const fold_rules[NR_OPS] = {
    [OP_mov] = fold_mov,
    [OP_zext] = fold_zext,
    [OP_sext] = fold_sext,
    [OP_extract... OP_sextract] = fold_extract,
    [OP_deposit] = fold_deposit,
    [OP_lea] = fold_lea,
    [OP_add] = fold_add,
    [OP_sub] = fold_sub,
    [OP_and] = fold_and,
    [OP_or] = fold_or,
    [OP_xor] = fold_xor,
    [OP_andn] = fold_andn,
    [OP_mul] = fold_mul,
    [OP_shl... OP_sar] = fold_shift,
    [OP_rotl... OP_rotr] = fold_rotate,
    [OP_setcond] = fold_setcond,
    [OP_select] = fold_select,
    [OP_brcond] = fold_brcond,
    [OP_selcc] = fold_selcc,
    [OP_ld... OP_at_cmpxchg] = fold_memory,
};
