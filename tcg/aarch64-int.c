/* Integer ops on an aarch64 host. */
/* SPDX-License-Identifier: MIT */
/*
 * Types below 32 bits are computed in W registers, whose upper bits are anything, and go
 * into a part of a global by BFI. The register of an output may be that of an input, so
 * it is written by the last instruction that reads one. T0 and T1 hold intermediate
 * values; constants that are no immediates go through T1.
 */
#include "tcg/aarch64-internal.h"
#include "tcg/eval.h"
#include "util/host.h"

/* ---- operands ---- */

static bool const_of(const A64 *x, IRRef ref, IRType t, uint64_t *v)
{
    if (!ir_is_const(x->s, ref)) {
        return false;
    }
    *v = ir_t(x->s, ref)->val & ir_type_mask(t);
    return true;
}

unsigned a64_in(A64 *x, IRRef ref, IRType t)
{
    uint64_t v;
    if (!const_of(x, ref, t, &v)) {
        return ra_use(&x->ra, ref);
    }
    if (v == 0) {
        return XZR;
    }
    unsigned r = ra_alloc(&x->ra);
    asm_movi(&x->a, r, v);
    return r;
}

void a64_use_inputs(A64 *x, const IROp *op)
{
    for (unsigned i = 0; i < op_info[op->code].ins; i++) {
        if (op->in[i] != IR_NONE && !ir_is_const(x->s, op->in[i]) &&
            ir_t(x->s, op->in[i])->type <= IR_I64) {
            ra_use(&x->ra, op->in[i]);
        }
    }
}

static bool is_part(const A64 *x, const IROp *op, unsigned k)
{
    return ir_is_global(x->s, op->out[k]) && ir_out_type(op) < IR_I32;
}

unsigned a64_out(A64 *x, const IROp *op, unsigned k)
{
    if (op->out[k] == IR_NONE || is_part(x, op, k)) {
        return k ? T1 : T0;
    }
    return ra_def(&x->ra, op->out[k]);
}

void a64_out_done(A64 *x, const IROp *op, unsigned k, unsigned reg)
{
    IRRef out = op->out[k];
    IRType t = ir_out_type(op);
    if (out == IR_NONE) {
        return;
    }
    if (is_part(x, op, k)) {
        unsigned g = ra_use(&x->ra, out);
        asm_insert(&x->a, IR_I64, from_to(reg, g), 0, ir_type_bits(t));
        ra_dirty(&x->ra, out);
    } else if (reg != ra_def(&x->ra, out)) {
        asm_mov(&x->a, t == IR_I32 ? IR_I32 : IR_I64, ra_def(&x->ra, out), reg);
    }
}

void a64_load_fixed(A64 *x, unsigned reg, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    if (t->kind == TEMP_CONST) {
        asm_movi(&x->a, reg, t->val);
    } else if (t->reg) {
        asm_mov(&x->a, IR_I64, reg, t->reg - 1);
    } else if (t->kind == TEMP_GLOBAL) {
        a64_env(x, ls_opc(LDR, 3), reg, t->env_offset);
    } else {
        asm_ls(&x->a, ls_opc(LDR, 3), reg, SP, FRAME_SLOTS + 8 * (t->slot - 1));
    }
}

bool a64_adds(const A64 *x, const IROp *op, IRRef global, int64_t *n)
{
    if (op->type != IR_I64 || op->out[0] != global || op->in[0] != global) {
        return false;
    }
    switch (op->code) {
    case OP_lea:
        *n = op->imm;
        return op->in[1] == IR_NONE;
    case OP_inc:
    case OP_dec:
        *n = op->code == OP_inc ? 1 : -1;
        return true;
    case OP_add:
    case OP_sub:
        if (!ir_is_const(x->s, op->in[1])) {
            return false;
        }
        *n = (int64_t)ir_t(x->s, op->in[1])->val;
        *n = op->code == OP_add ? *n : (int64_t) - (uint64_t)*n;
        return true;
    default:
        return false;
    }
}

/* ---- moves ---- */

void a64_emit_mov(A64 *x, const IROp *op)
{
    uint64_t v;
    if (const_of(x, op->in[0], op->type, &v)) {
        if (is_part(x, op, 0) && v == 0) {
            a64_out_done(x, op, 0, XZR);
            return;
        }
        unsigned d = a64_out(x, op, 0);
        asm_movi(&x->a, d, v);
        a64_out_done(x, op, 0, d);
        return;
    }
    unsigned s = a64_in(x, op->in[0], op->type);
    if (is_part(x, op, 0)) {
        a64_out_done(x, op, 0, s);
    } else {
        asm_mov(&x->a, op->type, a64_out(x, op, 0), s);
    }
}

static void emit_extend(A64 *x, const IROp *op, bool sign)
{
    unsigned s = a64_in(x, op->in[0], (IRType)op->imm), d = a64_out(x, op, 0);
    asm_extend(&x->a, sign ? op->type : IR_I64, (IRType)op->imm, sign, d, s);
    a64_out_done(x, op, 0, d);
}

void a64_emit_zext(A64 *x, const IROp *op)
{
    emit_extend(x, op, false);
}

void a64_emit_sext(A64 *x, const IROp *op)
{
    emit_extend(x, op, true);
}

void a64_emit_extract(A64 *x, const IROp *op)
{
    unsigned s = a64_in(x, op->in[0], op->type), d = a64_out(x, op, 0);
    asm_extract(&x->a, op->type, op->code == OP_sextract, from_to(s, d), op->imm & 0xff,
                op->imm >> 8);
    a64_out_done(x, op, 0, d);
}

