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

GEN(gen_and, gen_logic(s, OP_and, OP_at_and))
GEN(gen_or, gen_logic(s, OP_or, OP_at_or))
GEN(gen_xor, gen_logic(s, OP_xor, OP_at_xor))

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

GEN(gen_cmp, gen_compare(s, OP_sub))
GEN(gen_test, gen_compare(s, OP_and))

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

GEN(gen_inc, gen_incdec(s, OP_inc, 1))
GEN(gen_dec, gen_incdec(s, OP_dec, -1))

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
    IRType t = x86_op_type(s, 0);

    if (!is_plain_reg(s, 0)) {
        x86_op_store(s, 0, x86_op_load(s, 1));
    } else if (x86_op_is_mem(s, 1)) {
        ir_ld(s->tcg, t, x86_op_dest(s, 0), x86_op_addr(s, 1u << t, false), t);
    } else {
        ir_mov(s->tcg, t, x86_op_dest(s, 0), x86_op_load(s, 1));
    }
}

/* Destination wider than the source. */
static void gen_extend(DisasContext *s, bool sign)
{
    IRType t = x86_op_type(s, 0), from = MIN(t, x86_op_type(s, 1));
    IRRef d = x86_op_dest(s, 0);

    if (x86_op_is_mem(s, 1)) {
        ir_ld(s->tcg, t, d, x86_op_addr(s, 1u << from, false),
              from | (sign && from < t ? MO_SIGN : 0));
    } else if (sign && from < t) {
        ir_sext(s->tcg, t, d, x86_op_load(s, 1), from);
    } else if (from < t) {
        ir_zext(s->tcg, t, d, x86_op_load(s, 1), from);
    } else {
        ir_mov(s->tcg, t, d, x86_op_load(s, 1));
    }
}

GEN(gen_movsxd, gen_extend(s, true))

void gen_lea(DisasContext *s, Insn *i)
{
    const X86Operand *d = &i->op[0];

    if (i->addrsize == SZ64 && d->size == SZ64 && i->base >= 0 && !s->base.reload) {
        ir_lea(s->tcg, IR_I64, s->regs[d->reg], s->regs[i->base],
               i->index >= 0 ? s->regs[i->index] : IR_NONE, i->scale, i->disp);
        return;
    }
    ir_mov(s->tcg, x86_op_type(s, 0), s->regs[d->reg], x86_ea(s, IR_NONE, 0));
}

void gen_nop(DisasContext *s, Insn *i) {}

GEN(gen_movzx, gen_extend(s, false))
GEN(gen_movsx, gen_extend(s, true))

/* MOVNTI, MOVDIRI: hints about caches that are not modelled. */
GEN(gen_movnti, x86_op_store(s, 0, x86_op_load(s, 1)))

/* CBW, CWDE, CDQE */
void gen_cbw(DisasContext *s, Insn *i)
{
    IRRef rax = s->regs[R_RAX];
    IRType t = (IRType)i->opsize;

    ir_sext(s->tcg, t, rax, rax, t - 1);
}

/* CWD, CDQ, CQO */
void gen_cwd(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;

    ir_op2(s->tcg, OP_sar, t, s->regs[R_RDX], s->regs[R_RAX],
           x86_const(s, ir_type_bits(t) - 1));
}

void gen_cmovcc(DisasContext *s, Insn *i)
{
    IRRef d = x86_op_dest(s, 0);

    ir_selcc(s->tcg, x86_op_type(s, 0), (Cond)(i->opcode & 15), d, x86_op_load(s, 1), d);
}

void gen_setcc(DisasContext *s, Insn *i)
{
    IRRef t = x86_temp(s, IR_I64);

    ir_setcc(s->tcg, (Cond)(i->opcode & 15), t);
    x86_op_store(s, 0, t);
}

