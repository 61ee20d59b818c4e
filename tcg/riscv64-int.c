/* Integer ops on a riscv64 host. */
/* SPDX-License-Identifier: MIT */
/*
 * What is computed has the right low bits, and anything above them; rv_out_done() extends
 * or inserts. The register of an output may be that of an input, so it is written by the
 * last instruction that reads one. T0, T1 and T2 hold intermediate values.
 */
#include "tcg/eval.h"
#include "tcg/riscv64-internal.h"

/* ---- operands ---- */

static bool const_of(const RV64 *x, IRRef ref, IRType t, uint64_t *v)
{
    if (!ir_is_const(x->s, ref)) {
        return false;
    }
    *v = ir_t(x->s, ref)->val & ir_type_mask(t);
    return true;
}

static int64_t signed_const(uint64_t v, IRType t)
{
    return sign_extend(v, ir_type_bits(t));
}

unsigned rv_in(RV64 *x, IRRef ref, IRType t)
{
    uint64_t v;
    if (!const_of(x, ref, t, &v)) {
        return ra_use(&x->ra, ref);
    }
    if (v == 0) {
        return ZERO;
    }
    unsigned r = ra_alloc(&x->ra);
    asm_movi(&x->a, r, (int64_t)v);
    return r;
}

void rv_use_inputs(RV64 *x, const IROp *op)
{
    for (unsigned i = 0; i < op_info[op->code].ins; i++) {
        if (op->in[i] != IR_NONE && !ir_is_const(x->s, op->in[i]) &&
            ir_t(x->s, op->in[i])->type <= IR_I64) {
            ra_use(&x->ra, op->in[i]);
        }
    }
}

static bool is_part(const RV64 *x, const IROp *op, unsigned k)
{
    return ir_is_global(x->s, op->out[k]) && ir_out_type(op) < IR_I32;
}

unsigned rv_out(RV64 *x, const IROp *op, unsigned k)
{
    if (op->out[k] == IR_NONE || is_part(x, op, k)) {
        return k ? T1 : T0;
    }
    return ra_def(&x->ra, op->out[k]);
}

/* The low bits of `into`, of a type below 32 bits, become those of reg. */
static void insert_low(RV64 *x, IRType t, unsigned into, unsigned reg)
{
    int32_t bits = (int32_t)ir_type_bits(t);
    asm_extend(&x->a, t, false, T2, reg);
    asm_rri(&x->a, SRLI, into, into, bits);
    asm_rri(&x->a, SLLI, into, into, bits);
    asm_rrr(&x->a, OR, into, into, T2);
}

void rv_out_done(RV64 *x, const IROp *op, unsigned k, unsigned reg)
{
    IRRef out = op->out[k];
    IRType t = ir_out_type(op);
    if (out == IR_NONE) {
        return;
    }
    if (is_part(x, op, k)) {
        insert_low(x, t, ra_use(&x->ra, out), reg);
        ra_dirty(&x->ra, out);
    } else {
        asm_extend(&x->a, t == IR_I32 ? IR_I32 : IR_I64, false, ra_def(&x->ra, out), reg);
    }
}

/* ---- moves ---- */

void rv_emit_mov(RV64 *x, const IROp *op)
{
    uint64_t v;
    if (const_of(x, op->in[0], op->type, &v)) {
        unsigned d = rv_out(x, op, 0);
        asm_movi(&x->a, d, (int64_t)v);
        rv_out_done(x, op, 0, d);
    } else {
        rv_out_done(x, op, 0, rv_in(x, op->in[0], op->type));
    }
}

void rv_emit_ext(RV64 *x, const IROp *op)
{
    IRType from = (IRType)op->imm;
    unsigned s = rv_in(x, op->in[0], from), d = rv_out(x, op, 0);
    asm_extend(&x->a, from, op->code == OP_sext, d, s);
    rv_out_done(x, op, 0, d);
}

void rv_emit_extract(RV64 *x, const IROp *op)
{
    int32_t pos = op->imm & 0xff, len = (int32_t)(op->imm >> 8);
    unsigned s = rv_in(x, op->in[0], op->type), d = rv_out(x, op, 0);
    asm_rri(&x->a, SLLI, d, s, 64 - pos - len);
    asm_rri(&x->a, op->code == OP_sextract ? SRAI : SRLI, d, d, 64 - len);
    rv_out_done(x, op, 0, d);
}