void a64_emit_deposit(A64 *x, const IROp *op)
{
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    unsigned b = a64_in(x, op->in[1], op->type);
    if (op->out[0] == op->in[0] && op->type >= IR_I32) {
        unsigned g = ra_use(&x->ra, op->in[0]);
        asm_insert(&x->a, op->type, from_to(b, g), pos, len);
        ra_dirty(&x->ra, op->in[0]);
        return;
    }
    asm_mov(&x->a, op->type, T0, a64_in(x, op->in[0], op->type));
    asm_insert(&x->a, op->type, from_to(b, T0), pos, len);
    a64_out_done(x, op, 0, T0);
}

void a64_emit_bswap(A64 *x, const IROp *op)
{
    unsigned s = a64_in(x, op->in[0], op->type), d = a64_out(x, op, 0);
    asm_rev(&x->a, op->type, d, s);
    a64_out_done(x, op, 0, d);
}

void a64_addsub_const(A64 *x, uint32_t opc, IRType t, uint32_t d_n, uint64_t v)
{
    unsigned d = d_n & 31, n = d_n >> 5;
    uint64_t mask = t == IR_I64 ? UINT64_MAX : UINT32_MAX, minus = -v & mask;
    if (n != XZR && is_addsub_imm(v & mask)) {
        asm_addsub_imm(&x->a, opc, t, d, n, v & mask);
    } else if (n != XZR && is_addsub_imm(minus)) { /* the flags are the same */
        asm_addsub_imm(&x->a, opc ^ (ADD ^ SUB), t, d, n, minus);
    } else {
        asm_movi(&x->a, T1, v & mask);
        asm_rrr(&x->a, opc, t, d, n, T1);
    }
}

/* d = base + (index << scale) + imm */
void a64_emit_lea(A64 *x, const IROp *op)
{
    IRType t = op->type;
    uint64_t imm = op->imm, v;
    unsigned base = XZR, index = XZR;
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
    imm &= ir_type_mask(t == IR_I64 ? IR_I64 : IR_I32);
    unsigned d = a64_out(x, op, 0);
    if (index != XZR) {
        if (base == XZR) {
            asm_shift_imm(&x->a, LSL, t, from_to(index, imm ? T0 : d), op->scale);
        } else {
            asm_shifted(&x->a, ADD, t, imm ? T0 : d, base,
                        shifted(index, LSL, op->scale));
        }
        base = imm ? T0 : d;
    }
    if (base == XZR) {
        asm_movi(&x->a, d, imm);
    } else if (imm) {
        a64_addsub_const(x, ADD, t, from_to(base, d), imm);
    } else if (base != d) {
        asm_mov(&x->a, t, d, base);
    }
    a64_out_done(x, op, 0, d);
}

/* ---- arithmetic and logic ---- */

static uint32_t alu_opc(OpCode code)
{
    switch (code) {
    case OP_add:
        return ADD;
    case OP_sub:
        return SUB;
    case OP_and:
        return AND;
    case OP_or:
        return ORR;
    case OP_xor:
        return EOR;
    default:
        return AND | LOGIC_NOT;
    }
}

static bool is_addsub(OpCode code)
{
    return code == OP_add || code == OP_sub;
}

/* d = n opc v where v is an immediate of a logical instruction. */
static bool logic_const(A64 *x, uint32_t opc, IRType t, uint32_t d_n, uint64_t v)
{
    unsigned d = d_n & 31, n = d_n >> 5;
    uint64_t above = t < IR_I32 ? UINT32_MAX & ~ir_type_mask(t) : 0;
    if (n == XZR) {
        return false;
    }
    return asm_logic_imm(&x->a, opc, t, d, n, v) ||
           (above && asm_logic_imm(&x->a, opc, t, d, n, v | above));
}

/* d = a op b */
static void alu(A64 *x, const IROp *op, uint32_t opc, unsigned d, unsigned ia)
{
    IRType t = op->type;
    IRRef a = op->in[ia], b = op->in[!ia];
    uint64_t v;
    unsigned n = a64_in(x, a, t);
    if (const_of(x, b, t, &v) && is_addsub(op->code)) {
        a64_addsub_const(x, opc, t, from_to(n, d),
                         t < IR_I32 ? (uint64_t)sign_extend(v, ir_type_bits(t)) : v);
    } else if (!(const_of(x, b, t, &v) && !(opc & LOGIC_NOT) &&
                 logic_const(x, opc, t, from_to(n, d), v))) {
        asm_rrr(&x->a, opc, t, d, n, a64_in(x, b, t));
    }
}

/* What an op without output leaves: for `test` its result, if the recipe needs it. */
static unsigned result_of_compare(A64 *x, const IROp *op, CCPlan *p)
{
    if (op->code == OP_sub || !p->on || p->next.v[0].kind != CCV_NONE) {
        return XZR;
    }
    unsigned r = ra_alloc(&x->ra);
    cc_operand_reg(x, p, 0, r);
    return r;
}

static void plan_alu(A64 *x, CCPlan *p, const IROp *op, unsigned ia)
{
    IRRef out = op->out[0], a = op->in[ia], b = op->in[!ia];
    if (op->code == OP_add) {
        cc_plan(x, p, CC_ADD, out, b);
    } else if (op->code == OP_sub && out != IR_NONE) {
        cc_plan(x, p, CC_SUB, out, b);
    } else if (op->code == OP_sub) {
        unsigned kind = recipe_of_compare(x->s, (IRType)op->type, b);
        cc_plan(x, p, kind, a, kind == CC_LOGIC ? IR_NONE : b);
    } else {
        cc_plan(x, p, CC_LOGIC, out == IR_NONE && a == b ? a : out, IR_NONE);
    }
}

