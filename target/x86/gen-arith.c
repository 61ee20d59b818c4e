/* Generators of multiplication, division, shifts, bit operations, BMI, ADX and BCD. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/translate.h"

/* --- multiplication --- */

void gen_imul(DisasContext *s, Insn *i)
{
    unsigned a = i->desc->nops == 3 ? 1 : 0;
    IRRef x = x86_op_load(s, a), y = x86_op_load(s, a + 1);

    ir_op2f(s->tcg, OP_mul, x86_op_type(s, 0), x86_op_dest(s, 0), x, y);
}

static IROp *emit_mul2(DisasContext *s, OpCode code, IRType t, IRRef low, IRRef high)
{
    IROp *op = ir_emit(s->tcg, code, t);

    op->out[0] = low;
    op->out[1] = high;
    return op;
}

/* AX, DX:AX from a product of at most 32 bits. */
static void store_product(DisasContext *s, IRType t, IRRef p)
{
    x86_reg_store(s, R_RAX, IR_I16, p);
    if (t == IR_I16) {
        x86_reg_store(s, R_RDX, IR_I16, x86_op2(s, OP_shr, IR_I32, p, x86_const(s, 16)));
    }
}

/* MUL and IMUL with one operand of 8 or 16 bits. CF = OF: the upper half says something.
 */
static void gen_mul_narrow(DisasContext *s, IRType t, bool sign)
{
    IRRef b = x86_op_load_ext(s, 0, sign);
    IRRef a = sign ? x86_sext(s, s->regs[R_RAX], t) : x86_zext(s, s->regs[R_RAX], t);
    IRRef p = x86_op2(s, OP_mul, IR_I32, a, b), big = x86_temp(s, IR_I64);
    IRRef fits = sign ? x86_sext(s, p, t) : x86_zext(s, p, t);

    ir_setcond(s->tcg, IR_I32, COND_NE, big, p, fits);
    store_product(s, t, p);
    big = x86_op1(s, OP_neg, IR_I64, big);
    big = x86_op2(s, OP_and, IR_I64, big, x86_const(s, CC_C | CC_O));
    ir_putcc(s->tcg, big, CC_ALL);
}

static void gen_mul_one(DisasContext *s, OpCode code, bool sign)
{
    IRType t = x86_op_type(s, 0);

    if (t < IR_I32) {
        gen_mul_narrow(s, t, sign);
        return;
    }

    IRRef b = x86_op_load(s, 0);
    IROp *op = emit_mul2(s, code, t, s->regs[R_RAX], s->regs[R_RDX]);
    op->in[0] = s->regs[R_RAX];
    op->in[1] = b;
    op->setcc = true;
}

GEN(gen_mul, gen_mul_one(s, OP_mulu2, false))
GEN(gen_imul1, gen_mul_one(s, OP_muls2, true))

/* High half to operand 0, low half to operand 1; the high half wins. */
void gen_mulx(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRRef b = x86_op_load(s, 2), low = x86_temp(s, t), high = x86_temp(s, t);
    IROp *op = emit_mul2(s, OP_mulu2, t, low, high);

    op->in[0] = s->regs[R_RDX];
    op->in[1] = b;
    x86_op_store(s, 1, low);
    x86_op_store(s, 0, high);
}

/* --- division: #DE when the quotient does not fit; flags are left as they were --- */

static void emit_div(DisasContext *s, OpCode code, IRType t, const IRRef out[2],
                     const IRRef in[3])
{
    IROp *op = ir_emit(s->tcg, code, t);

    memcpy(op->out, out, 2 * sizeof(IRRef));
    memcpy(op->in, in, 3 * sizeof(IRRef));
}

/* AX or DX:AX as one number of 16 or 32 bits, extended to 64. */
static IRRef dividend_narrow(DisasContext *s, IRType t, bool sign)
{
    IRRef r = x86_temp(s, IR_I64);

    if (t == IR_I8) {
        return sign ? x86_sext(s, s->regs[R_RAX], IR_I16)
                    : x86_zext(s, s->regs[R_RAX], IR_I16);
    }
    ir_deposit(s->tcg, IR_I64, r, s->regs[R_RAX], s->regs[R_RDX], 16, 16);
    return sign ? x86_sext(s, r, IR_I32) : x86_zext(s, r, IR_I32);
}

static void store_quotient_narrow(DisasContext *s, IRType t, IRRef q, IRRef r)
{
    IRRef rax = s->regs[R_RAX];

    x86_reg_store(s, R_RAX, t, q);
    if (t == IR_I8) {
        ir_deposit(s->tcg, IR_I64, rax, rax, r, 8, 8);
    } else {
        x86_reg_store(s, R_RDX, t, r);
    }
}

/* 8 and 16 bits: the dividend fits in twice the width, so divide there and look at the
 * quotient. */
