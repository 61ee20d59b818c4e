/* Generators of integer arithmetic, logic and data movement. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/translate.h"

/* --- two operands: add or and sub xor, adc sbb, cmp test --- */

static void gen_alu(DisasContext *s, OpCode code)
{
    IRRef b = x86_op_load(s, 1);
    IRRef a = x86_op_load_rmw(s, 0);
    IRRef d = x86_op_dest(s, 0);

    ir_op2f(s->tcg, code, x86_op_type(s, 0), d, a, b);
    x86_op_store(s, 0, d);
}

/*
 * LOCK: memory changes by one atomic op with operand `add`, and the flags are those of
 * `code` on the old value. The sum that `code` gives is not needed.
 */
static void gen_locked(DisasContext *s, OpCode atomic, IRRef operand, OpCode code,
                       IRRef b)
{
    IRType t = x86_op_type(s, 0);
    IRRef old = x86_temp(s, t);

    ir_atomic(s->tcg, atomic, old, x86_op_addr(s, 1u << t, true), operand, IR_NONE, t);
    ir_op2f(s->tcg, code, t, x86_temp(s, t), old, b);
}

void gen_add(DisasContext *s, Insn *i)
{
    if (x86_is_locked(s)) {
        IRRef b = x86_op_load(s, 1);
        gen_locked(s, OP_at_add, b, OP_add, b);
    } else {
        gen_alu(s, OP_add);
    }
}

void gen_sub(DisasContext *s, Insn *i)
{
    if (x86_is_locked(s)) {
        IRRef b = x86_op_load(s, 1);
        gen_locked(s, OP_at_add, x86_op1(s, OP_neg, x86_op_type(s, 0), b), OP_sub, b);
    } else {
        gen_alu(s, OP_sub);
    }
}

static void gen_logic(DisasContext *s, OpCode code, OpCode atomic)
{
    if (x86_is_locked(s)) {
        IRRef b = x86_op_load(s, 1);
        gen_locked(s, atomic, b, code, b);
    } else {
        gen_alu(s, code);
    }
}

void gen_and(DisasContext *s, Insn *i)
{
    gen_logic(s, OP_and, OP_at_and);
}

void gen_or(DisasContext *s, Insn *i)
{
    gen_logic(s, OP_or, OP_at_or);
}

void gen_xor(DisasContext *s, Insn *i)
{
    gen_logic(s, OP_xor, OP_at_xor);
}

/* b + CF, what ADC adds and SBB subtracts; no flags change. */
static IRRef with_carry(DisasContext *s, IRRef b)
{
    IRType t = x86_op_type(s, 0);

    return x86_op2(s, OP_adc, t, b, x86_const(s, 0));
}

void gen_adc(DisasContext *s, Insn *i)
{
    if (x86_is_locked(s)) {
        IRRef b = x86_op_load(s, 1);
        gen_locked(s, OP_at_add, with_carry(s, b), OP_adc, b);
    } else {
        gen_alu(s, OP_adc);
    }
}

void gen_sbb(DisasContext *s, Insn *i)
{
    if (x86_is_locked(s)) {
        IRRef b = x86_op_load(s, 1);
        IRRef n = x86_op1(s, OP_neg, x86_op_type(s, 0), with_carry(s, b));
        gen_locked(s, OP_at_add, n, OP_sbb, b);
    } else {
        gen_alu(s, OP_sbb);
    }
}

static void gen_compare(DisasContext *s, OpCode code)
{
    IRRef b = x86_op_load(s, 1);
    IRRef a = x86_op_load(s, 0);

    ir_op2f(s->tcg, code, x86_op_type(s, 0), IR_NONE, a, b);
}

void gen_cmp(DisasContext *s, Insn *i)
{
    gen_compare(s, OP_sub);
}

void gen_test(DisasContext *s, Insn *i)
{
    gen_compare(s, OP_and);
}

/* --- one operand --- */

static void gen_unary(DisasContext *s, OpCode code, bool flags)
{
    IRType t = x86_op_type(s, 0);
    IRRef a = x86_op_load_rmw(s, 0);
    IRRef d = x86_op_dest(s, 0);

    ir_op1(s->tcg, code, t, d, a)->setcc = flags;
    x86_op_store(s, 0, d);
}