void a64_emit_alu(A64 *x, const IROp *op)
{
    IRRef out = op->out[0];
    bool comm = op_info[op->code].flags & OPF_COMM;
    /* in[ia] is the first operand of the host's instruction */
    unsigned ia = op->code == OP_andn || (comm && ir_is_const(x->s, op->in[0]));
    uint32_t opc = alu_opc(op->code);
    bool has_flags = op->code != OP_or && op->code != OP_xor && op->type >= IR_I32;
    CCPlan p;
    plan_alu(x, &p, op, ia);
    if (out == IR_NONE && !p.on) {
        return;
    }
    if (p.on && has_flags) {
        opc |= is_addsub(op->code) ? ADDS ^ ADD : ANDS ^ AND;
    }
    a64_use_inputs(x, op);
    unsigned d = out == IR_NONE ? result_of_compare(x, op, &p) : a64_out(x, op, 0);
    if (out != IR_NONE || has_flags || d != XZR) {
        alu(x, op, opc, d, ia);
    }
    cc_done(x, &p, p.on && has_flags ? CC_NZCV : 0, op->code == OP_sub);
    if (out != IR_NONE) {
        a64_out_done(x, op, 0, d);
    }
}

void a64_emit_carry(A64 *x, const IROp *op)
{
    bool sbb = op->code == OP_sbb;
    IRType t = op->type;
    CCPlan p;
    if (t < IR_I32) {
        a64_emit_in_c(x, op);
        return;
    }
    cc_load_carry(x, sbb);
    cc_plan(x, &p, sbb ? CC_SBB : CC_ADC, op->out[0], op->in[1]);
    if (p.on) {
        unsigned c = ra_alloc(&x->ra);
        asm_cset(&x->a, c, sbb ? A_LO : A_HS);
        cc_operand_reg(x, &p, 2, c);
    }
    unsigned a = a64_in(x, op->in[0], t), b = a64_in(x, op->in[1], t);
    unsigned d = a64_out(x, op, 0);
    asm_rrr(&x->a, (sbb ? SBC : ADC) | (p.on ? ADCS ^ ADC : 0), t, d, a, b);
    cc_done(x, &p, p.on ? CC_NZCV : 0, sbb);
    a64_out_done(x, op, 0, d);
}
static_assert((SBC ^ SBCS) == (ADC ^ ADCS), "a bit sets the flags");

void a64_emit_incdec(A64 *x, const IROp *op)
{
    bool inc = op->code == OP_inc, on = op->setcc && x->wanted;
    bool overlay = on && (x->wanted & CC_C);
    bool wide = op->type >= IR_I32;
    CCPlan p = {0};
    if (!overlay) {
        cc_plan(x, &p, inc ? CC_ADD : CC_SUB, op->out[0], REF_ONE);
    }
    unsigned a = a64_in(x, op->in[0], op->type), d = a64_out(x, op, 0);
    uint32_t opc = (inc ? ADD : SUB) | (on && wide ? ADDS ^ ADD : 0);
    a64_addsub_const(x, opc, op->type, from_to(a, d), 1);
    if (overlay) {
        cc_overlay(x, inc, op->out[0]);
        x->cc.host = wide && !TCG_OPT_OFF(x->s, hostflags) ? CC_NZCV & ~CC_C : 0;
    } else {
        cc_done(x, &p, on && wide ? CC_NZCV : 0, !inc);
    }
    a64_out_done(x, op, 0, d);
}

void a64_emit_neg(A64 *x, const IROp *op)
{
    CCPlan p;
    cc_plan(x, &p, CC_SUB, op->out[0], op->in[0]);
    bool flags = p.on && op->type >= IR_I32;
    unsigned a = a64_in(x, op->in[0], op->type), d = a64_out(x, op, 0);
    asm_rrr(&x->a, flags ? SUBS : SUB, op->type, d, XZR, a);
    cc_done(x, &p, flags ? CC_NZCV : 0, true);
    a64_out_done(x, op, 0, d);
}

void a64_emit_not(A64 *x, const IROp *op)
{
    unsigned a = a64_in(x, op->in[0], op->type), d = a64_out(x, op, 0);
    asm_rrr(&x->a, ORR | LOGIC_NOT, op->type, d, XZR, a);
    a64_out_done(x, op, 0, d);
}

/* ---- multiplication, division ---- */

/* CF = OF = the condition; the other flags are undefined. */
static void overflow_flags(A64 *x, ACond c)
{
    unsigned r = ra_alloc(&x->ra);
    asm_cset(&x->a, r, c);
    asm_shifted(&x->a, ORR, IR_I32, r, r, shifted(r, LSL, 11));
    cc_set_value(x, r);
}
static_assert(CC_C == 1 && CC_O == 1 << 11, "overflow_flags()");

/* Types below 32 bits. */
static void mul_small(A64 *x, const IROp *op, unsigned a, unsigned b)
{
    Asm *as = &x->a;
    asm_extend(as, IR_I32, op->type, true, T0, a);
    asm_extend(as, IR_I32, op->type, true, T1, b);
    asm_madd(as, MADD, IR_I32, T0, T0, times(T1, XZR));
    if (op->setcc && x->wanted) {
        asm_shifted(as, SUBS, IR_I32, XZR, T0, extended(T0, op->type, true, 0));
        overflow_flags(x, A_NE);
    }
    a64_out_done(x, op, 0, T0);
}

void a64_emit_mul(A64 *x, const IROp *op)
{
    IRType t = op->type;
    unsigned a = a64_in(x, op->in[0], t), b = a64_in(x, op->in[1], t);
    CCPlan p;
    if (t < IR_I32) {
        mul_small(x, op, a, b);
        return;
    }
    cc_plan(x, &p, CC_MULS, op->out[0], IR_NONE);
    if (p.on) {
        unsigned high = ra_alloc(&x->ra);
        if (t == IR_I64) {
            asm_rrr(&x->a, SMULH, t, high, a, b);
        } else {
            asm_madd(&x->a, SMADDL, IR_I64, high, a, times(b, XZR));
            asm_shift_imm(&x->a, LSR, IR_I64, from_to(high, high), 32);
        }
        cc_operand_reg(x, &p, 1, high);
    }
    unsigned d = a64_out(x, op, 0);
    asm_madd(&x->a, MADD, t, d, a, times(b, XZR));
    cc_done(x, &p, 0, false);
    a64_out_done(x, op, 0, d);
}