static void gen_div_narrow(DisasContext *s, IRType t, bool sign)
{
    IRType wide = sign ? IR_I64 : IR_I32;
    IRRef b = x86_op_load_ext(s, 0, sign), a = dividend_narrow(s, t, sign);
    IRRef q = x86_temp(s, wide), r = x86_temp(s, wide);
    IRRef high = sign ? x86_op2(s, OP_sar, IR_I64, a, x86_const(s, 63)) : x86_const(s, 0);

    x86_raise_if(s, EXCP_DE, IR_I64, COND_TSTE, b, b);
    emit_div(s, sign ? OP_divs2 : OP_divu2, wide, (IRRef[]){q, r}, (IRRef[]){a, high, b});
    x86_raise_if(s, EXCP_DE, wide, COND_NE, q,
                 sign ? x86_sext(s, q, t) : x86_zext(s, q, t));
    store_quotient_narrow(s, t, q, r);
}

void gen_div(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);

    if (t < IR_I32) {
        gen_div_narrow(s, t, false);
        return;
    }

    IRRef rax = s->regs[R_RAX], rdx = s->regs[R_RDX], b = x86_op_load(s, 0);
    x86_raise_if(s, EXCP_DE, t, COND_AE, rdx, b); /* b == 0 as well */
    emit_div(s, OP_divu2, t, (IRRef[]){rax, rdx}, (IRRef[]){rax, rdx, b});
}

/*
 * The common case is inline: rDX is the sign of rAX, and the divisor is neither 0 nor -1.
 * The helper does the rest.
 */
void gen_idiv(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);

    if (t < IR_I32) {
        gen_div_narrow(s, t, true);
        return;
    }

    IRRef rax = s->regs[R_RAX], rdx = s->regs[R_RDX], b = x86_op_load(s, 0);
    IRRef sign = x86_op2(s, OP_sar, t, rax, x86_const(s, ir_type_bits(t) - 1));
    IRRef b1 = x86_op2(s, OP_add, t, b, x86_const(s, 1));
    const IRRef args[] = {b};
    const HelperInfo *h = t == IR_I64 ? &helper_info_idiv64 : &helper_info_idiv32;

    x86_call_if(s, t, COND_NE, rdx, sign, h, args, false);
    x86_call_if(s, t, COND_BE, b1, x86_const(s, 1), h, args, false);
    emit_div(s, OP_divs2, t, (IRRef[]){rax, rdx}, (IRRef[]){rax, rdx, b});
}

/* --- shifts and rotates; the ops mask the count --- */

static void gen_shift(DisasContext *s, OpCode code)
{
    IRRef count = x86_op_load(s, 1);
    IRRef a = x86_op_load_rmw(s, 0);
    IRRef d = x86_op_dest(s, 0);

    ir_op2f(s->tcg, code, x86_op_type(s, 0), d, a, count);
    x86_op_store(s, 0, d);
}

GEN(gen_rol, gen_shift(s, OP_rotl))
GEN(gen_ror, gen_shift(s, OP_rotr))
GEN(gen_rcl, gen_shift(s, OP_rcl))
GEN(gen_rcr, gen_shift(s, OP_rcr))
GEN(gen_shl, gen_shift(s, OP_shl))
GEN(gen_shr, gen_shift(s, OP_shr))
GEN(gen_sar, gen_shift(s, OP_sar))

static void gen_shift_double(DisasContext *s, OpCode code)
{
    IRRef b = x86_op_load(s, 1), count = x86_op_load(s, 2);
    IRRef a = x86_op_load_rmw(s, 0);
    IRRef d = x86_op_dest(s, 0);

    ir_op3f(s->tcg, code, x86_op_type(s, 0), d, a, b, count);
    x86_op_store(s, 0, d);
}

GEN(gen_shld, gen_shift_double(s, OP_shld))
GEN(gen_shrd, gen_shift_double(s, OP_shrd))

/* SHLX, SHRX, SARX, RORX: no flags */
static void gen_shift_plain(DisasContext *s, OpCode code)
{
    IRRef a = x86_op_load(s, 1), count = x86_op_load(s, 2);

    ir_op2(s->tcg, code, x86_op_type(s, 0), x86_op_dest(s, 0), a, count);
}

GEN(gen_shlx, gen_shift_plain(s, OP_shl))
GEN(gen_shrx, gen_shift_plain(s, OP_shr))
GEN(gen_sarx, gen_shift_plain(s, OP_sar))
GEN(gen_rorx, gen_shift_plain(s, OP_rotr))

/* --- bit test --- */

/*
 * A bit offset in a register is signed and reaches beyond the memory operand: the access
 * is to the operand-sized unit that holds the bit (SDM vol. 2, BT).
 */