static void gen_incdec(DisasContext *s, OpCode code, int64_t n)
{
    if (x86_is_locked(s)) {
        IRType t = x86_op_type(s, 0);
        IRRef old = x86_temp(s, t);
        IRAddr a = x86_op_addr(s, 1u << t, true);
        ir_atomic(s->tcg, OP_at_add, old, a, x86_const(s, n), IR_NONE, t);
        ir_op1f(s->tcg, code, t, x86_temp(s, t), old);
    } else {
        gen_unary(s, code, true);
    }
}

void gen_inc(DisasContext *s, Insn *i)
{
    gen_incdec(s, OP_inc, 1);
}

void gen_dec(DisasContext *s, Insn *i)
{
    gen_incdec(s, OP_dec, -1);
}

void gen_not(DisasContext *s, Insn *i)
{
    if (x86_is_locked(s)) {
        IRType t = x86_op_type(s, 0);
        IRAddr a = x86_op_addr(s, 1u << t, true);
        ir_atomic(s->tcg, OP_at_xor, x86_temp(s, t), a, x86_const(s, -1), IR_NONE, t);
    } else {
        gen_unary(s, OP_not, false);
    }
}

/* There is no atomic negation: compare and exchange, and once more if another vCPU was
 * faster. */
static void gen_neg_locked(DisasContext *s)
{
    IRType t = x86_op_type(s, 0);
    IRRef old = x86_op_load_rmw(s, 0);
    IRRef now = x86_temp(s, t);

    ir_atomic(s->tcg, OP_at_cmpxchg, now, x86_op_addr(s, 1u << t, true), old,
              x86_op1(s, OP_neg, t, old), t);
    x86_call_if(s, t, COND_NE, now, old, NULL, NULL, true);
    ir_op1f(s->tcg, OP_neg, t, x86_temp(s, t), old);
}

void gen_neg(DisasContext *s, Insn *i)
{
    if (x86_is_locked(s)) {
        gen_neg_locked(s);
    } else {
        gen_unary(s, OP_neg, true);
    }
}

/* --- moves --- */

static bool is_plain_reg(const DisasContext *s, unsigned n)
{
    return s->insn.op[n].kind == OPK_REG && !s->insn.op[n].high;
}

void gen_mov(DisasContext *s, Insn *i)
{
    if (is_plain_reg(s, 0) && x86_op_is_mem(s, 1)) {
        IRType t = x86_op_type(s, 0);
        ir_ld(s->tcg, t, x86_op_dest(s, 0), x86_op_addr(s, 1u << t, false), t);
        return;
    }

    IRRef v = x86_op_load(s, 1);
    if (v == x86_op_dest(s, 0) && i->opsize == SZ32) {
        ir_mov(s->tcg, IR_I32, v, v); /* the upper half goes */
        return;
    }
    x86_op_store(s, 0, v);
}

/* Destination wider than the source. */
static void gen_extend(DisasContext *s, bool sign)
{
    IRType t = x86_op_type(s, 0), from = MIN(t, x86_op_type(s, 1));
    IRRef d = x86_op_dest(s, 0);

    if (x86_op_is_mem(s, 1)) {
        ir_ld(s->tcg, t, d, x86_op_addr(s, 1u << from, false),
              from | (sign ? MO_SIGN : 0));
    } else if (sign && from < t) {
        ir_sext(s->tcg, t, d, x86_op_load(s, 1), from);
    } else if (from < t) {
        ir_zext(s->tcg, t, d, x86_op_load(s, 1), from);
    } else {
        ir_mov(s->tcg, t, d, x86_op_load(s, 1));
    }
}

void gen_movsxd(DisasContext *s, Insn *i)
{
    gen_extend(s, true);
}

void gen_lea(DisasContext *s, Insn *i)
{
    const X86Operand *d = &i->op[0];

    if (i->addrsize == SZ64 && d->size == SZ64 && i->base >= 0) {
        ir_lea(s->tcg, IR_I64, s->regs[d->reg], s->regs[i->base],
               i->index >= 0 ? s->regs[i->index] : IR_NONE, i->scale, i->disp);
        return;
    }
    ir_mov(s->tcg, x86_op_type(s, 0), s->regs[d->reg], x86_ea(s, IR_NONE, 0));
}

void gen_nop(DisasContext *s, Insn *i) {}