/* low, high = a * b. */
static void mul_wide(A64 *x, uint32_t low_high, bool sign, unsigned a, unsigned b)
{
    Asm *as = &x->a;
    unsigned low = low_high & 31, high = low_high >> 5;
    uint32_t opc = sign ? SMULH : UMULH;
    if (high != a && high != b) {
        asm_rrr(as, opc, IR_I64, high, a, b);
        asm_madd(as, MADD, IR_I64, low, a, times(b, XZR));
    } else if (low != a && low != b) {
        asm_madd(as, MADD, IR_I64, low, a, times(b, XZR));
        asm_rrr(as, opc, IR_I64, high, a, b);
    } else {
        asm_rrr(as, opc, IR_I64, T1, a, b);
        asm_madd(as, MADD, IR_I64, low, a, times(b, XZR));
        asm_mov(as, IR_I64, high, T1);
    }
}

void a64_emit_mul2(A64 *x, const IROp *op)
{
    bool sign = op->code == OP_muls2;
    unsigned a = a64_in(x, op->in[0], op->type), b = a64_in(x, op->in[1], op->type);
    CCPlan p;
    cc_plan(x, &p, sign ? CC_MULS : CC_MULU, op->out[0], IR_NONE);
    if (p.on) {
        p.next.v[1] = (CCVal){.kind = CCV_REF, .ref = op->out[1]};
    }
    unsigned low = a64_out(x, op, 0), high = a64_out(x, op, 1);
    if (op->type == IR_I64) {
        mul_wide(x, from_to(high, low), sign, a, b);
    } else {
        asm_madd(&x->a, sign ? SMADDL : UMADDL, IR_I64, T0, a, times(b, XZR));
        asm_shift_imm(&x->a, LSR, IR_I64, from_to(T0, high), 32);
        asm_mov(&x->a, IR_I32, low, T0);
    }
    cc_done(x, &p, 0, false);
    a64_out_done(x, op, 0, low);
    a64_out_done(x, op, 1, high);
}

void a64_divs(uint64_t *args)
{
    IROp op = {.code = OP_divs2, .type = IR_I64};
    uint64_t in[IR_MAX_INS] = {args[0], args[1], args[2]};
    uint32_t cc = 0;
    ir_eval(&op, in, args, &cc);
}

/* T0, T1 = quotient and remainder. */
static void div32(A64 *x, bool sign, unsigned lo, unsigned hi, unsigned by)
{
    Asm *a = &x->a;
    asm_mov(a, IR_I32, T0, lo);
    asm_insert(a, IR_I64, from_to(hi, T0), 32, 32);
    asm_extend(a, IR_I64, IR_I32, sign, T1, by);
    asm_rrr(a, sign ? SDIV : UDIV, IR_I64, T2, T0, T1);
    asm_madd(a, MSUB, IR_I64, T1, T2, times(T1, T0));
    asm_mov(a, IR_I32, T0, T2);
    asm_mov(a, IR_I32, T1, T1);
}

/* The host divides 64 bits: where the upper half says nothing that is enough. */
static void div64(A64 *x, bool sign, unsigned lo, unsigned hi, unsigned by)
{
    Asm *a = &x->a;
    if (sign) {
        asm_shifted(a, EOR, IR_I64, T0, hi, shifted(lo, ASR, 63));
    }
    uint8_t *wide = asm_branch(a, cb(CBNZ, IR_I64, sign ? T0 : hi));
    asm_rrr(a, sign ? SDIV : UDIV, IR_I64, T0, lo, by);
    asm_madd(a, MSUB, IR_I64, T1, T0, times(by, lo));
    uint8_t *done = asm_branch(a, B);
    asm_patch(wide, a->p);
    cc_clobber(x);
    asm_pair(a, PAIR_X, from_to(lo, hi), SP, FRAME_ARGS);
    asm_ls(a, ls_opc(STR, 3), by, SP, FRAME_ARGS + 16);
    a64_call(x, a64_thunks.div[sign]);
    asm_patch(done, a->p);
}

void a64_emit_div(A64 *x, const IROp *op)
{
    bool sign = op->code == OP_divs2;
    unsigned r[3];
    for (unsigned i = 0; i < 3; i++) {
        r[i] = a64_in(x, op->in[i], op->type);
    }
    (op->type == IR_I64 ? div64 : div32)(x, sign, r[0], r[1], r[2]);
    a64_out_done(x, op, 0, T0);
    a64_out_done(x, op, 1, T1);
}

/* ---- shifts ---- */

/* T0 = a repeated to fill 32 bits. */
static void repeat(A64 *x, IRType t, unsigned a)
{
    asm_extend(&x->a, IR_I32, t, false, T0, a);
    if (t == IR_I8) {
        asm_shifted(&x->a, ORR, IR_I32, T0, T0, shifted(T0, LSL, 8));
    }
    asm_shifted(&x->a, ORR, IR_I32, T0, T0, shifted(T0, LSL, 16));
}

/* d = a shifted by a constant that is not 0. */
static void shift_const(A64 *x, OpCode code, IRType t, uint32_t d_a, unsigned n)
{
    unsigned bits = ir_type_bits(t), d = d_a & 31, a = d_a >> 5;
    switch (code) {
    case OP_shl:
        asm_shift_imm(&x->a, LSL, t, d_a, n);
        break;
    case OP_shr:
        if (n >= bits) {
            asm_movi(&x->a, d, 0);
        } else {
            asm_extract(&x->a, t, false, d_a, n, bits - n);
        }
        break;
    case OP_sar:
        n = MIN(n, bits - 1);
        asm_extract(&x->a, t, true, d_a, n, bits - n);
        break;
    default:
        n = code == OP_rotl ? -n & (bits - 1) : n & (bits - 1);
        if (t < IR_I32) {
            repeat(x, t, a);
            d_a = from_to(T0, d);
        }
        asm_shift_imm(&x->a, ROR, t, d_a, n);
        break;
    }
}