void rv_emit_deposit(RV64 *x, const IROp *op)
{
    int32_t pos = op->imm & 0xff, len = (int32_t)(op->imm >> 8);
    uint64_t mask = (len < 64 ? (UINT64_C(1) << len) - 1 : UINT64_MAX) << pos;
    unsigned a = rv_in(x, op->in[0], op->type), b = rv_in(x, op->in[1], op->type);
    asm_movi(&x->a, T0, (int64_t)~mask);
    asm_rrr(&x->a, AND, T0, T0, a);
    asm_rri(&x->a, SLLI, T1, b, 64 - len);
    if (64 - len - pos) {
        asm_rri(&x->a, SRLI, T1, T1, 64 - len - pos);
    }
    asm_rrr(&x->a, OR, T0, T0, T1);
    rv_out_done(x, op, 0, T0);
}

/* d = base + (index << scale) + imm */
void rv_emit_lea(RV64 *x, const IROp *op)
{
    uint64_t imm = (uint64_t)op->imm, v;
    unsigned base = ZERO, index = ZERO;
    if (op->in[0] != IR_NONE && const_of(x, op->in[0], IR_I64, &v)) {
        imm += v;
    } else if (op->in[0] != IR_NONE) {
        base = ra_use(&x->ra, op->in[0]);
    }
    if (op->in[1] != IR_NONE && const_of(x, op->in[1], IR_I64, &v)) {
        imm += v << op->scale;
    } else if (op->in[1] != IR_NONE) {
        index = ra_use(&x->ra, op->in[1]);
    }
    if (index != ZERO) {
        asm_rri(&x->a, SLLI, T0, index, op->scale);
        asm_rrr(&x->a, ADD, T0, T0, base);
        base = T0;
    }
    int64_t n = op->type == IR_I64 ? (int64_t)imm : signed_const(imm, IR_I32);
    rv_add_imm(x, T1, base, n);
    rv_out_done(x, op, 0, T1);
}

/* ---- arithmetic and logic ---- */

static uint32_t alu_opc(OpCode code)
{
    switch (code) {
    case OP_add:
        return ADD;
    case OP_sub:
        return SUB;
    case OP_or:
        return OR;
    case OP_xor:
        return XOR;
    default:
        return AND;
    }
}

/* The instruction with an immediate, which is *v; 0: there is none for it. */
static uint32_t immediate_opc(OpCode code, int64_t *v)
{
    static const struct {
        uint8_t code;
        uint32_t opc;
    } rows[] = {
        {OP_add, ADDI},
        {OP_sub, ADDI},
        {OP_and, ANDI},
        {OP_or,  ORI },
        {OP_xor, XORI}
    };
    *v = code == OP_sub ? (int64_t) - (uint64_t)*v : *v;
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].code == code && fits_imm12(*v)) {
            return rows[i].opc;
        }
    }
    return 0;
}

/* The recipe's operands that the op may overwrite. */
static void alu_operands(RV64 *x, const IROp *op)
{
    if (op->code == OP_add || op->code == OP_sub) {
        cc_operand(x, 1, rv_in(x, op->in[1], op->type));
    }
    if (op->code == OP_sub && op->out[0] == IR_NONE) {
        cc_operand(x, 0, rv_in(x, op->in[0], op->type));
    }
}

/* T0 = in0 op in1 */
static void alu(RV64 *x, const IROp *op)
{
    uint64_t v;
    if (const_of(x, op->in[1], op->type, &v)) {
        int64_t n = signed_const(v, op->type);
        uint32_t opc = immediate_opc(op->code, &n);
        if (opc) {
            asm_rri(&x->a, opc, T0, rv_in(x, op->in[0], op->type), (int32_t)n);
            return;
        }
    }
    unsigned a = rv_in(x, op->in[0], op->type), b = rv_in(x, op->in[1], op->type);
    if (op->code == OP_andn) {
        asm_rri(&x->a, XORI, T0, a, -1);
        a = T0;
    }
    asm_rrr(&x->a, alu_opc(op->code), T0, a, b);
}

static unsigned alu_kind(const IROp *op)
{
    switch (op->code) {
    case OP_add:
        return CC_ADD;
    case OP_sub:
        return op->out[0] == IR_NONE ? CC_CMP : CC_SUB;
    default:
        return CC_LOGIC;
    }
}

void rv_emit_alu(RV64 *x, const IROp *op)
{
    bool on = cc_on(x, op), is_cmp = op->code == OP_sub && op->out[0] == IR_NONE;
    if (on) {
        alu_operands(x, op);
    }
    if (!is_cmp && (on || op->out[0] != IR_NONE)) {
        alu(x, op);
        if (on) {
            cc_operand(x, 0, T0);
        }
        rv_out_done(x, op, 0, T0);
    }
    if (on) {
        cc_set(x, alu_kind(op), op->type);
    }
}