/* With 16 bits the result is undefined; processors give 0. */
void gen_bswap(DisasContext *s, Insn *i)
{
    IRRef d = x86_op_dest(s, 0);
    IRType t = x86_op_type(s, 0);

    if (t == IR_I16) {
        ir_movi(s->tcg, IR_I16, d, 0);
    } else {
        ir_op1(s->tcg, OP_bswap, t, d, d);
    }
}

void gen_movbe(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);

    x86_op_store(s, 0, x86_op1(s, OP_bswap, t, x86_op_load(s, 1)));
}

/* Memory with XCHG is always locked. */
void gen_xchg(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRRef b = x86_op_load(s, 1), old = x86_temp(s, t);

    if (x86_op_is_mem(s, 0)) {
        IRAddr a = x86_op_addr(s, 1u << t, true);
        ir_atomic(s->tcg, OP_at_xchg, old, a, b, IR_NONE, t);
    } else {
        ir_mov(s->tcg, t, old, x86_op_load(s, 0));
        x86_op_store(s, 0, b);
    }
    x86_op_store(s, 1, old);
}

void gen_xadd(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRRef b = x86_op_load(s, 1), sum = x86_temp(s, t), old;

    if (x86_is_locked(s)) {
        old = x86_temp(s, t);
        ir_atomic(s->tcg, OP_at_add, old, x86_op_addr(s, 1u << t, true), b, IR_NONE, t);
        ir_op2f(s->tcg, OP_add, t, sum, old, b);
        x86_op_store(s, 1, old);
        return;
    }
    old = x86_op_load_rmw(s, 0);
    ir_op2f(s->tcg, OP_add, t, sum, old, b);
    if (x86_op_is_mem(s, 0)) {
        x86_op_store(s, 0, sum);
        x86_op_store(s, 1, old);
    } else {
        x86_op_store(s, 1, old);
        x86_op_store(s, 0, sum); /* the destination last: it may be the same register */
    }
}

/*
 * reg = (cc says equal) == when ? val : reg. The register is not written otherwise: with
 * 32 bits its upper half stays, too.
 */
static void store_if_equal(DisasContext *s, IRRef reg, IRType t, IRRef val, bool when)
{
    Cond c = when ? COND_E : COND_NE;

    if (t == IR_I32) {
        ir_selcc(s->tcg, IR_I64, c, reg, x86_zext(s, val, IR_I32), reg);
    } else {
        ir_selcc(s->tcg, t, c, reg, val, reg);
    }
}

/* The flags are those of CMP; `old` is the destination's value. */
static void gen_cmpxchg_store(DisasContext *s, IRRef old, IRRef desired)
{
    IRType t = x86_op_type(s, 0);
    IRRef rax = s->regs[R_RAX], val = x86_temp(s, t);

    if (is_plain_reg(s, 0)) {
        store_if_equal(s, rax, t, old, false);
        store_if_equal(s, x86_op_dest(s, 0), t, desired, true);
        return;
    }
    ir_selcc(s->tcg, t, COND_E, val, desired, old);
    x86_op_store(s, 0, val);
    store_if_equal(s, rax, t, old, false);
}

void gen_cmpxchg(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRRef rax = s->regs[R_RAX], b = x86_op_load(s, 1), old;

    if (x86_is_locked(s)) {
        old = x86_temp(s, t);
        ir_atomic(s->tcg, OP_at_cmpxchg, old, x86_op_addr(s, 1u << t, true), rax, b, t);
        ir_op2f(s->tcg, OP_sub, t, IR_NONE, rax, old);
        store_if_equal(s, rax, t, old, false);
        return;
    }
    old = x86_op_load_rmw(s, 0);
    ir_op2f(s->tcg, OP_sub, t, IR_NONE, rax, old);
    gen_cmpxchg_store(s, old, b);
}

/* low | high << 32, both cut to 32 bits */
static IRRef pair64(DisasContext *s, unsigned low, unsigned high)
{
    IRRef r = x86_temp(s, IR_I64);

    ir_deposit(s->tcg, IR_I64, r, s->regs[low], s->regs[high], 32, 32);
    return r;
}