/* The same by a register. Destroys T0 and T1; d is written last. */
static void shift_var(A64 *x, OpCode code, IRType t, uint32_t d_a, unsigned n)
{
    static const uint32_t opcs[] = {LSLV, LSRV, ASRV, RORV, RORV};
    unsigned d = d_a & 31, a = d_a >> 5;
    if (code == OP_rotl) {
        asm_rrr(&x->a, SUB, IR_I32, T1, XZR, n);
        n = T1;
    }
    if (t < IR_I32 && code >= OP_rotl) {
        repeat(x, t, a);
        a = T0;
    } else if (t < IR_I32 && code != OP_shl) {
        asm_extend(&x->a, IR_I32, t, code == OP_sar, T0, a);
        a = T0;
    }
    asm_rrr(&x->a, opcs[code - OP_shl], t, d, a, n);
}
static_assert(OP_shl + 1 == OP_shr && OP_shr + 1 == OP_sar && OP_sar + 1 == OP_rotl &&
                  OP_rotl + 1 == OP_rotr,
              "opcs[]");

/* The operand shifted by one place less, as operand b of the recipe. */
static void plan_shift(A64 *x, CCPlan *p, OpCode code, unsigned n)
{
    const IROp *op = x->op;
    unsigned kind = code == OP_shl || code == OP_shld ? CC_SHL : CC_SAR;
    bool carry = x->wanted & (CC_C | CC_O);
    cc_plan(x, p, carry ? kind : CC_LOGIC, op->out[0],
            carry && n == 1 ? op->in[0] : IR_NONE);
    if (p->on && carry && n > 1) {
        unsigned r = ra_alloc(&x->ra), a = a64_in(x, op->in[0], op->type);
        OpCode by = code == OP_shld ? OP_shl : code == OP_shrd ? OP_shr : code;
        shift_const(x, by, op->type, from_to(a, r), n - 1);
        cc_operand_reg(x, p, 1, r);
    }
}

/* Bit `bit` of v, alone in T1, becomes bit `to` of r. */
static void flag_from_bit(A64 *x, unsigned r, unsigned v, unsigned bit, unsigned to)
{
    if (bit) {
        asm_extract(&x->a, IR_I64, false, from_to(v, T1), bit, 1);
        v = T1;
    }
    asm_insert(&x->a, IR_I64, from_to(v, r), to, 1);
}

/* A register with the flags of before, of which those of `mask` are going to change. */
static unsigned flags_to_change(A64 *x, uint32_t mask)
{
    unsigned r = ra_alloc(&x->ra);
    if (x->cc.base == CC_BASE_NONE || !(x->wanted & ~mask)) {
        asm_movi(&x->a, r, 0);
    } else {
        asm_mov(&x->a, IR_I64, r, cc_to_value(x));
    }
    return r;
}

/* CF and OF of a rotation's result v. */
static void rotate_flags(A64 *x, unsigned r, OpCode code, IRType t, unsigned v)
{
    unsigned top = ir_type_bits(t) - 1;
    IRType wide = t == IR_I64 ? IR_I64 : IR_I32;
    flag_from_bit(x, r, v, code == OP_rotl ? 0 : top, 0);
    if (code == OP_rotl) {
        asm_shifted(&x->a, EOR, wide, T1, v, shifted(v, LSR, top));
        flag_from_bit(x, r, T1, 0, 11);
    } else {
        asm_shifted(&x->a, EOR, wide, T1, v, shifted(v, LSR, 1));
        flag_from_bit(x, r, T1, top - 1, 11);
    }
}

static void emit_shift_const(A64 *x, const IROp *op, unsigned n)
{
    bool rotate = op->code >= OP_rotl, on = op->setcc && x->wanted;
    CCPlan p = {0};
    unsigned flags = NO_REG;
    if (rotate && on) {
        flags = flags_to_change(x, CC_C | CC_O);
    } else if (!rotate) {
        plan_shift(x, &p, op->code, n);
    }
    unsigned a = a64_in(x, op->in[0], op->type), d = a64_out(x, op, 0);
    shift_const(x, op->code, op->type, from_to(a, d), n);
    if (flags != NO_REG) {
        rotate_flags(x, flags, op->code, op->type, d);
        cc_set_value(x, flags);
    } else {
        cc_done(x, &p, 0, false);
    }
    a64_out_done(x, op, 0, d);
}

/* With a count of zero the flags are the old ones: in env, and maybe replaced there. */
static void emit_shift_flags(A64 *x, const IROp *op)
{
    const GuestDesc *g = x->g;
    IRType t = op->type;
    Asm *as = &x->a;
    cc_store(x);
    unsigned n = a64_in(x, op->in[1], IR_I8), a = a64_in(x, op->in[0], t);
    unsigned b = ra_alloc(&x->ra);
    asm_logic_imm(as, AND, IR_I32, T1, n, t == IR_I64 ? 63 : 31);
    uint8_t *zero = asm_branch(as, cb(CBZ, IR_I32, T1));
    asm_addsub_imm(as, SUB, IR_I32, T1, T1, 1);
    shift_var(x, op->code, t, from_to(a, b), T1);
    a64_env(x, ls_opc(STR, 3), b, g->cc_b);
    shift_var(x, op->code, t, from_to(a, b), n);
    a64_env(x, ls_opc(STR, 3), b, g->cc_a);
    asm_movi(as, T1, CC_OP(op->code == OP_shl ? CC_SHL : CC_SAR, t));
    a64_env(x, ls_opc(STR, 2), T1, g->cc_op);
    asm_patch(zero, as->p);
    unsigned d = a64_out(x, op, 0);
    shift_var(x, op->code, t, from_to(a, d), n);
    cc_set_env(x);
    a64_out_done(x, op, 0, d);
}

