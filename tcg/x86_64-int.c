/* Integer ops on an x86_64 host. */
/* SPDX-License-Identifier: MIT */
/*
 * An op of two operands becomes: a register that holds the first and is to hold the
 * result (x64_out_from), and one instruction. When the op is `op G, G, ...` G is changed
 * where it is, in its register or in env (x64_place). Ops of I8 and I16 on a global write
 * part of its register; on temps they are done with 32 bits where flags do not matter.
 *
 * The order in an emitter: cc_plan() first, while all inputs are as they were; then
 * operands; the instruction; cc_done(); x64_out_done(). Behind the instruction only
 * moves.
 */
#include "tcg/eval.h"
#include "tcg/x86_64-internal.h"

static Opnd opnd_reg(unsigned reg)
{
    return (Opnd){.kind = VAL_REG, .reg = reg};
}

/* ---- operands ---- */

/* The memory where a ref that is in no register lives. */
static Mem home_mem(X64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    return t->kind == TEMP_GLOBAL ? env_mem(t->env_offset) : slot_mem(t->slot - 1);
}

/* x64_in() of what is not pinned. */
Opnd x64_in_other(X64 *x, IRRef ref, IRType t, unsigned may)
{
    IRTemp *tmp = ir_t(x->s, ref);
    if (tmp->kind == TEMP_CONST) {
        int64_t v = sign_extend(tmp->val, ir_type_bits(t));
        if ((may & MAY_IMM) && v == (int32_t)v) {
            return (Opnd){.kind = VAL_IMM, .imm = v};
        }
        unsigned reg = ra_alloc(&x->ra);
        asm_movi(&x->a, reg, t == IR_I64 ? (uint64_t)v : v & ir_type_mask(t));
        return opnd_reg(reg);
    }
    if (!tmp->reg && (may & MAY_MEM)) {
        if (tmp->kind == TEMP_SSA || tmp->uses <= 1) {
            return (Opnd){.kind = VAL_MEM, .mem = home_mem(x, ref)};
        }
        tmp->uses--;
    }
    return opnd_reg(ra_use_scratch(&x->ra, ref));
}

void x64_mov_in(X64 *x, IRType t, unsigned dst, Opnd v)
{
    if (v.kind == VAL_IMM) {
        asm_movi(&x->a, dst,
                 t == IR_I64 ? (uint64_t)(int64_t)v.imm
                             : (uint64_t)v.imm & ir_type_mask(t));
    } else if (v.kind == VAL_MEM) {
        asm_load(&x->a, t == IR_I64 ? IR_I64 : IR_I32, dst, v.mem);
    } else if (v.reg != dst || t == IR_I32) {
        asm_mov(&x->a, t == IR_I64 ? IR_I64 : IR_I32, dst, v.reg);
    }
}

static uint32_t reg_bit(Opnd v)
{
    return v.kind == VAL_REG ? 1u << v.reg : 0;
}

unsigned x64_out(X64 *x, const IROp *op, unsigned k, uint32_t busy)
{
    IRRef r = op->out[k];
    if (r == IR_NONE) {
        return ra_alloc(&x->ra);
    }
    if (!ir_is_global(x->s, r)) {
        return ra_def(&x->ra, r);
    }
    int reg = ra_reg(&x->ra, r);
    if (reg >= 0 && ir_out_type(op) >= IR_I32 && !(busy >> reg & 1)) {
        return ra_def(&x->ra, r);
    }
    return ra_alloc(&x->ra);
}

static void write_part(X64 *x, IRRef global, IRType t, Opnd v)
{
    int reg = ra_reg(&x->ra, global);
    Mem home = env_mem(ir_t(x->s, global)->env_offset);
    if (reg < 0 && ra_nfree(&x->ra)) {
        /* Who reads all of it next would wait for the part on its way to memory. */
        reg = ra_use(&x->ra, global);
    }
    if (reg < 0 && v.kind == VAL_IMM) {
        asm_storei(&x->a, t, home, v.imm);
    } else if (reg < 0) {
        asm_store(&x->a, t, v.reg, home);
    } else {
        if (v.kind == VAL_IMM) {
            asm_movi_partial(&x->a, t, reg, v.imm);
        } else {
            asm_mov(&x->a, t, reg, v.reg);
        }
        ra_dirty(&x->ra, global);
    }
}

/* The global that output k is gets the value in `reg`. */
void x64_out_home(X64 *x, const IROp *op, unsigned k, unsigned reg)
{
    IRRef r = op->out[k];
    IRType t = ir_out_type(op);
    int now = ra_reg(&x->ra, r);
    if (t < IR_I32) {
        write_part(x, r, t, opnd_reg(reg));
    } else if (now >= 0 && !ra_is_scratch(&x->ra, now)) {
        asm_mov(&x->a, IR_I64, now, reg);
    } else if (ra_is_scratch(&x->ra, reg)) {
        ra_bind(&x->ra, r, reg);
    } else {
        asm_mov(&x->a, IR_I64, ra_def(&x->ra, r), reg);
    }
}

static bool is_dead_temp(const X64 *x, const IROp *op, unsigned i)
{
    return (op->dead >> i & 1) && ir_t(x->s, op->in[i])->kind == TEMP_SSA;
}

/* reg = ref, without keeping it elsewhere in a register. */
void x64_load_fixed(X64 *x, IRType t, unsigned reg, IRRef ref)
{
    const IRTemp *tmp = ir_t(x->s, ref);
    if (tmp->kind == TEMP_CONST) {
        asm_movi(&x->a, reg, tmp->val & ir_type_mask(t));
    } else if (!tmp->reg) {
        asm_load(&x->a, MAX(t, IR_I32), reg, home_mem(x, ref));
    } else if (ra_reg(&x->ra, ref) != (int)reg) {
        asm_mov(&x->a, MAX(t, IR_I32), reg, ra_reg(&x->ra, ref));
    }
}

/*
 * A register that holds in[i] at type t, may be changed, and becomes output 0: the caller
 * ends with x64_out_done(). busy: registers that are still to be read.
 */
unsigned x64_out_from(X64 *x, const IROp *op, unsigned i, IRType t, uint32_t busy)
{
    IRRef in = op->in[i], out = op->out[0];
    if (is_dead_temp(x, op, i)) {
        int reg = ra_reg(&x->ra, in);
        if (reg >= 0 && !(busy >> reg & 1)) {
            ra_lock(&x->ra, reg);
            if (out != IR_NONE && !ir_is_global(x->s, out)) {
                ra_bind(&x->ra, out, reg);
            }
            return reg;
        }
    }
    unsigned d = x64_out(x, op, 0, busy);
    x64_load_fixed(x, t, d, in);
    return d;
}

/* The op is `op G, G, ...`: where G can be changed in x64_place. */
bool x64_in_place(const X64 *x, const IROp *op, unsigned i)
{
    return op->out[0] == op->in[i] && ir_is_global(x->s, op->in[i]);
}