/* ZF = `bit` (0 or 1); the other flags stay. */
static void put_zf(DisasContext *s, IRRef bit)
{
    ir_putcc(s->tcg, x86_op2(s, OP_shl, IR_I64, bit, x86_const(s, 6)), CC_Z);
}

/* With and without LOCK alike. */
void gen_cmpxchg8b(DisasContext *s, Insn *i)
{
    IRAddr a = x86_op_addr(s, 8, true);
    IRRef expected = pair64(s, R_RAX, R_RDX), desired = pair64(s, R_RBX, R_RCX);
    IRRef old = x86_temp(s, IR_I64), equal = x86_temp(s, IR_I64);
    IRRef rax = s->regs[R_RAX], rdx = s->regs[R_RDX];

    ir_atomic(s->tcg, OP_at_cmpxchg, old, a, expected, desired, MO_64);
    IRRef low = x86_zext(s, old, IR_I32);
    IRRef high = x86_op2(s, OP_shr, IR_I64, old, x86_const(s, 32));
    ir_setcond(s->tcg, IR_I64, COND_E, equal, old, expected);
    ir_select(s->tcg, IR_I64, COND_E, rax, old, expected, rax, low);
    ir_select(s->tcg, IR_I64, COND_E, rdx, old, expected, rdx, high);
    put_zf(s, equal);
}

/* The linear address itself, for helpers. */
static IRRef addr_value(DisasContext *s, IRAddr a)
{
    IRRef r = x86_temp(s, IR_I64);

    ir_lea(s->tcg, IR_I64, r, a.base, a.index, a.scale, a.disp);
    return r;
}

void gen_cmpxchg16b(DisasContext *s, Insn *i)
{
    IRRef equal = x86_temp(s, IR_I64);

    X86_CALL(s, cmpxchg16b, equal, addr_value(s, x86_op_addr(s, 16, true)));
    put_zf(s, equal);
}

/* --- no effect, or none that is modelled --- */

void gen_pause(DisasContext *s, Insn *i) {}

GEN(gen_fence, ir_emit(s->tcg, OP_fence, IR_I64))
GEN(gen_ud, x86_gen_raise(s, EXCP_UD))

/* --- the stack --- */

GEN(gen_push, x86_push_later(s, (IRType)i->opsize, x86_op_load(s, 0)))

void gen_pop(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    IRRef v = x86_stack_top(s, t, 0);

    if (x86_op_is_mem(s, 0)) {
        if (i->base == R_RSP) {
            i->disp += 1 << t; /* an address by RSP is that after the pop */
        }
        x86_op_store(s, 0, v);
        x86_stack_add(s, 1 << t);
    } else if (i->op[0].reg == R_RSP) {
        x86_stack_add(s, 1 << t); /* of which the value replaces what it is as wide as */
        x86_op_store(s, 0, v);
    } else {
        x86_stack_add_later(s, 1 << t);
        x86_op_store(s, 0, v);
    }
}

void gen_leave(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    IRRef rbp = s->regs[R_RBP], rsp = s->regs[R_RSP], v = x86_temp(s, t);
    IRRef frame = s->code64 ? rbp : x86_reg_zext(s, R_RBP, s->stack_type);
    IRAddr a = {.base = rbp, .index = IR_NONE};

    if (!s->code64) {
        a = x86_seg_addr(s, SEG_SS, frame, 1u << t, false);
    }
    ir_ld(s->tcg, t, v, a, t);
    ir_lea(s->tcg, s->stack_type, rsp, frame, IR_NONE, 0, 1 << t);
    x86_reg_store(s, R_RBP, t, v);
}

/* ENTER size, level */
void gen_enter(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    unsigned size = 1u << t, level = i->imm2 & 31;

    if (level) {
        X86_CALL(s, enter, IR_NONE, x86_const(s, i->imm), x86_const(s, level),
                 x86_const(s, size));
        return;
    }

    IRRef frame = x86_op2(s, OP_sub, IR_I64, s->regs[R_RSP], x86_const(s, size));
    int64_t n = -(int64_t)(size + i->imm);
    x86_stack_put(s, t, -(int64_t)size, s->regs[R_RBP]);
    x86_stack_probe(s, t, n); /* the new top is checked for a write */
    x86_stack_add(s, n);
    x86_reg_store(s, R_RBP, t, frame);
}