void a64_emit_shift(A64 *x, const IROp *op)
{
    uint64_t n;
    bool on = op->setcc && x->wanted;
    if (const_of(x, op->in[1], IR_I8, &n)) {
        n &= op->type == IR_I64 ? 63 : 31;
        if (n) {
            emit_shift_const(x, op, n);
        } else {
            unsigned a = a64_in(x, op->in[0], op->type), d = a64_out(x, op, 0);
            asm_mov(&x->a, op->type, d, a);
            a64_out_done(x, op, 0, d);
        }
    } else if (on && (op->code >= OP_rotl || ir_is_const(x->s, op->in[0]))) {
        a64_emit_in_c(x, op);
    } else if (on) {
        emit_shift_flags(x, op);
    } else {
        unsigned a = a64_in(x, op->in[0], op->type), n_reg = a64_in(x, op->in[1], IR_I8);
        unsigned d = a64_out(x, op, 0);
        shift_var(x, op->code, op->type, from_to(a, d), n_reg);
        a64_out_done(x, op, 0, d);
    }
}

/* shld, shrd: by a constant, of 32 or 64 bits. */
void a64_emit_double_shift(A64 *x, const IROp *op)
{
    IRType t = op->type;
    uint64_t n;
    if (t < IR_I32 || !const_of(x, op->in[2], IR_I8, &n) ||
        !(n &= t == IR_I64 ? 63 : 31)) {
        a64_emit_in_c(x, op);
        return;
    }
    CCPlan p;
    plan_shift(x, &p, op->code, n);
    unsigned a = a64_in(x, op->in[0], t), b = a64_in(x, op->in[1], t);
    unsigned d = a64_out(x, op, 0);
    if (op->code == OP_shld) {
        asm_extr(&x->a, t, from_to(a, d), b, ir_type_bits(t) - n);
    } else {
        asm_extr(&x->a, t, from_to(b, d), a, n);
    }
    cc_done(x, &p, 0, false);
    a64_out_done(x, op, 0, d);
}

/* ---- bits ---- */

/* T1 = in[0] shifted so that the bit is at the bottom; T0 = 1 << bit number. */
static void find_bit(A64 *x, const IROp *op, unsigned a, bool mask)
{
    IRType t = op->type;
    unsigned n = a64_in(x, op->in[1], IR_I8);
    if (t < IR_I32) {
        if (n == XZR) {
            asm_movi(&x->a, T1, 0);
        } else {
            asm_logic_imm(&x->a, AND, IR_I32, T1, n, ir_type_bits(t) - 1);
        }
        n = T1;
    }
    if (mask) {
        asm_movi(&x->a, T0, 1);
        asm_rrr(&x->a, LSLV, t, T0, T0, n);
    }
    asm_rrr(&x->a, LSRV, t, T1, a, n);
}

/* bt, bts, btr, btc: of the flags only CF changes. */
void a64_emit_bit(A64 *x, const IROp *op)
{
    static const uint32_t opcs[] = {ORR, AND | LOGIC_NOT, EOR};
    IRType t = op->type;
    unsigned flags = NO_REG;
    if (op->setcc && (x->wanted & CC_C)) {
        flags = flags_to_change(x, CC_C);
    }
    unsigned a = a64_in(x, op->in[0], t);
    find_bit(x, op, a, op->code != OP_bt);
    if (flags != NO_REG) {
        asm_insert(&x->a, IR_I64, from_to(T1, flags), 0, 1);
    }
    if (op->code != OP_bt) {
        unsigned d = a64_out(x, op, 0);
        asm_rrr(&x->a, opcs[op->code - OP_bts], t, d, a, T0);
        a64_out_done(x, op, 0, d);
    }
    if (flags != NO_REG) {
        cc_set_value(x, flags);
    }
}
static_assert(OP_bts + 1 == OP_btr && OP_btr + 1 == OP_btc, "opcs[]");

void a64_emit_scan(A64 *x, const IROp *op)
{
    IRType t = op->type;
    CCPlan p;
    cc_plan(x, &p, CC_LOGIC, op->in[0], IR_NONE);
    if (op->in[0] == op->out[0] && p.on) { /* the recipe is about what was there */
        unsigned r = ra_alloc(&x->ra);
        asm_mov(&x->a, IR_I64, r, ra_use(&x->ra, op->in[0]));
        cc_operand_reg(x, &p, 0, r);
    }
    unsigned a = a64_in(x, op->in[0], t), other = a64_in(x, op->in[1], t);
    if (t < IR_I32) {
        asm_extend(&x->a, IR_I32, t, false, T1, a);
        a = T1;
    }
    if (op->code == OP_bsf) {
        asm_rr(&x->a, RBIT, t, T0, a);
        asm_rr(&x->a, CLZ, t, T0, T0);
    } else {
        asm_rr(&x->a, CLZ, t, T0, a);
        asm_logic_imm(&x->a, EOR, IR_I32, T0, T0, t == IR_I64 ? 63 : 31);
    }
    asm_rrr(&x->a, SUBS, t, XZR, a, XZR);
    unsigned d = a64_out(x, op, 0);
    asm_csel(&x->a, CSEL, t, from_to(other, d), T0, A_EQ);
    cc_clobber(x);
    cc_done(x, &p, 0, false);
    a64_out_done(x, op, 0, d);
}