/* x64_place() of what is not pinned. */
Opnd x64_place_other(X64 *x, const IROp *op, bool may_mem)
{
    IRRef g = op->out[0];
    IRTemp *t = ir_t(x->s, g);
    if (!t->reg && may_mem && op->type != IR_I32 && t->uses <= 1) {
        return (Opnd){.kind = VAL_MEM, .mem = env_mem(t->env_offset)};
    }
    if (!t->reg && t->uses) {
        t->uses--;
    }
    unsigned reg = ra_use(&x->ra, g);
    ra_dirty(&x->ra, g);
    return opnd_reg(reg);
}

/* ---- data movement ---- */

static void emit_mov_part(X64 *x, const IROp *op)
{
    write_part(x, op->out[0], op->type, x64_in(x, op->in[0], op->type, MAY_IMM));
}

static void emit_movi(X64 *x, const IROp *op, uint64_t v)
{
    IRRef out = op->out[0];
    IRTemp *t = ir_t(x->s, out);
    v &= ir_type_mask(op->type);
    if (t->kind == TEMP_GLOBAL && !t->reg && v == (uint64_t)(int64_t)(int32_t)v) {
        asm_storei(&x->a, IR_I64, env_mem(t->env_offset), v);
        return;
    }
    unsigned d = x64_out(x, op, 0, 0);
    if (v == 0 && (!x->wanted || !x->cc.host)) {
        asm_alu_rr(&x->a, ALU_XOR, IR_I32, d, d);
        x->cc.host = 0;
    } else {
        asm_movi(&x->a, d, v);
    }
    x64_out_done(x, op, 0, d);
}