static void address_bit(DisasContext *s)
{
    Insn *i = &s->insn;
    IRType t = x86_op_type(s, 0);

    if (!x86_op_is_mem(s, 0) || i->op[1].kind != OPK_REG) {
        return;
    }
    IRRef off = x86_sext(s, x86_op_load(s, 1), t);
    IRRef unit = x86_op2(s, OP_sar, IR_I64, off, x86_const(s, 3 + t));
    bool write = i->opcode != 0xa3; /* all but BT */
    s->addr = x86_seg_addr(s, i->seg, x86_ea(s, unit, t), 1u << t, write);
    s->have_addr = true;
    s->addr_write = write;
}

void gen_bt(DisasContext *s, Insn *i)
{
    address_bit(s);

    IRRef a = x86_op_load(s, 0);
    ir_op2f(s->tcg, OP_bt, x86_op_type(s, 0), IR_NONE, a, x86_op_load(s, 1));
}

static void gen_bit_locked(DisasContext *s, OpCode code)
{
    IRType t = x86_op_type(s, 0);
    OpCode atomic = code == OP_bts ? OP_at_or : code == OP_btr ? OP_at_and : OP_at_xor;
    IRRef n = x86_op_load(s, 1), old = x86_temp(s, t);
    IRRef cut = x86_op2(s, OP_and, IR_I64, n, x86_const(s, ir_type_bits(t) - 1));
    IRRef mask = x86_op2(s, OP_shl, IR_I64, x86_const(s, 1), cut);

    if (code == OP_btr) {
        mask = x86_op1(s, OP_not, IR_I64, mask);
    }
    ir_atomic(s->tcg, atomic, old, x86_op_addr(s, 1u << t, true), mask, IR_NONE, t);
    ir_op2f(s->tcg, OP_bt, t, IR_NONE, old, n);
}

static void gen_bit_change(DisasContext *s, OpCode code)
{
    address_bit(s);
    if (x86_is_locked(s)) {
        gen_bit_locked(s, code);
    } else {
        gen_shift(s, code);
    }
}

GEN(gen_bts, gen_bit_change(s, OP_bts))
GEN(gen_btr, gen_bit_change(s, OP_btr))
GEN(gen_btc, gen_bit_change(s, OP_btc))

/* --- bit scan and count --- */

static void gen_scan(DisasContext *s, OpCode code)
{
    IRRef a = x86_op_load(s, 1), d = x86_op_dest(s, 0);

    ir_op2f(s->tcg, code, x86_op_type(s, 0), d, a, d);
}

GEN(gen_bsf, gen_scan(s, OP_bsf))
GEN(gen_bsr, gen_scan(s, OP_bsr))

static void gen_count(DisasContext *s, OpCode code)
{
    IRRef a = x86_op_load(s, 1);

    ir_op1f(s->tcg, code, x86_op_type(s, 0), x86_op_dest(s, 0), a);
}

GEN(gen_tzcnt, gen_count(s, OP_tzcnt))
GEN(gen_lzcnt, gen_count(s, OP_lzcnt))
GEN(gen_popcnt, gen_count(s, OP_popcnt))

/* --- BMI1, BMI2: SF and ZF by the result, OF = 0, CF as each says --- */

void gen_andn(DisasContext *s, Insn *i)
{
    IRRef b = x86_op_load(s, 2);

    ir_op2f(s->tcg, OP_andn, x86_op_type(s, 0), x86_op_dest(s, 0), x86_op_load(s, 1), b);
}

/*
 * `code` (and, xor) combines the source with source - 1 or -source. CF: the source is, or
 * is not, zero.
 */
static void gen_bls(DisasContext *s, OpCode code, bool negate, Cond carry)
{
    IRType t = x86_op_type(s, 0);
    IRRef a = x86_op_load(s, 1), cf = x86_temp(s, IR_I64);
    IRRef b =
        negate ? x86_op1(s, OP_neg, t, a) : x86_op2(s, OP_add, t, a, x86_const(s, -1));

    ir_setcond(s->tcg, t, carry, cf, a, a);
    ir_op2f(s->tcg, code, t, x86_op_dest(s, 0), a, b);
    ir_putcc(s->tcg, cf, CC_C);
}

GEN(gen_blsr, gen_bls(s, OP_and, false, COND_TSTE))
GEN(gen_blsmsk, gen_bls(s, OP_xor, false, COND_TSTE))
GEN(gen_blsi, gen_bls(s, OP_and, true, COND_TSTNE))

/* Flags of a result that an op without flags has made: as TEST of it. */
static void flags_of(DisasContext *s, IRType t, IRRef v)
{
    ir_op2f(s->tcg, OP_and, t, IR_NONE, v, v);
}