/* tzcnt, lzcnt */
void a64_emit_count(A64 *x, const IROp *op)
{
    IRType t = op->type;
    unsigned a = a64_in(x, op->in[0], t), bits = ir_type_bits(t);
    if (op->setcc && x->wanted) {
        if (t < IR_I32) {
            asm_extend(&x->a, IR_I32, t, false, T1, a);
        }
        asm_rrr(&x->a, SUBS, t, XZR, t < IR_I32 ? T1 : a, XZR);
        asm_cset(&x->a, T1, A_EQ);
    }
    if (op->code == OP_lzcnt && t < IR_I32) {
        asm_shift_imm(&x->a, LSL, IR_I32, from_to(a, T0), 32 - bits);
        asm_logic_imm(&x->a, ORR, IR_I32, T0, T0, UINT32_C(1) << (31 - bits));
        a = T0;
    } else if (t < IR_I32 && a == XZR) {
        asm_movi(&x->a, T0, UINT32_C(1) << bits);
        a = T0;
    } else if (t < IR_I32) {
        asm_logic_imm(&x->a, ORR, IR_I32, T0, a, UINT32_C(1) << bits);
        a = T0;
    }
    if (op->code == OP_tzcnt) {
        asm_rr(&x->a, RBIT, t, T0, a);
        a = T0;
    }
    asm_rr(&x->a, CLZ, t, T0, a);
    if (op->setcc && x->wanted) {
        unsigned r = ra_alloc(&x->ra);
        asm_addsub_imm(&x->a, SUBS, IR_I32, XZR, T0, 0);
        asm_cset(&x->a, r, A_EQ);
        asm_shifted(&x->a, ORR, IR_I32, r, T1, shifted(r, LSL, 6));
        cc_set_value(x, r);
    }
    a64_out_done(x, op, 0, T0);
}
static_assert(CC_Z == 1 << 6, "ZF of tzcnt");

/* ---- comparing ---- */

static ACond cond_of_compare(Cond c)
{
    switch (c) {
    case COND_B:
        return A_LO;
    case COND_AE:
        return A_HS;
    case COND_E:
    case COND_TSTE:
        return A_EQ;
    case COND_NE:
    case COND_TSTNE:
        return A_NE;
    case COND_BE:
        return A_LS;
    case COND_A:
        return A_HI;
    case COND_L:
        return A_LT;
    case COND_GE:
        return A_GE;
    case COND_LE:
        return A_LE;
    default:
        return A_GT;
    }
}

/* Of a & b. */
static Test test_bits(A64 *x, IRType t, Cond c, IRRef a, IRRef b)
{
    uint64_t v = 0;
    unsigned n = a64_in(x, a, t);
    if (const_of(x, b, t, &v) && is_power_of_2(v)) {
        return (Test){.kind = TEST_BIT, .reg = n, .bit = ctz64(v), .invert = c & 1};
    }
    if (a == b && t >= IR_I32) {
        return (Test){.kind = TEST_ZERO, .type = t, .reg = n, .invert = c & 1};
    }
    cc_clobber(x);
    if (!(ir_is_const(x->s, b) && n != XZR && asm_logic_imm(&x->a, ANDS, t, XZR, n, v))) {
        unsigned m = a64_in(x, b, t);
        if (t < IR_I32) {
            asm_rrr(&x->a, AND, IR_I32, T0, n, m);
            asm_logic_imm(&x->a, ANDS, IR_I32, XZR, T0, ir_type_mask(t));
        } else {
            asm_rrr(&x->a, ANDS, t, XZR, n, m);
        }
    }
    return (Test){.kind = TEST_NZCV, .cond = cond_of_compare(c)};
}

/* NZCV of n - b, both extended from a type below 32 bits. */
static void compare_extended(A64 *x, IRType t, bool sign, unsigned n, IRRef b)
{
    uint64_t v;
    asm_extend(&x->a, IR_I32, t, sign, T0, n);
    if (const_of(x, b, t, &v)) {
        a64_addsub_const(x, SUBS, IR_I32, from_to(T0, XZR),
                         sign ? (uint64_t)sign_extend(v, ir_type_bits(t)) : v);
    } else {
        asm_shifted(&x->a, SUBS, IR_I32, XZR, T0, extended(a64_in(x, b, t), t, sign, 0));
    }
}

Test a64_compare(A64 *x, IRType t, Cond c, IRRef a, IRRef b)
{
    uint64_t v = 1;
    bool is_const = const_of(x, b, t, &v);
    if (c == COND_TSTE || c == COND_TSTNE) {
        return test_bits(x, t, c, a, b);
    }
    unsigned n = a64_in(x, a, t);
    if (is_const && v == 0 && t >= IR_I32 && (c == COND_E || c == COND_NE)) {
        return (Test){.kind = TEST_ZERO, .type = t, .reg = n, .invert = c & 1};
    }
    if (is_const && v == 0 && (c == COND_L || c == COND_GE)) {
        return (Test){.kind = TEST_BIT,
                      .reg = n,
                      .bit = ir_type_bits(t) - 1,
                      .invert = c == COND_L};
    }
    cc_clobber(x);
    if (t < IR_I32) {
        compare_extended(x, t, c >= COND_L && c <= COND_G, n, b);
    } else if (is_const) {
        a64_addsub_const(x, SUBS, t, from_to(n, XZR), v);
    } else {
        asm_rrr(&x->a, SUBS, t, XZR, n, a64_in(x, b, t));
    }
    return (Test){.kind = TEST_NZCV, .cond = cond_of_compare(c)};
}

/* As a condition of NZCV. */
static ACond test_cond(A64 *x, Test t)
{
    if (t.kind == TEST_NZCV) {
        return t.cond;
    }
    cc_clobber(x);
    if (t.kind == TEST_BIT) {
        bool wide = t.bit > 31;
        if (t.reg == XZR) {
            asm_rrr(&x->a, ANDS, IR_I32, XZR, XZR, XZR);
        } else {
            asm_logic_imm(&x->a, ANDS, wide ? IR_I64 : IR_I32, XZR, t.reg, BIT64(t.bit));
        }
    } else {
        asm_rrr(&x->a, SUBS, t.type, XZR, t.reg, XZR);
    }
    return t.invert ? A_NE : A_EQ;
}

/* Beyond that many ops a TBZ might not reach its label. */
enum { NEAR_OPS = 300 };