void gen_pusha(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    unsigned size = 1u << t;

    for (unsigned n = 0; n < 8; n++) {
        x86_stack_put(s, t, -(int64_t)(n + 1) * size, s->regs[n]);
    }
    x86_stack_add(s, -8 * (int64_t)size);
}

void gen_popa(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    IRRef v[8];

    for (unsigned n = 8; n-- > 0;) {
        v[n] = n == R_RSP ? IR_NONE : x86_stack_top(s, t, (7 - n) << t);
    }
    for (unsigned n = 0; n < 8; n++) {
        if (n != R_RSP) {
            x86_reg_store(s, n, t, v[n]);
        }
    }
    x86_stack_add(s, 8 << t);
}

/* --- the flags themselves --- */

GEN(gen_clc, ir_putcc(s->tcg, x86_const(s, 0), CC_C))
GEN(gen_stc, ir_putcc(s->tcg, x86_const(s, CC_C), CC_C))

void gen_cmc(DisasContext *s, Insn *i)
{
    IRRef t = x86_temp(s, IR_I64);

    ir_setcc(s->tcg, COND_AE, t);
    ir_putcc(s->tcg, t, CC_C);
}

static void store_df(DisasContext *s, int64_t df)
{
    ir_st_env(s->tcg, IR_I64, x86_const(s, df), offsetof(CPUX86State, df));
}

GEN(gen_cld, store_df(s, 1))
GEN(gen_std, store_df(s, -1))

void gen_lahf(DisasContext *s, Insn *i)
{
    IRRef cc = x86_temp(s, IR_I64), rax = s->regs[R_RAX];

    ir_getcc(s->tcg, cc);
    cc = x86_op2(s, OP_or, IR_I64, cc, x86_const(s, EFL_FIXED));
    ir_deposit(s->tcg, IR_I64, rax, rax, cc, 8, 8);
}

void gen_sahf(DisasContext *s, Insn *i)
{
    IRRef ah = x86_temp(s, IR_I64);

    ir_extract(s->tcg, IR_I64, ah, s->regs[R_RAX], 8, 8);
    ir_putcc(s->tcg, ah, CC_ALL & ~CC_O);
}

void gen_salc(DisasContext *s, Insn *i)
{
    IRRef t = x86_temp(s, IR_I64);

    ir_setcc(s->tcg, COND_B, t);
    x86_reg_store(s, R_RAX, IR_I8, x86_op1(s, OP_neg, IR_I8, t));
}

/* --- odd ones --- */

void gen_xlat(DisasContext *s, Insn *i)
{
    IRType at = (IRType)i->addrsize, wide = MAX(at, IR_I32);
    IRRef ea = x86_temp(s, wide), v = x86_temp(s, IR_I8);

    ir_lea(s->tcg, wide, ea, s->regs[R_RBX], x86_reg_zext(s, R_RAX, IR_I8), 0, 0);
    if (at == IR_I16) {
        ea = x86_zext(s, ea, IR_I16);
    }
    ir_ld(s->tcg, IR_I8, v, x86_seg_addr(s, i->seg, ea, 1, false), MO_8);
    x86_reg_store(s, R_RAX, IR_I8, v);
}

void gen_bound(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRAddr a = x86_op_addr(s, 2u << t, false);
    IRRef index = x86_op_load(s, 0), low = x86_temp(s, t), high = x86_temp(s, t);

    ir_ld(s->tcg, t, low, a, t);
    a.disp += 1 << t;
    ir_ld(s->tcg, t, high, a, t);
    x86_raise_if(s, EXCP_BR, t, COND_L, index, low);
    x86_raise_if(s, EXCP_BR, t, COND_G, index, high);
}