void rv_emit_incdec(RV64 *x, const IROp *op)
{
    bool inc = op->code == OP_inc, on = cc_on(x, op);
    asm_rri(&x->a, ADDI, T1, rv_in(x, op->in[0], op->type), inc ? 1 : -1);
    rv_out_done(x, op, 0, T1);
    if (on && (x->wanted & CC_C)) {
        cc_overlay(x, inc, op->type, T1);
    } else if (on) {
        cc_operand(x, 0, T1);
        asm_movi(&x->a, T0, 1);
        cc_operand(x, 1, T0);
        cc_set(x, inc ? CC_ADD : CC_SUB, op->type);
    }
}

void rv_emit_neg(RV64 *x, const IROp *op)
{
    bool on = cc_on(x, op);
    unsigned a = rv_in(x, op->in[0], op->type);
    if (on) {
        cc_operand(x, 1, a);
    }
    asm_rrr(&x->a, SUB, T1, ZERO, a);
    rv_out_done(x, op, 0, T1);
    if (on) {
        cc_operand(x, 0, T1);
        cc_set(x, CC_SUB, op->type);
    }
}

void rv_emit_not(RV64 *x, const IROp *op)
{
    asm_rri(&x->a, XORI, T0, rv_in(x, op->in[0], op->type), -1);
    rv_out_done(x, op, 0, T0);
}

void rv_emit_mul(RV64 *x, const IROp *op)
{
    if (cc_on(x, op)) {
        rv_emit_in_c(x, op);
        return;
    }
    unsigned a = rv_in(x, op->in[0], op->type), b = rv_in(x, op->in[1], op->type);
    asm_rrr(&x->a, MUL, T0, a, b);
    rv_out_done(x, op, 0, T0);
}

/* ---- shifts ---- */

/* reg = in0, extended as the shift wants it, shifted by n; all of them in 64 bits. */
static void shift_by(RV64 *x, const IROp *op, unsigned reg, unsigned n)
{
    static const uint32_t opcs[] = {SLLI, SRLI, SRAI};
    unsigned a = rv_in(x, op->in[0], op->type);
    if (op->code != OP_shl) {
        asm_extend(&x->a, op->type, op->code == OP_sar, reg, a);
        a = reg;
    }
    asm_rri(&x->a, opcs[op->code - OP_shl], reg, a, (int32_t)n);
}

static void shift_const(RV64 *x, const IROp *op, unsigned n)
{
    bool on = cc_on(x, op) && n;
    if (on) {
        shift_by(x, op, T1, n - 1);
        cc_operand(x, 1, T1);
    }
    shift_by(x, op, T1, n);
    rv_out_done(x, op, 0, T1);
    if (on) {
        cc_operand(x, 0, T1);
        cc_set(x, op->code == OP_shl ? CC_SHL : CC_SAR, op->type);
    }
}

void rv_emit_shift(RV64 *x, const IROp *op)
{
    static const uint32_t opcs[] = {SLL, SRL, SRA};
    uint64_t n;
    bool wide = op->type == IR_I64;
    if (const_of(x, op->in[1], IR_I8, &n)) {
        shift_const(x, op, n & (wide ? 63 : 31));
        return;
    }
    if (cc_on(x, op)) {
        rv_emit_in_c(x, op);
        return;
    }
    unsigned a = rv_in(x, op->in[0], op->type), by = rv_in(x, op->in[1], IR_I8);
    if (op->code != OP_shl) {
        asm_extend(&x->a, op->type, op->code == OP_sar, T0, a);
        a = T0;
    }
    if (!wide) {
        asm_rri(&x->a, ANDI, T1, by, 31);
        by = T1;
    }
    asm_rrr(&x->a, opcs[op->code - OP_shl], T0, a, by);
    rv_out_done(x, op, 0, T0);
}
static_assert(OP_shl + 1 == OP_shr && OP_shr + 1 == OP_sar, "opcs[]");

/* ---- comparing ---- */

/* The operand with its sign, which keeps the order of unsigned numbers too. */
static unsigned comparand(RV64 *x, IRRef ref, IRType t, unsigned tmp)
{
    uint64_t v;
    if (const_of(x, ref, t, &v)) {
        if (v == 0) {
            return ZERO;
        }
        asm_movi(&x->a, tmp, signed_const(v, t));
        return tmp;
    }
    unsigned r = ra_use(&x->ra, ref);
    if (t == IR_I64) {
        return r;
    }
    asm_extend(&x->a, t, true, tmp, r);
    return tmp;
}