static void mov32(X64 *x, const IROp *op, IRRef in)
{
    Opnd v = x64_in(x, in, IR_I32, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    x64_mov_in(x, IR_I32, d, v);
    x64_out_done(x, op, 0, d);
}

void x64_emit_mov(X64 *x, const IROp *op)
{
    IRRef in = op->in[0], out = op->out[0];
    IRTemp *t = ir_t(x->s, out);
    if (t->kind == TEMP_GLOBAL && op->type < IR_I32) {
        if (in != out) {
            emit_mov_part(x, op);
        }
        return;
    }
    if (ir_is_const(x->s, in)) {
        emit_movi(x, op, ir_t(x->s, in)->val);
        return;
    }
    if (in == out && op->type == IR_I64) {
        return;
    }
    if (op->type == IR_I64 && t->kind == TEMP_GLOBAL && !t->uses &&
        (ra_reg(&x->ra, out) < 0 || ra_is_scratch(&x->ra, ra_reg(&x->ra, out)))) {
        unsigned r = x64_in_reg(x, in);
        asm_store(&x->a, IR_I64, r, env_mem(t->env_offset));
        ra_forget(&x->ra, out);
        return;
    }
    if (op->type == IR_I32) {
        mov32(x, op, in);
        return;
    }
    x64_out_done(x, op, 0, x64_out_from(x, op, 0, op->type, 0));
}

/* An instruction of a register and what may be in memory. */
static void insn_from(X64 *x, uint32_t opc, unsigned reg, Opnd v)
{
    if (v.kind == VAL_MEM) {
        asm_rm(&x->a, opc, reg, v.mem);
    } else {
        asm_rr(&x->a, opc, reg, v.reg);
    }
}

void x64_emit_extend(X64 *x, const IROp *op)
{
    IRType from = (IRType)op->imm, to = op->type;
    bool sign = op->code == OP_sext;
    Opnd v = x64_in(x, op->in[0], from, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    uint32_t opc = opc_extend(MAX(to, IR_I32), from, sign);
    insn_from(x, opc, d, v);
    x64_out_done(x, op, 0, d);
}

/* dst = src >> n, all bits; flags stay if the host can do that. */
static void shift_right_to(X64 *x, IRType t, unsigned dst, Opnd v, unsigned n)
{
    t = MAX(t, IR_I32);
    if (x64_thunks.bmi2 && v.kind == VAL_REG && n) {
        asm_rorx(&x->a, t, dst, v.reg, n);
        return;
    }
    x64_mov_in(x, t, dst, v);
    if (n) {
        cc_clobber(x);
        asm_shift_ri(&x->a, SH_ROR, t, dst, n);
    }
}

/* The value `v` of `len` bits, above them anything, to 64 bits. */
static void widen(X64 *x, unsigned d, unsigned len, bool sign)
{
    if (len == 8 || len == 16 || len == 32) {
        IRType from = (IRType)ctz32(len / 8);
        asm_rr(&x->a, opc_extend(IR_I64, from, sign), d, d);
    } else if (len == 64) {
        return;
    } else if (!sign && len < 32) {
        cc_clobber(x);
        asm_alu_ri(&x->a, ALU_AND, IR_I32, d, (1u << len) - 1);
    } else {
        cc_clobber(x);
        asm_shift_ri(&x->a, SH_SHL, IR_I64, d, 64 - len);
        asm_shift_ri(&x->a, sign ? SH_SAR : SH_SHR, IR_I64, d, 64 - len);
    }
}

static bool has_high_byte(unsigned reg)
{
    return reg <= RBX;
}

void x64_emit_extract(X64 *x, const IROp *op)
{
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    bool sign = op->code == OP_sextract;
    Opnd v = x64_in(x, op->in[0], op->type, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    if (v.kind == VAL_REG && pos == 8 && len == 8 && has_high_byte(v.reg) && d < R8) {
        asm_rr(&x->a, MAP_0F | (sign ? 0xbe : 0xb6), d, v.reg + 4);
        if (sign && op->type == IR_I64) {
            asm_extend(&x->a, IR_I64, IR_I32, true, d, d);
        }
    } else {
        shift_right_to(x, op->type, d, v, pos);
        widen(x, d, len, sign);
        if (sign && op->type == IR_I32) {
            asm_mov(&x->a, IR_I32, d, d);
        }
    }
    x64_out_done(x, op, 0, d);
}

/* mov ah, value and the like. */
static void deposit_high_byte(X64 *x, unsigned reg, IRRef val)
{
    Opnd v = x64_in(x, val, IR_I8, MAY_IMM);
    if (v.kind == VAL_IMM) {
        asm_b(&x->a, 0xb0 + 4 + reg);
        asm_b(&x->a, v.imm);
    } else if (v.reg <= RBX) {
        asm_rr(&x->a, 0x8a, 4 + reg, v.reg);
    } else {
        asm_store(&x->a, IR_I8, v.reg, mem_at(RSP, FRAME_VAL));
        asm_rm(&x->a, 0x8a, 4 + reg, mem_at(RSP, FRAME_VAL));
    }
}

/* Deposits that are a partial move. */
static bool deposit_bytes(X64 *x, const IROp *op, unsigned pos, unsigned len)
{
    if (!x64_in_place(x, op, 0) || op->type == IR_I32 || (len != 8 && len != 16) ||
        pos % 8) {
        return false;
    }
    IRType t = len == 8 ? IR_I8 : IR_I16;
    IRRef g = op->out[0];
    int reg = ra_reg(&x->ra, g);
    if (pos == 0) {
        write_part(x, g, t, x64_in(x, op->in[1], t, MAY_IMM));
    } else if (reg < 0) {
        Opnd v = x64_in(x, op->in[1], t, MAY_IMM);
        Mem m = env_mem(ir_t(x->s, g)->env_offset + pos / 8);
        if (ra_reg(&x->ra, g) >= 0) {
            return false;
        }
        if (v.kind == VAL_IMM) {
            asm_storei(&x->a, t, m, v.imm);
        } else {
            asm_store(&x->a, t, v.reg, m);
        }
    } else if (pos == 8 && len == 8 && has_high_byte(reg)) {
        deposit_high_byte(x, reg, op->in[1]);
    } else {
        return false;
    }
    return true;
}

void x64_emit_deposit(X64 *x, const IROp *op)
{
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    IRType w = op->type == IR_I64 ? IR_I64 : IR_I32;
    unsigned bits = ir_type_bits(w);
    if (deposit_bytes(x, op, pos, len)) {
        return;
    }
    if (len == 32 && bits == 32) {
        mov32(x, op, op->in[1]);
        return;
    }
    if (len == bits) {
        x64_out_done(x, op, 0, x64_out_from(x, op, 1, w, 0));
        return;
    }
    cc_clobber(x);
    unsigned t = ra_alloc(&x->ra), d = ra_alloc(&x->ra);
    x64_load_fixed(x, w, t, op->in[1]);
    x64_load_fixed(x, w, d, op->in[0]);
    if (pos) {
        asm_shift_ri(&x->a, SH_ROR, w, d, pos);
    }
    asm_shift_ri(&x->a, SH_SHR, w, d, len);
    asm_shift_ri(&x->a, SH_SHL, w, t, bits - len);
    asm_rr(&x->a, 0xa4 | MAP_0F | opc_size(w), t, d); /* shld d, t, len */
    asm_b(&x->a, len);
    if (pos) {
        asm_shift_ri(&x->a, SH_ROL, w, d, pos);
    }
    if (ir_is_global(x->s, op->out[0])) {
        x64_out_done(x, op, 0, d);
    } else {
        ra_bind(&x->ra, op->out[0], d);
    }
}

void x64_emit_bswap(X64 *x, const IROp *op)
{
    IRType t = op->type;
    if (t == IR_I16) {
        cc_clobber(x);
    }
    unsigned d = x64_in_place(x, op, 0) && t >= IR_I32 ? x64_place(x, op, false).reg
                                                       : x64_out_from(x, op, 0, t, 0);
    if (t == IR_I16) {
        asm_shift_ri(&x->a, SH_ROL, t, d, 8);
    } else {
        asm_prefixes(&x->a, (0xc8 + (d & 7)) | MAP_0F | opc_size(t), d >> 3);
    }
    x64_out_done(x, op, 0, d);
}

void x64_emit_lea(X64 *x, const IROp *op)
{
    bool is_const;
    uint64_t val;
    Mem m = x64_address(x, op, &is_const, &val);
    if (is_const) {
        unsigned r = x64_out(x, op, 0, 0);
        asm_movi(&x->a, r, val & ir_type_mask(op->type));
        x64_out_done(x, op, 0, r);
        return;
    }
    unsigned d = x64_out(x, op, 0, 0);
    IRType t = op->type == IR_I64 ? IR_I64 : IR_I32;
    if (m.index == NO_REG && m.disp == 0) {
        asm_mov(&x->a, t, d, m.base);
    } else {
        asm_lea(&x->a, t, d, m);
    }
    x64_out_done(x, op, 0, d);
}

/* ---- arithmetic and logic ---- */

void x64_alu_to(X64 *x, AluOp alu, IRType t, Opnd d, Opnd v)
{
    if (d.kind == VAL_MEM && v.kind == VAL_IMM) {
        asm_alu_mi(&x->a, alu, t, d.mem, v.imm);
    } else if (d.kind == VAL_MEM) {
        asm_alu_mr(&x->a, alu, t, d.mem, v.reg);
    } else if (v.kind == VAL_IMM) {
        asm_alu_ri(&x->a, alu, t, d.reg, v.imm);
    } else if (v.kind == VAL_MEM) {
        asm_alu_rm(&x->a, alu, t, d.reg, v.mem);
    } else {
        asm_alu_rr(&x->a, alu, t, d.reg, v.reg);
    }
}

/* cmp; at least one operand not in memory, the first no constant. */
static void emit_cmp(X64 *x, IRType t, IRRef a, IRRef b)
{
    Opnd v = x64_in(x, b, t, MAY_IMM | MAY_MEM);
    Opnd u = x64_in(x, a, t, v.kind == VAL_MEM ? 0 : MAY_MEM);
    x64_alu_to(x, ALU_CMP, t, u, v);
}

/* test a, b */
static void alu_test(X64 *x, IRType t, IRRef a, IRRef b)
{
    if (ir_is_const(x->s, a)) {
        IRRef c = a;
        a = b;
        b = c;
    }
    Opnd v = x64_in(x, b, t, MAY_IMM);
    Opnd u = x64_in(x, a, t, MAY_MEM);
    if (u.kind == VAL_MEM && v.kind == VAL_IMM) {
        asm_test_mi(&x->a, t, u.mem, v.imm);
    } else if (u.kind == VAL_MEM) {
        asm_test_mr(&x->a, t, u.mem, v.reg);
    } else if (v.kind == VAL_IMM && t != IR_I8 && v.imm >= 0 && v.imm < 0x80 &&
               u.reg < RSP) {
        asm_test_ri(&x->a, IR_I8, u.reg, v.imm); /* SF is 0 either way */
    } else if (v.kind == VAL_IMM) {
        asm_test_ri(&x->a, t, u.reg, v.imm);
    } else {
        asm_test_rr(&x->a, t, u.reg, v.reg);
    }
}

static AluOp alu_of(OpCode code)
{
    switch (code) {
    case OP_add:
        return ALU_ADD;
    case OP_sub:
        return ALU_SUB;
    case OP_adc:
        return ALU_ADC;
    case OP_sbb:
        return ALU_SBB;
    case OP_and:
        return ALU_AND;
    case OP_or:
        return ALU_OR;
    default:
        return ALU_XOR;
    }
}

static unsigned recipe_of(OpCode code)
{
    switch (code) {
    case OP_add:
        return CC_ADD;
    case OP_sub:
        return CC_SUB;
    case OP_adc:
    case OP_sbb:
        return CC_HOST_ONLY;
    default:
        return CC_LOGIC;
    }
}

/* add without flags by lea, where that saves a move or spares EFLAGS that are wanted. */
static bool add_by_lea(X64 *x, const IROp *op, IRRef a, IRRef b)
{
    bool spare = x->wanted & x->cc.host;
    if (op->setcc || op->type < IR_I32 || op->code != OP_add ||
        (op->out[0] == a && !spare) || ir_is_const(x->s, a)) {
        return false;
    }
    if (!ir_is_global(x->s, op->out[0]) && !spare && (op->dead & 1) && op->in[0] == a) {
        return false;
    }
    Opnd v = x64_in(x, b, op->type, MAY_IMM);
    Opnd u = x64_in(x, a, op->type, 0);
    unsigned d = x64_out(x, op, 0, 0);
    Mem m = v.kind == VAL_IMM ? mem_at(u.reg, v.imm) : (Mem){u.reg, v.reg, 0, 0};
    asm_lea(&x->a, op->type, d, m);
    x64_out_done(x, op, 0, d);
    return true;
}

/* d = a op b for an output that is not a in x64_place. */
static unsigned alu_apart(X64 *x, const IROp *op, AluOp alu, IRType t, unsigned ia)
{
    Opnd v = x64_in(x, op->in[!ia], t, MAY_IMM | MAY_MEM);
    unsigned d = x64_out_from(x, op, ia, t, reg_bit(v));
    x64_alu_to(x, alu, t, opnd_reg(d), v);
    return d;
}

static void emit_compare_flags(X64 *x, const IROp *op, CCPlan *p)
{
    unsigned result = NO_REG;
    if (op->code == OP_and && p->keep >= 0) {
        result = alu_apart(x, op, ALU_AND, op->type, ir_is_const(x->s, op->in[0]));
    } else if (op->code == OP_and) {
        alu_test(x, op->type, op->in[0], op->in[1]);
    } else {
        emit_cmp(x, op->type, op->in[0], op->in[1]);
    }
    cc_done(x, p, result);
}

/* cmp and test: no output. */
static void emit_compare(X64 *x, const IROp *op)
{
    CCPlan p;
    IRRef a = op->in[0], b = op->in[1];
    if (op->code == OP_and) {
        cc_plan(x, &p, CC_LOGIC, a == b ? a : IR_NONE, IR_NONE);
    } else {
        cc_plan(x, &p, CC_CMP, a, b);
    }
    emit_compare_flags(x, op, &p);
}

void x64_emit_alu(X64 *x, const IROp *op)
{
    IRRef out = op->out[0];
    IRType t = op->type;
    bool carry = op->code == OP_adc || op->code == OP_sbb;
    bool comm = op_info[op->code].flags & OPF_COMM;
    if (out == IR_NONE) {
        emit_compare(x, op);
        return;
    }
    /* in[ia] is the first operand of the host's instruction */
    unsigned ia =
        comm && (ir_is_const(x->s, op->in[0]) || (out == op->in[1] && out != op->in[0]));
    IRRef a = op->in[ia], b = op->in[!ia];
    if (add_by_lea(x, op, a, b)) {
        return;
    }
    CCPlan p;
    if (carry) {
        cc_require(x, CC_C);
    }
    cc_plan(x, &p, recipe_of(op->code), out, b);
    unsigned d = NO_REG;
    if (out == a && ir_is_global(x->s, out)) {
        Opnd v = x64_in(x, b, t, MAY_IMM | (ra_reg(&x->ra, out) >= 0 ? MAY_MEM : 0));
        x64_alu_to(x, alu_of(op->code), t, x64_place(x, op, v.kind != VAL_MEM), v);
    } else {
        bool wide = !op->setcc && t < IR_I32 && !carry;
        d = alu_apart(x, op, alu_of(op->code), wide ? IR_I32 : t, ia);
    }
    cc_done(x, &p, d);
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

/* FE /0 /1 and F6 /2 /3 */
void x64_unary_to(X64 *x, OpCode code, IRType t, Opnd d)
{
    bool incdec = code == OP_inc || code == OP_dec;
    unsigned ext = code == OP_inc ? 0 : code == OP_dec ? 1 : code == OP_not ? 2 : 3;
    uint32_t opc = opc_of1(incdec ? 0xfe : 0xf6, t);
    if (d.kind == VAL_MEM) {
        asm_rm(&x->a, opc, ext, d.mem);
    } else {
        asm_rr(&x->a, opc, ext, d.reg);
    }
}

void x64_emit_unary(X64 *x, const IROp *op)
{
    CCPlan p = {.keep = -1};
    if (op->code == OP_neg) {
        cc_plan(x, &p, CC_SUB, op->out[0], op->in[0]);
    } else if (op->code != OP_not) {
        cc_plan_incdec(x, &p, op->code == OP_inc, false);
    }
    unsigned d = NO_REG;
    if (x64_in_place(x, op, 0)) {
        x64_unary_to(x, op->code, op->type, x64_place(x, op, true));
    } else {
        d = x64_out_from(x, op, 0, op->type, 0);
        x64_unary_to(x, op->code, op->setcc ? op->type : MAX(op->type, IR_I32),
                     opnd_reg(d));
    }
    cc_done(x, &p, d);
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

void x64_emit_andn(X64 *x, const IROp *op)
{
    CCPlan p;
    IRType t = MAX(op->type, IR_I32);
    cc_plan(x, &p, CC_LOGIC, op->out[0], IR_NONE);
    unsigned d;
    if (x64_thunks.bmi1 && !op->setcc) {
        unsigned a = x64_in(x, op->in[0], op->type, 0).reg,
                 b = x64_in(x, op->in[1], op->type, 0).reg;
        d = x64_out(x, op, 0, 0);
        asm_vex_rr(&x->a, 0xf2 | MAP_0F38 | opc_size(t), 0, d, a, b);
    } else {
        Opnd b = x64_in(x, op->in[1], op->type, MAY_IMM | MAY_MEM);
        d = x64_out_from(x, op, 0, op->type, reg_bit(b));
        x64_unary_to(x, OP_not, t, opnd_reg(d));
        x64_alu_to(x, ALU_AND, op->setcc ? op->type : t, opnd_reg(d), b);
    }
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* ---- multiplication, division ---- */

static void imul_imm(X64 *x, IRType t, unsigned d, Opnd a, int32_t v)
{
    bool small = v == (int8_t)v;
    uint32_t opc = (small ? 0x6b : 0x69) | opc_size(t);
    if (a.kind == VAL_MEM) {
        asm_rm(&x->a, opc, d, a.mem);
    } else {
        asm_rr(&x->a, opc, d, a.reg);
    }
    asm_imm(&x->a, small ? IR_I8 : t, v);
}

void x64_emit_mul(X64 *x, const IROp *op)
{
    IRType t = op->setcc ? op->type : MAX(op->type, IR_I32);
    unsigned ia = ir_is_const(x->s, op->in[0]);
    CCPlan p;
    if (t == IR_I8 || ir_is_const(x->s, op->in[ia])) {
        x64_emit_in_c(x, op);
        return;
    }
    cc_plan(x, &p, CC_MUL, op->out[0], IR_NONE);
    Opnd v = x64_in(x, op->in[!ia], op->type, MAY_IMM | MAY_MEM);
    unsigned d;
    if (v.kind == VAL_IMM) {
        Opnd u = x64_in(x, op->in[ia], op->type, MAY_MEM);
        d = x64_out(x, op, 0, 0);
        imul_imm(x, t, d, u, v.imm);
    } else {
        d = x64_out_from(x, op, ia, t, reg_bit(v));
        if (v.kind == VAL_MEM) {
            asm_rm(&x->a, 0xaf | MAP_0F | opc_size(t), d, v.mem);
        } else {
            asm_rr(&x->a, 0xaf | MAP_0F | opc_size(t), d, v.reg);
        }
    }
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* The register that output k is pinned to, or NO_REG. */
static unsigned pinned_out(const X64 *x, const IROp *op, unsigned k)
{
    IRRef r = op->out[k];
    if (r == IR_NONE || !ir_is_global(x->s, r)) {
        return NO_REG;
    }
    int reg = ra_reg(&x->ra, r);
    return reg >= 0 && !ra_is_scratch(&x->ra, reg) ? (unsigned)reg : NO_REG;
}

/* rdx = hi, rax = lo */
static void load_dividend(X64 *x, const IROp *op)
{
    bool hi_in_rax = !ir_is_const(x->s, op->in[1]) && ra_reg(&x->ra, op->in[1]) == RAX;
    bool lo_in_rdx = !ir_is_const(x->s, op->in[0]) && ra_reg(&x->ra, op->in[0]) == RDX;
    if (hi_in_rax && lo_in_rdx) {
        asm_rr(&x->a, 0x87 | REX_W, RAX, RDX);
    } else if (hi_in_rax) {
        x64_load_fixed(x, op->type, RDX, op->in[1]);
        x64_load_fixed(x, op->type, RAX, op->in[0]);
    } else {
        x64_load_fixed(x, op->type, RAX, op->in[0]);
        x64_load_fixed(x, op->type, RDX, op->in[1]);
    }
}

/* Output k is in `reg` (rax or rdx); afterwards the guest's value of that register comes
 * back from `saved`. */
static void store_fixed(X64 *x, const IROp *op, unsigned k, unsigned reg, unsigned saved)
{
    IRRef r = op->out[k];
    if (r != IR_NONE && ir_is_global(x->s, r)) {
        x64_out_done(x, op, k, reg);
    } else if (r != IR_NONE) {
        asm_mov(&x->a, IR_I64, ra_def(&x->ra, r), reg);
    }
    if (saved != NO_REG) {
        asm_mov(&x->a, IR_I64, reg, saved);
        ra_release(&x->ra, saved);
    }
}

static void store_results(X64 *x, const IROp *op, const unsigned *saved)
{
    bool lo_to_rdx = pinned_out(x, op, 0) == RDX, hi_to_rax = pinned_out(x, op, 1) == RAX;
    if (lo_to_rdx && hi_to_rax) {
        asm_rr(&x->a, 0x87 | REX_W, RAX, RDX);
    } else if (lo_to_rdx) {
        store_fixed(x, op, 1, RDX, NO_REG);
        store_fixed(x, op, 0, RAX, saved[0]);
    } else {
        store_fixed(x, op, 0, RAX, saved[0]);
        store_fixed(x, op, 1, RDX, saved[1]);
    }
}

static unsigned save_fixed(X64 *x, const IROp *op, unsigned reg)
{
    if (pinned_out(x, op, 0) == reg || pinned_out(x, op, 1) == reg) {
        return NO_REG;
    }
    unsigned r = ra_alloc(&x->ra);
    asm_mov(&x->a, IR_I64, r, reg);
    return r;
}

static bool is_pinned_rdx(const X64 *x, IRRef r)
{
    return ir_is_global(x->s, r) && ra_reg(&x->ra, r) == RDX;
}

bool x64_is_mulx(const X64 *x, const IROp *op)
{
    return op->code == OP_mulu2 && !op->setcc && x64_thunks.bmi2 &&
           !TCG_OPT_OFF(x->s, adx) && op->out[0] != IR_NONE && op->out[1] != IR_NONE &&
           is_pinned_rdx(x, op->in[0]);
}

void x64_mulx(X64 *x, const IROp *op, Opnd v, const Access *acc)
{
    uint32_t opc = 0xf6 | MAP_0F38 | opc_size(op->type);
    unsigned lo = x64_out(x, op, 0, 0), hi = x64_out(x, op, 1, 0);
    if (acc) {
        x64_access_here(x, acc);
    }
    if (v.kind == VAL_MEM) {
        asm_vex_rm(&x->a, opc, 3, hi, lo, v.mem);
    } else {
        asm_vex_rr(&x->a, opc, 3, hi, lo, v.reg);
    }
    x64_out_done(x, op, 0, lo);
    x64_out_done(x, op, 1, hi);
}

/*
 * mul and div on rdx:rax. What of guest rax and rdx is not overwritten waits in scratch
 * registers: with the other operand these may be all three.
 */
void x64_emit_rdx_rax(X64 *x, const IROp *op)
{
    bool div = op->code == OP_divu2 || op->code == OP_divs2;
    unsigned ext = op->code - OP_mulu2 + 4;
    unsigned io = div ? 2 : 1, il = 0;
    CCPlan p;
    if (x64_is_mulx(x, op)) {
        x64_mulx(x, op, x64_in(x, op->in[1], op->type, MAY_MEM), NULL);
        return;
    }
    cc_plan(x, &p, div ? CC_HOST_ONLY : CC_MUL, div ? IR_NONE : op->out[0], IR_NONE);
    if (!div && !ir_is_const(x->s, op->in[1]) && ra_reg(&x->ra, op->in[1]) == RAX) {
        io = 0;
        il = 1;
    }
    Opnd v = x64_in(x, op->in[io], op->type, MAY_MEM);
    if (div && v.kind == VAL_REG && (v.reg == RAX || v.reg == RDX)) {
        unsigned r = ra_alloc(&x->ra);
        asm_mov(&x->a, IR_I64, r, v.reg);
        v.reg = r;
    }
    unsigned saved[2];
    saved[0] = save_fixed(x, op, RAX);
    saved[1] = save_fixed(x, op, RDX);
    if (div) {
        load_dividend(x, op);
    } else {
        x64_load_fixed(x, op->type, RAX, op->in[il]);
    }
    if (v.kind == VAL_MEM) {
        asm_rm(&x->a, 0xf7 | opc_size(op->type), ext, v.mem);
    } else {
        asm_rr(&x->a, 0xf7 | opc_size(op->type), ext, v.reg);
        ra_release(&x->ra, v.reg);
    }
    cc_done(x, &p, NO_REG);
    store_results(x, op, saved);
}
static_assert(OP_muls2 == OP_mulu2 + 1 && OP_divu2 == OP_mulu2 + 2 &&
                  OP_divs2 == OP_mulu2 + 3,
              "as group 3 has them");

/* ---- shifts ---- */

static ShiftOp shift_of(OpCode code)
{
    static const uint8_t of[] = {SH_SHL, SH_SHR, SH_SAR, SH_ROL, SH_ROR, SH_RCL, SH_RCR};
    return of[code - OP_shl];
}

/* The type at which a temp may be shifted when no flags are wanted. */
static IRType shift_type(const IROp *op)
{
    return op->code == OP_shl && !op->setcc ? MAX(op->type, IR_I32) : (IRType)op->type;
}

static void shift_place(X64 *x, const IROp *op, Opnd d, unsigned n)
{
    if (d.kind == VAL_REG) {
        asm_shift_ri(&x->a, shift_of(op->code), op->type, d.reg, n);
    } else {
        asm_rm(&x->a, opc_of1(n == 1 ? 0xd0 : 0xc0, op->type), shift_of(op->code), d.mem);
        if (n != 1) {
            asm_b(&x->a, n);
        }
    }
}

/* The recipe wants the operand shifted by n - 1: the last x64_place is shifted apart. */
static void shift_in_two(X64 *x, const IROp *op, CCPlan *p, unsigned d, unsigned n)
{
    ShiftOp sh = shift_of(op->code);
    asm_shift_ri(&x->a, sh, op->type, d, n - 1);
    asm_store(&x->a, IR_I64, d, env_mem(x->g->cc_b));
    asm_shift_ri(&x->a, sh, op->type, d, 1);
    p->next = (CCInfo){
        .base = CC_BASE_KNOWN,
        .kind = op->code == OP_shl ? CC_SHL : CC_SAR,
        .type = op->type,
        .v[1].kind = CCV_OWN,
    };
    if (x64_in_place(x, op, 0)) {
        p->next.v[0] = (CCVal){.kind = CCV_REF, .ref = op->out[0]};
    } else {
        p->next.v[0].kind = CCV_OWN;
        p->keep = 0;
    }
}

static void emit_shift_const(X64 *x, const IROp *op, unsigned n)
{
    bool plain = op->code <= OP_sar;
    CCPlan p;
    if (plain && n == 1) {
        cc_plan(x, &p, op->code == OP_shl ? CC_SHL : CC_SAR, op->out[0], op->in[0]);
    } else {
        if (op->code == OP_rcl || op->code == OP_rcr) {
            cc_require(x, CC_C | (x->wanted & ~ir_cc_kills(x->s, op)));
        }
        cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    }
    bool two = plain && n > 1 && op->setcc && cc_must_survive(x, x->at + 1, x->wanted);
    unsigned d = NO_REG;
    if (x64_in_place(x, op, 0)) {
        Opnd v = x64_place(x, op, !two);
        if (two) {
            shift_in_two(x, op, &p, v.reg, n);
        } else {
            shift_place(x, op, v, n);
        }
    } else {
        d = x64_out_from(x, op, 0, op->type, 0);
        if (two) {
            shift_in_two(x, op, &p, d, n);
        } else {
            asm_shift_ri(&x->a, shift_of(op->code), shift_type(op), d, n);
        }
    }
    cc_done(x, &p, d);
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

/* BMI2: no flags, count in any register. */
static void emit_shiftx(X64 *x, const IROp *op)
{
    static const uint8_t pp[] = {1, 3, 2}; /* shl shr sar */
    unsigned n = x64_in_reg(x, op->in[1]);
    Opnd v = x64_in(x, op->in[0], op->type, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    uint32_t opc = 0xf7 | MAP_0F38 | opc_size(op->type);
    if (v.kind == VAL_MEM) {
        asm_vex_rm(&x->a, opc, pp[op->code - OP_shl], d, n, v.mem);
    } else {
        asm_vex_rr(&x->a, opc, pp[op->code - OP_shl], d, n, v.reg);
    }
    x64_out_done(x, op, 0, d);
}

/* The count goes to cl. What guest rcx was waits in a scratch register, or in the count's
 * own by an exchange. */
typedef struct CountInCL {
    unsigned saved;
    bool swapped;
} CountInCL;

/* d: the register that is going to be shifted. */
static CountInCL count_to_cl(X64 *x, IRRef count, unsigned d)
{
    Opnd n = x64_in(x, count, IR_I8, MAY_MEM);
    CountInCL c = {NO_REG, false};
    if (n.kind == VAL_REG && n.reg == RCX) {
        return c;
    }
    if (n.kind == VAL_REG && n.reg != d && ra_is_scratch(&x->ra, n.reg)) {
        asm_rr(&x->a, 0x87 | REX_W, RCX, n.reg);
        return (CountInCL){n.reg, true};
    }
    c.saved = ra_alloc(&x->ra);
    asm_mov(&x->a, IR_I64, c.saved, RCX);
    if (n.kind == VAL_MEM) {
        asm_load(&x->a, IR_I32, RCX, n.mem);
    } else {
        asm_mov(&x->a, IR_I32, RCX, n.reg);
    }
    return c;
}

static void count_done(X64 *x, CountInCL c)
{
    if (c.swapped) {
        asm_rr(&x->a, 0x87 | REX_W, RCX, c.saved);
    } else if (c.saved != NO_REG) {
        asm_mov(&x->a, IR_I64, RCX, c.saved);
    }
}

/* A register that becomes the result of a shift by cl: G in x64_place unless it is rcx,
 * else a copy. */
static unsigned shift_target(X64 *x, const IROp *op)
{
    IRRef g = op->out[0];
    if (x64_in_place(x, op, 0) && ra_reg(&x->ra, g) != RCX) {
        return x64_place(x, op, false).reg;
    }
    unsigned count = ir_count_index(op->code);
    uint32_t busy = 1u << RCX;
    IRRef refs[] = {op->in[count], count == 2 ? op->in[1] : IR_NONE};
    for (unsigned i = 0; i < 2; i++) {
        if (refs[i] != IR_NONE && !ir_is_const(x->s, refs[i]) &&
            ra_reg(&x->ra, refs[i]) >= 0) {
            ra_use(&x->ra, refs[i]);
            busy |= 1u << ra_reg(&x->ra, refs[i]);
        }
    }
    return x64_out_from(x, op, 0, op->type, busy);
}

static void emit_shift_var(X64 *x, const IROp *op)
{
    CCPlan p;
    if (op->code == OP_rcl || op->code == OP_rcr) {
        cc_require(x, CC_C | x->wanted);
    }
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    unsigned d = shift_target(x, op);
    CountInCL c = count_to_cl(x, op->in[1], d);
    asm_shift_cl(&x->a, shift_of(op->code),
                 x64_in_place(x, op, 0) ? (IRType)op->type : shift_type(op), d);
    count_done(x, c);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

void x64_emit_shift(X64 *x, const IROp *op)
{
    IRRef n = op->in[1];
    if (ir_is_const(x->s, n)) {
        emit_shift_const(x, op, ir_t(x->s, n)->val & (op->type == IR_I64 ? 63 : 31));
    } else if (!op->setcc && x64_thunks.bmi2 && op->code <= OP_sar &&
               op->type >= IR_I32) {
        emit_shiftx(x, op);
    } else {
        emit_shift_var(x, op);
    }
}

/* shld, shrd. The host's 16-bit form with a count above 16 is undefined; so is the
 * guest's, but the IR says what it is. */
void x64_emit_double_shift(X64 *x, const IROp *op)
{
    bool is_const = ir_is_const(x->s, op->in[2]);
    uint32_t opc = (op->code == OP_shld ? 0xa4 : 0xac) | MAP_0F | opc_size(op->type);
    if (op->type < IR_I32) {
        x64_emit_in_c(x, op);
        return;
    }
    CCPlan p;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    unsigned b = x64_in_reg(x, op->in[1]);
    if (is_const) {
        unsigned d = x64_in_place(x, op, 0) ? x64_place(x, op, false).reg
                                            : x64_out_from(x, op, 0, op->type, 1u << b);
        asm_rr(&x->a, opc, b, d);
        asm_b(&x->a, ir_t(x->s, op->in[2])->val & (op->type == IR_I64 ? 63 : 31));
        cc_done(x, &p, d);
        x64_out_done(x, op, 0, d);
        return;
    }
    if (b == RCX || op->in[1] == op->in[2]) {
        unsigned from = b;
        b = ra_alloc(&x->ra);
        asm_mov(&x->a, IR_I64, b, from);
    }
    unsigned d = shift_target(x, op);
    CountInCL c = count_to_cl(x, op->in[2], d);
    asm_rr(&x->a, opc | 1, b, d);
    count_done(x, c);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* ---- bits ---- */

void x64_emit_bit_test(X64 *x, const IROp *op)
{
    unsigned ext = op->code - OP_bt + 4;
    unsigned mask = ir_type_bits(op->type) - 1;
    bool is_const = ir_is_const(x->s, op->in[1]);
    bool in_g = x64_in_place(x, op, 0);
    /* A bit below the type's width is the same bit at more width; in x64_place at full
     * width nothing else changes. */
    IRType t = op->type == IR_I8 ? (in_g ? IR_I64 : IR_I32) : (IRType)op->type;
    CCPlan p;
    unsigned n = 0;
    if (!is_const) {
        n = x64_in_reg(x, op->in[1]);
        if (op->type == IR_I8) {
            cc_clobber(x);
            unsigned m = ra_alloc(&x->ra);
            asm_mov(&x->a, IR_I32, m, n);
            ra_release(&x->ra, n);
            asm_alu_ri(&x->a, ALU_AND, IR_I32, m, mask);
            n = m;
        }
    }
    uint32_t locked = x->ra.locked;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    x->ra.locked = locked;
    unsigned d = op->code == OP_bt ? x64_in_reg(x, op->in[0])
                 : in_g            ? x64_place(x, op, false).reg
                        : x64_out_from(x, op, 0, op->type, is_const ? 0 : 1u << n);
    if (is_const) {
        asm_rr(&x->a, 0xba | MAP_0F | opc_size(t), ext, d);
        asm_b(&x->a, ir_t(x->s, op->in[1])->val & mask);
    } else {
        asm_rr(&x->a, (0x83 | ext << 3) | MAP_0F | opc_size(t), n, d);
    }
    cc_done(x, &p, d);
    if (op->code != OP_bt) {
        x64_out_done(x, op, 0, d);
    }
}
static_assert(OP_btc == OP_bt + 3, "as group 8 has them");

/* The scanned operand in a register, zero-extended from I8. */
static unsigned scanned(X64 *x, const IROp *op)
{
    Opnd v = x64_in(x, op->in[0], op->type, 0);
    if (op->type != IR_I8) {
        return v.reg;
    }
    unsigned r = ra_alloc(&x->ra);
    asm_extend(&x->a, IR_I32, IR_I8, false, r, v.reg);
    ra_release(&x->ra, v.reg);
    return r;
}

void x64_emit_scan(X64 *x, const IROp *op)
{
    IRType t = MAX(op->type, IR_I16);
    CCPlan p;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    unsigned a = scanned(x, op);
    unsigned d = x64_out_from(x, op, 1, op->type, 1u << a);
    if (op->type == IR_I32) { /* with nothing found the host leaves all 64 bits alone */
        asm_mov(&x->a, IR_I32, d, d);
    }
    asm_rr(&x->a,
           (op->code == OP_bsf ? 0xbc : 0xbd) | MAP_0F |
               opc_size(op->type == IR_I8 ? IR_I32 : t),
           d, a);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

void x64_emit_count(X64 *x, const IROp *op)
{
    bool can = op->code == OP_popcnt  ? x64_thunks.popcnt
               : op->code == OP_tzcnt ? x64_thunks.bmi1
                                      : x64_thunks.lzcnt;
    if (!can || op->type == IR_I8) {
        x64_emit_in_c(x, op);
        return;
    }
    CCPlan p;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    Opnd v = x64_in(x, op->in[0], op->type, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    unsigned byte = op->code == OP_popcnt ? 0xb8 : op->code == OP_tzcnt ? 0xbc : 0xbd;
    uint32_t opc = byte | MAP_0F | PRE_F3 | opc_size(op->type);
    insn_from(x, opc, d, v);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* PDEP, PEXT. */
void x64_emit_scatter(X64 *x, const IROp *op)
{
    if (!x64_thunks.bmi2) {
        x64_emit_in_c(x, op);
        return;
    }
    unsigned pp = op->code == OP_pdep ? 3 : 2;
    uint32_t opc = 0xf5 | MAP_0F38 | opc_size(op->type);
    unsigned a = x64_in_reg(x, op->in[0]);
    Opnd mask = x64_in(x, op->in[1], op->type, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    if (mask.kind == VAL_MEM) {
        asm_vex_rm(&x->a, opc, pp, d, a, mask.mem);
    } else {
        asm_vex_rr(&x->a, opc, pp, d, a, mask.reg);
    }
    x64_out_done(x, op, 0, d);
}

void x64_emit_crc32(X64 *x, const IROp *op)
{
    if (!x64_thunks.sse4_2) {
        x64_emit_in_c(x, op);
        return;
    }
    uint32_t opc = 0xf1 | MAP_0F38 | PRE_F2 | opc_size(op->type);
    if (op->type == IR_I8) {
        opc = 0xf0 | MAP_0F38 | PRE_F2 | BYTE_RM;
    }
    Opnd v = x64_in(x, op->in[1], op->type, MAY_MEM);
    unsigned d = x64_out_from(x, op, 0, IR_I32, reg_bit(v));
    insn_from(x, opc, d, v);
    x64_out_done(x, op, 0, d);
}

/* ADCX, ADOX: of EFLAGS only the carry changes, so a chain keeps both carries there. */
void x64_emit_adx(X64 *x, const IROp *op)
{
    uint32_t carry = op->code == OP_adcx ? CC_C : CC_O;
    uint32_t opc =
        0xf6 | MAP_0F38 | (op->code == OP_adcx ? PRE_66 : PRE_F3) | opc_size(op->type);
    CCPlan p;
    if (!x64_thunks.adx || op->type < IR_I32) {
        x64_emit_in_c(x, op);
        return;
    }
    cc_require(x, carry | (op->setcc ? x->wanted & ~ir_cc_kills(x->s, op) : 0));
    if (op->setcc || x->wanted & carry) {
        cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    } else {
        p.writes = 0;
        x->cc.host &= ~carry;
    }
    unsigned ia = op->out[0] == op->in[1];
    Opnd v = x64_in(x, op->in[!ia], op->type, MAY_MEM);
    unsigned d = x64_out_from(x, op, ia, op->type, reg_bit(v));
    insn_from(x, opc, d, v);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* ---- conditions ---- */

/* Compares two integers: EFLAGS then hold what the returned condition looks at. */
Cond x64_compare_ints(X64 *x, IRType t, Cond c, IRRef a, IRRef b)
{
    cc_clobber(x);
    if (c >= COND_TSTE) {
        alu_test(x, t, a, b);
        return c == COND_TSTE ? COND_E : COND_NE;
    }
    if (ir_is_const(x->s, b) && !(ir_t(x->s, b)->val & ir_type_mask(t)) &&
        ra_reg(&x->ra, a) >= 0 && !ir_is_const(x->s, a)) {
        unsigned r = x64_in_reg(x, a);
        asm_test_rr(&x->a, t, r, r);
    } else {
        emit_cmp(x, t, a, b);
    }
    return c;
}

void x64_emit_setcond(X64 *x, const IROp *op)
{
    Cond c = x64_compare_ints(x, op->type, op->cond, op->in[0], op->in[1]);
    x->ra.locked = 0;
    unsigned d = x64_out(x, op, 0, 0);
    asm_setcc(&x->a, c, d);
    asm_extend(&x->a, IR_I32, IR_I8, false, d, d);
    x64_out_done(x, op, 0, d);
}

/* d = cond ? yes : no, cond being one of the host's. */
static void emit_cmov(X64 *x, const IROp *op, Cond c, IRRef yes, unsigned ino)
{
    IRType t = MAX(op->type, IR_I32);
    Opnd v = x64_in(x, yes, op->type, MAY_MEM);
    unsigned d = x64_out_from(x, op, ino, op->type, reg_bit(v));
    if (v.kind == VAL_MEM) {
        asm_rm(&x->a, (0x40 + c) | MAP_0F | opc_size(t), d, v.mem);
    } else {
        asm_cmov(&x->a, c, t, d, v.reg);
    }
    x64_out_done(x, op, 0, d);
}

void x64_emit_select(X64 *x, const IROp *op)
{
    Cond c = x64_compare_ints(x, IR_I64, op->cond, op->in[0], op->in[1]);
    x->ra.locked = 0;
    emit_cmov(x, op, c, op->in[2], 3);
}

void x64_emit_setcc(X64 *x, const IROp *op)
{
    Cond c = cc_condition(x, op->cond);
    unsigned d = x64_out(x, op, 0, 0);
    asm_setcc(&x->a, c, d);
    asm_extend(&x->a, IR_I32, IR_I8, false, d, d);
    x64_out_done(x, op, 0, d);
}

void x64_emit_selcc(X64 *x, const IROp *op)
{
    Cond c = cc_condition(x, op->cond);
    if (op->out[0] == op->in[0]) {
        emit_cmov(x, op, cond_invert(c), op->in[1], 0);
    } else {
        emit_cmov(x, op, c, op->in[0], 1);
    }
}

void x64_emit_getcc(X64 *x, const IROp *op)
{
    cc_require(x, CC_ALL);
    unsigned d = x64_out(x, op, 0, 0);
    asm_b(&x->a, 0x9c); /* pushfq */
    asm_pop(&x->a, d);
    cc_clobber(x);
    asm_alu_ri(&x->a, ALU_AND, IR_I32, d, CC_ALL);
    x64_out_done(x, op, 0, d);
}

/* putcc that leaves others: flags as a value, `mask` of them from in[0]. */
static void putcc_merge(X64 *x, const IROp *op, uint32_t mask)
{
    cc_require(x, x->wanted & ~mask);
    unsigned t = ra_alloc(&x->ra);
    asm_b(&x->a, 0x9c);
    asm_pop(&x->a, t);
    asm_alu_ri(&x->a, ALU_AND, IR_I32, t, ~mask);
    unsigned u = ra_alloc(&x->ra);
    x64_mov_in(x, IR_I32, u, x64_in(x, op->in[0], IR_I16, MAY_IMM | MAY_MEM));
    asm_alu_ri(&x->a, ALU_AND, IR_I32, u, mask);
    asm_alu_rr(&x->a, ALU_OR, IR_I32, t, u);
    asm_store(&x->a, IR_I64, t, env_mem(x->g->cc_a));
}

void x64_emit_putcc(X64 *x, const IROp *op)
{
    IRRef a = op->in[0];
    uint32_t mask = op->imm & CC_ALL, others = x->wanted & ~mask;
    CCInfo next = {.base = CC_BASE_KNOWN, .kind = CC_EFLAGS};
    if (!op->setcc) {
        return;
    }
    if (!x->wanted) {
        next = (CCInfo){0};
    } else if (others && mask == CC_C && ir_is_const(x->s, a)) {
        cc_require(x, others);
        asm_b(&x->a, ir_t(x->s, a)->val & CC_C ? 0xf9 : 0xf8); /* stc, clc */
        next = (CCInfo){.host = others | CC_C};
    } else if (others) {
        putcc_merge(x, op, mask);
        next.v[0].kind = CCV_OWN;
    } else if (ir_is_const(x->s, a)) {
        next.v[0] = (CCVal){.kind = CCV_CONST, .val = ir_t(x->s, a)->val & CC_ALL};
    } else if (ir_is_global(x->s, a)) {
        next.v[0] = (CCVal){.kind = CCV_REF, .ref = a};
    } else {
        asm_store(&x->a, IR_I64, x64_in_reg(x, a), env_mem(x->g->cc_a));
        next.v[0].kind = CCV_OWN;
    }
    x->cc = next;
    if (TCG_OPT_OFF(x->s, hostflags)) {
        cc_fault_point(x);
        x->cc.host = 0;
    }
}

/* ---- ops computed in C ---- */

typedef struct COp {
    IROp op;
    uint32_t cc_op;
} COp;

static_assert(8 * (IR_MAX_INS + IR_MAX_OUTS) <= FRAME_SLOTS - FRAME_ARGS, "FRAME_ARGS");

/* Any op that ir_eval() knows, by a call. The op itself is put beside the code. */
void x64_emit_in_c(X64 *x, const IROp *op)
{
    const OpInfo *info = &op_info[op->code];
    g_assert(ir_can_eval(op->code));
    if (op->setcc || info->ccr) {
        cc_store(x);
    }
    cc_clobber(x);
    for (unsigned i = 0; i < info->ins; i++) {
        unsigned r = x64_in(x, op->in[i], ir_in_type(op, i), 0).reg;
        asm_store(&x->a, IR_I64, r, mem_at(RSP, FRAME_ARGS + 8 * i));
        ra_release(&x->ra, r);
    }
    uint8_t *over = asm_jmp(&x->a);
    asm_nops(&x->a, -(uintptr_t)x->a.p & 7);
    const uint8_t *copy = rx_of(x, x->a.p);
    memcpy(x->a.p, op, sizeof *op);
    x->a.p += sizeof *op;
    asm_patch(over, x->a.p);
    ra_evict(&x->ra, 1u << R10 | 1u << R11);
    x->vec_state = VEC_IN_ENV;
    x64_x87_unknown(x);
    x64_call(x, tcg_thunks.save_caller);
    x64_lea_code(x, RDI, copy);
    asm_lea(&x->a, IR_I64, RSI, mem_at(RSP, FRAME_ARGS));
    x64_env_to(x, RDX);
    x64_call(x, (const void *)eval_in_env);
    x64_call(x, tcg_thunks.load_caller);
    for (unsigned k = 0; k < info->outs; k++) {
        if (op->out[k] != IR_NONE) {
            unsigned d = x64_out(x, op, k, 0);
            asm_load(&x->a, IR_I64, d, mem_at(RSP, FRAME_ARGS + 8 * (IR_MAX_INS + k)));
            x64_out_done(x, op, k, d);
        }
    }
    if (op->setcc) {
        x->cc = (CCInfo){.base = CC_BASE_KNOWN,
                         .op_stored = true,
                         .kind = CC_EFLAGS,
                         .v[0].kind = CCV_OWN};
    }
}