void gen_bextr(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRRef a = x86_op_load_ext(s, 1, false), r = x86_temp(s, IR_I64);

    X86_CALL(s, bextr, r, a, x86_op_load(s, 2));
    x86_op_store(s, 0, r);
    flags_of(s, t, r);
}

/* Bits from the index in the low byte of operand 2 on are cleared. CF: no such bits. */
void gen_bzhi(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRRef width = x86_const(s, ir_type_bits(t)), a = x86_op_load(s, 1);
    IRRef n = x86_zext(s, x86_op_load(s, 2), IR_I8), r = x86_temp(s, t);
    IRRef ones = x86_op2(s, OP_shl, t, x86_const(s, -1), n), cf = x86_temp(s, IR_I64);

    ir_setcond(s->tcg, IR_I64, COND_AE, cf, n, width);
    ir_select(s->tcg, t, COND_B, r, n, width, x86_op2(s, OP_andn, t, ones, a), a);
    flags_of(s, t, r);
    x86_op_store(s, 0, r);
    ir_putcc(s->tcg, cf, CC_C);
}

static void gen_scatter(DisasContext *s, OpCode code)
{
    IRRef mask = x86_op_load(s, 2);

    ir_op2(s->tcg, code, x86_op_type(s, 0), x86_op_dest(s, 0), x86_op_load(s, 1), mask);
}

GEN(gen_pdep, gen_scatter(s, OP_pdep))
GEN(gen_pext, gen_scatter(s, OP_pext))

void gen_crc32(DisasContext *s, Insn *i)
{
    IRRef d = s->regs[i->op[0].reg], v = x86_op_load(s, 1);

    ir_op2(s->tcg, OP_crc32, x86_op_type(s, 1), d, d, v);
}

/* --- ADX: only CF, only OF --- */

void gen_adcx(DisasContext *s, Insn *i)
{
    IRRef b = x86_op_load(s, 1), d = x86_op_dest(s, 0), cc = x86_temp(s, IR_I64);

    if (s->tcg->adx) {
        ir_op2f(s->tcg, OP_adcx, x86_op_type(s, 0), d, d, b);
        return;
    }
    ir_getcc(s->tcg, cc);
    ir_op2f(s->tcg, OP_adc, x86_op_type(s, 0), d, d, b);
    ir_putcc(s->tcg, cc, CC_ALL & ~CC_C);
}

void gen_adox(DisasContext *s, Insn *i)
{
    IRRef b = x86_op_load(s, 1), d = x86_op_dest(s, 0);
    IRRef cc = x86_temp(s, IR_I64), of = x86_temp(s, IR_I64), carry = x86_temp(s, IR_I64);

    if (s->tcg->adx) {
        ir_op2f(s->tcg, OP_adox, x86_op_type(s, 0), d, d, b);
        return;
    }

    ir_getcc(s->tcg, cc);
    ir_setcc(s->tcg, COND_O, of);
    ir_putcc(s->tcg, of, CC_C);
    ir_op2f(s->tcg, OP_adc, x86_op_type(s, 0), d, d, b);
    ir_setcc(s->tcg, COND_B, carry);

    IRRef now = x86_temp(s, IR_I64);
    ir_deposit(s->tcg, IR_I64, now, cc, carry, 11, 1);
    ir_putcc(s->tcg, now, CC_ALL);
}

/* --- BCD; helpers take AX and the flags, and return AX | flags << 16 --- */

static void store_bcd(DisasContext *s, IRRef packed)
{
    x86_reg_store(s, R_RAX, IR_I16, packed);
    ir_putcc(s->tcg, x86_op2(s, OP_shr, IR_I64, packed, x86_const(s, 16)), CC_ALL);
}

#define GEN_BCD(name)                             \
    void gen_##name(DisasContext *s, Insn *i)     \
    {                                             \
        IRRef cc = x86_temp(s, IR_I64);           \
        IRRef r = x86_temp(s, IR_I64);            \
                                                  \
        ir_getcc(s->tcg, cc);                     \
        X86_CALL(s, name, r, s->regs[R_RAX], cc); \
        store_bcd(s, r);                          \
    }

GEN_BCD(daa)
GEN_BCD(das)
GEN_BCD(aaa)
GEN_BCD(aas)

void gen_aam(DisasContext *s, Insn *i)
{
    IRRef r = x86_temp(s, IR_I64);

    if (i->imm == 0) {
        x86_gen_raise(s, EXCP_DE);
        return;
    }
    X86_CALL(s, aam, r, s->regs[R_RAX], x86_const(s, i->imm));
    store_bcd(s, r);
}

void gen_aad(DisasContext *s, Insn *i)
{
    IRRef r = x86_temp(s, IR_I64);

    X86_CALL(s, aad, r, s->regs[R_RAX], x86_const(s, i->imm));
    store_bcd(s, r);
}