Test rv_compare(RV64 *x, IRType t, Cond c, IRRef a, IRRef b)
{
    uint32_t opc = c & 1 ? 0x1000 : 0; /* the inverse */
    uint8_t n = comparand(x, a, t, T0), m = comparand(x, b, t, T1);
    switch (c >> 1) {
    case COND_B >> 1:
        return (Test){BLTU ^ opc, n, m};
    case COND_E >> 1:
        return (Test){BEQ ^ opc, n, m};
    case COND_BE >> 1:
        return (Test){BGEU ^ opc, m, n};
    case COND_L >> 1:
        return (Test){BLT ^ opc, n, m};
    case COND_LE >> 1:
        return (Test){BGE ^ opc, m, n};
    default: /* tste, tstne */
        asm_rrr(&x->a, AND, T0, n, m);
        return (Test){BEQ ^ opc, T0, ZERO};
    }
}

/* T0 = the test, 0 or 1 */
static void test_to_reg(RV64 *x, Test t)
{
    Asm *a = &x->a;
    bool invert = t.opc & 0x1000;
    switch (t.opc & ~0x1000u) {
    case BLT:
        asm_rrr(a, SLT, T0, t.a, t.b);
        break;
    case BLTU:
        asm_rrr(a, SLTU, T0, t.a, t.b);
        break;
    default:
        asm_rrr(a, XOR, T0, t.a, t.b);
        asm_rri(a, SLTIU, T0, T0, 1);
        break;
    }
    if (invert) {
        asm_rri(a, XORI, T0, T0, 1);
    }
}

void rv_emit_setcond(RV64 *x, const IROp *op)
{
    test_to_reg(x, rv_compare(x, op->type, op->cond, op->in[0], op->in[1]));
    rv_out_done(x, op, 0, T0);
}

void rv_emit_setcc(RV64 *x, const IROp *op)
{
    test_to_reg(x, cc_test_of(x, op->cond));
    rv_out_done(x, op, 0, T0);
}

/* Both values are in registers before the branch; T2 takes the one that it is. */
static void choose(RV64 *x, const IROp *op, Test t, unsigned yes, unsigned no)
{
    asm_mov(&x->a, T2, yes);
    asm_branch(&x->a, t.opc, t.a, t.b, 8);
    asm_rri(&x->a, ADDI, T2, no, 0);
    asm_mov(&x->a, T0, T2);
    rv_out_done(x, op, 0, T0);
}

void rv_emit_select(RV64 *x, const IROp *op)
{
    unsigned yes = rv_in(x, op->in[2], op->type), no = rv_in(x, op->in[3], op->type);
    Test t = rv_compare(x, IR_I64, op->cond, op->in[0], op->in[1]);
    choose(x, op, t, yes, no);
}

void rv_emit_selcc(RV64 *x, const IROp *op)
{
    unsigned yes = rv_in(x, op->in[0], op->type), no = rv_in(x, op->in[1], op->type);
    choose(x, op, cc_test_of(x, op->cond), yes, no);
}

void rv_emit_getcc(RV64 *x, const IROp *op)
{
    cc_load(x);
    rv_out_done(x, op, 0, T0);
}

/* ---- ops computed in C ---- */

static_assert(8 * (IR_MAX_INS + IR_MAX_OUTS) <= FRAME_SLOTS - FRAME_ARGS, "FRAME_ARGS");

/* Any op that ir_eval() knows, by a call. A copy of the op is put behind the unit. */
void rv_emit_in_c(RV64 *x, const IROp *op)
{
    const OpInfo *info = &op_info[op->code];
    g_assert(ir_can_eval(op->code));
    for (unsigned i = 0; i < info->ins; i++) {
        unsigned r = op->in[i] == IR_NONE ? ZERO : rv_in(x, op->in[i], ir_in_type(op, i));
        rv_ls(x, SD, r, SP, FRAME_ARGS + 8 * i);
        ra_release(&x->ra, r);
    }
    ra_evict(&x->ra, SCRATCH);
    rv_data(x, A0, op, sizeof *op);
    rv_add_imm(x, A0 + 1, SP, FRAME_ARGS);
    asm_mov(&x->a, A0 + 2, ENV);
    rv_call_c(x, (const void *)eval_in_env);
    for (unsigned k = 0; k < info->outs; k++) {
        if (op->out[k] != IR_NONE) {
            rv_ls(x, LD, T0, SP, FRAME_ARGS + 8 * (IR_MAX_INS + k));
            rv_out_done(x, op, k, T0);
        }
    }
    if (op->setcc) {
        cc_set_env(x);
    }
}