uint8_t *a64_test_branch(A64 *x, Test t, bool holds)
{
    if (t.kind == TEST_BIT && x->s->nops <= NEAR_OPS) {
        return asm_branch(&x->a, tb_opc(t.invert == holds ? TBNZ : TBZ, t.reg, t.bit));
    }
    if (t.kind == TEST_ZERO) {
        return asm_branch(&x->a, cb(t.invert == holds ? CBNZ : CBZ, t.type, t.reg));
    }
    ACond c = test_cond(x, t);
    return asm_branch(&x->a, b_cond(holds ? c : acond_invert(c)));
}

/* d = the test, 0 or 1 */
static void test_to_reg(A64 *x, unsigned d, Test t)
{
    if (t.kind == TEST_BIT) {
        asm_extract(&x->a, IR_I64, false, from_to(t.reg, d), t.bit, 1);
        if (!t.invert) {
            asm_logic_imm(&x->a, EOR, IR_I32, d, d, 1);
        }
    } else {
        asm_cset(&x->a, d, test_cond(x, t));
    }
}

void a64_emit_setcond(A64 *x, const IROp *op)
{
    Test t = a64_compare(x, op->type, op->cond, op->in[0], op->in[1]);
    unsigned d = a64_out(x, op, 0);
    test_to_reg(x, d, t);
    a64_out_done(x, op, 0, d);
}

static void emit_csel(A64 *x, const IROp *op, ACond c, IRRef yes, IRRef no)
{
    unsigned a = a64_in(x, yes, op->type), b = a64_in(x, no, op->type);
    unsigned d = a64_out(x, op, 0);
    asm_csel(&x->a, CSEL, op->type, from_to(a, d), b, c);
    a64_out_done(x, op, 0, d);
}

void a64_emit_select(A64 *x, const IROp *op)
{
    Test t = a64_compare(x, IR_I64, op->cond, op->in[0], op->in[1]);
    emit_csel(x, op, test_cond(x, t), op->in[2], op->in[3]);
}

void a64_emit_setcc(A64 *x, const IROp *op)
{
    Test t = cc_test_of(x, op->cond);
    unsigned d = a64_out(x, op, 0);
    test_to_reg(x, d, t);
    a64_out_done(x, op, 0, d);
}

void a64_emit_selcc(A64 *x, const IROp *op)
{
    Test t = cc_test_of(x, op->cond);
    emit_csel(x, op, test_cond(x, t), op->in[0], op->in[1]);
}

void a64_emit_getcc(A64 *x, const IROp *op)
{
    unsigned v = cc_to_value(x), d = a64_out(x, op, 0);
    asm_movi(&x->a, T1, CC_ALL);
    asm_rrr(&x->a, AND, IR_I32, d, v, T1);
    a64_out_done(x, op, 0, d);
}

void a64_emit_putcc(A64 *x, const IROp *op)
{
    uint32_t mask = op->imm & CC_ALL;
    CCPlan p;
    if (!op->setcc || !x->wanted) {
        return;
    }
    if (!(x->wanted & ~mask)) {
        cc_plan(x, &p, CC_EFLAGS, op->in[0], IR_NONE);
        p.next.type = IR_I64;
        cc_done(x, &p, 0, false);
        return;
    }
    unsigned r = flags_to_change(x, mask), v = a64_in(x, op->in[0], IR_I64);
    asm_movi(&x->a, T1, mask);
    asm_rrr(&x->a, AND | LOGIC_NOT, IR_I32, r, r, T1);
    asm_rrr(&x->a, AND, IR_I32, T1, T1, v);
    asm_rrr(&x->a, ORR, IR_I32, r, r, T1);
    cc_set_value(x, r);
}

/* ---- ops computed in C ---- */

static_assert(8 * (IR_MAX_INS + IR_MAX_OUTS) <= FRAME_SLOTS - FRAME_ARGS, "FRAME_ARGS");

/* Any op that ir_eval() knows, by a call. A copy of the op is put behind the unit. */
void a64_emit_in_c(A64 *x, const IROp *op)
{
    const OpInfo *info = &op_info[op->code];
    g_assert(ir_can_eval(op->code));
    if (op->setcc || info->ccr) {
        cc_store(x);
    }
    a64_vec_in_env(x); /* C may use any vector register */
    cc_clobber(x);
    for (unsigned i = 0; i < info->ins; i++) {
        unsigned r = op->in[i] == IR_NONE ? XZR : a64_in(x, op->in[i], ir_in_type(op, i));
        asm_ls(&x->a, ls_opc(STR, 3), r, SP, FRAME_ARGS + 8 * i);
        ra_release(&x->ra, r);
    }
    ra_evict(&x->ra, 0xff);
    a64_data(x, 0, op, sizeof *op);
    asm_addsub_imm(&x->a, ADD, IR_I64, 1, SP, FRAME_ARGS);
    asm_mov(&x->a, IR_I64, 2, ENV);
    a64_call_c(x, (const void *)eval_in_env);
    for (unsigned k = 0; k < info->outs; k++) {
        if (op->out[k] != IR_NONE) {
            unsigned d = a64_out(x, op, k);
            asm_ls(&x->a, ls_opc(LDR, 3), d, SP, FRAME_ARGS + 8 * (IR_MAX_INS + k));
            a64_out_done(x, op, k, d);
        }
    }
    if (op->setcc) {
        cc_set_env(x);
    }
}

/* ---- CRC ---- */

void a64_emit_crc32(A64 *x, const IROp *op)
{
    if (!host_has(HOST_ARM_CRC32)) {
        a64_emit_in_c(x, op);
        return;
    }
    unsigned sum = a64_in(x, op->in[0], IR_I32), v = a64_in(x, op->in[1], op->type);
    unsigned d = a64_out(x, op, 0);
    IRType t = op->type == IR_I64 ? IR_I64 : IR_I32;
    asm_rrr(&x->a, CRC32CB | op->type << 10, t, d, sum, v);
    a64_out_done(x, op, 0, d);
}
static_assert(IR_I8 == 0 && IR_I64 == 3, "the size field");
