/* Loads that become the memory operand of the next op: op G,[m], op [m],x in place. */
/* SPDX-License-Identifier: MIT */
/*
 * Looked for at each load: the op behind it takes the loaded value, at the same width,
 * and nobody else does; for the second form a store of its result to the same address
 * follows. A fault then shows the state before all of them, which is what the guest's
 * instruction wants. Not done where the flags' recipe would need the loaded value: it
 * would have to be loaded once more.
 */
#include "tcg/x86_64-internal.h"

const IROp *x64_next_op(const X64 *x, unsigned *at)
{
    const IROp *op;
    do {
        if (++*at >= x->s->nops) {
            return NULL;
        }
        op = &x->s->ops[*at];
    } while (op->code == OP_nop);
    return op->insn == x->s->ops[x->at].insn ? op : NULL;
}

bool x64_used_once(const X64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    return t->kind == TEMP_SSA && t->uses == 1;
}

static AluOp alu_of(OpCode code)
{
    switch (code) {
    case OP_add:
        return ALU_ADD;
    case OP_sub:
        return ALU_SUB;
    case OP_and:
        return ALU_AND;
    case OP_or:
        return ALU_OR;
    default:
        return ALU_XOR;
    }
}

static bool is_alu(const IROp *op)
{
    return op->code == OP_add || op->code == OP_sub || op->code == OP_and ||
           op->code == OP_or || op->code == OP_xor;
}

/* The flags of an op have to outlive EFLAGS, behind op number `at`. */
static bool flags_last(X64 *x, const IROp *op, unsigned at)
{
    const IROp *last = &x->s->ops[at];
    return op->setcc && cc_must_survive(x, at + 1, last->ccmask | last->ccfault);
}

/* Of a register that is no scratch register, or a constant: needs none. */
static bool needs_scratch(const X64 *x, IRRef ref)
{
    if (ref == IR_NONE) {
        return false;
    }
    if (ir_is_const(x->s, ref)) {
        int64_t v = ir_t(x->s, ref)->val;
        return v != (int32_t)v;
    }
    int reg = ra_reg(&x->ra, ref);
    return reg < 0 || ra_is_scratch(&x->ra, reg);
}

/* ---- op G, [m]; cmp [m], x ---- */

static void release_t(X64 *x, const Access *acc)
{
    if (!acc->direct && acc->host.base != acc->t && acc->host.index != acc->t) {
        ra_release(&x->ra, acc->t);
    }
}

static void compare_memory(X64 *x, const IROp *op, Access *acc, IRRef loaded)
{
    CCPlan p;
    bool first = op->in[0] == loaded;
    IRRef other = op->in[first];
    bool test = op->code == OP_and;
    cc_plan(x, &p, test ? CC_LOGIC : CC_CMP, test ? IR_NONE : op->in[0],
            test ? IR_NONE : op->in[1]);
    Opnd v = x64_in(x, other, op->type, first || test ? MAY_IMM : 0);
    x64_access_here(x, acc);
    if (test && v.kind == VAL_IMM) {
        asm_test_mi(&x->a, op->type, acc->host, v.imm);
    } else if (test) {
        asm_test_mr(&x->a, op->type, acc->host, v.reg);
    } else if (first) {
        x64_alu_to(x, ALU_CMP, op->type, (Opnd){.kind = VAL_MEM, .mem = acc->host}, v);
    } else {
        asm_alu_rm(&x->a, ALU_CMP, op->type, v.reg, acc->host);
    }
    cc_done(x, &p, NO_REG);
}

static void alu_memory(X64 *x, const IROp *op, Access *acc, IRRef loaded)
{
    CCPlan p;
    unsigned io = op->in[0] == loaded; /* index of the other operand */
    bool logic = op->code != OP_add && op->code != OP_sub;
    cc_plan(x, &p, logic ? CC_LOGIC : CC_HOST_ONLY, op->out[0], IR_NONE);
    unsigned d;
    if (x64_in_place(x, op, io)) {
        d = x64_place(x, op, false).reg;
    } else {
        uint32_t busy = acc->host.base == NO_REG ? 0 : 1u << acc->host.base;
        busy |= acc->host.index == NO_REG ? 0 : 1u << acc->host.index;
        d = x64_out_from(x, op, io, op->type, busy);
    }
    x64_access_here(x, acc);
    asm_alu_rm(&x->a, alu_of(op->code), op->type, d, acc->host);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

static bool takes_load(X64 *x, const IROp *ld, const IROp *op, unsigned at)
{
    IRRef t = ld->out[0];
    if (!is_alu(op) || (op->in[0] != t && op->in[1] != t)) {
        return false;
    }
    bool commutes = op_info[op->code].flags & OPF_COMM;
    if (op->in[0] == t && op->out[0] != IR_NONE && !commutes) {
        return false;
    }
    bool logic = op->code != OP_add && op->code != OP_sub && op->out[0] != IR_NONE;
    return logic || !flags_last(x, op, at);
}

static bool fuse_alu(X64 *x, const IROp *ld, const IROp *op, unsigned at)
{
    Access acc;
    if (!takes_load(x, ld, op, at)) {
        return false;
    }
    x64_begin_op(x, x->at);
    x64_begin_op(x, at);
    x64_access_begin(x, &acc, ld, SLOW_LD);
    release_t(x, &acc);
    if (op->out[0] == IR_NONE) {
        compare_memory(x, op, &acc, ld->out[0]);
    } else {
        alu_memory(x, op, &acc, ld->out[0]);
    }
    ra_end_op(&x->ra, op);
    ra_end_op(&x->ra, ld);
    return true;
}

/* ---- mulx G, G, [m] ---- */

static bool mulx_takes_load(X64 *x, const IROp *ld, const IROp *op)
{
    const GuestDesc *g = x->g;
    if (!x64_is_mulx(x, op) || !g->direct || g->guest_base || op->in[1] != ld->out[0]) {
        return false;
    }
    unsigned n = needs_scratch(x, ld->in[0]) + needs_scratch(x, ld->in[1]);
    n += needs_scratch(x, op->out[0]) + needs_scratch(x, op->out[1]);
    return n <= x->ra.host->nscratch;
}

static bool fuse_mulx(X64 *x, const IROp *ld, const IROp *op, unsigned at)
{
    Access acc;
    if (op->code != OP_mulu2 || !mulx_takes_load(x, ld, op)) {
        return false;
    }
    x64_begin_op(x, x->at);
    x64_begin_op(x, at);
    x64_access_begin(x, &acc, ld, SLOW_LD);
    x64_mulx(x, op, (Opnd){.kind = VAL_MEM, .mem = acc.host}, &acc);
    ra_end_op(&x->ra, op);
    ra_end_op(&x->ra, ld);
    return true;
}

/* ---- op [m], x ---- */

static bool same_address(const IROp *ld, const IROp *st)
{
    return ld->in[0] == st->in[0] && ld->in[1] == st->in[1] && ld->imm == st->imm &&
           ld->scale == st->scale &&
           (ld->memop & (MO_SIZE | MO_ALIGN)) == (st->memop & (MO_SIZE | MO_ALIGN));
}

/* A shift by a constant, or an op of one operand. */
static bool is_unary(const X64 *x, const IROp *op)
{
    switch (op->code) {
    case OP_inc:
    case OP_dec:
    case OP_neg:
    case OP_not:
        return true;
    case OP_shl:
    case OP_shr:
    case OP_sar:
        return ir_is_const(x->s, op->in[1]);
    default:
        return false;
    }
}

static void emit_change(X64 *x, const IROp *op, Opnd d, Opnd v)
{
    static const uint8_t shifts[] = {SH_SHL, SH_SHR, SH_SAR};
    if (is_alu(op)) {
        x64_alu_to(x, alu_of(op->code), op->type, d, v);
    } else if (op->code < OP_shl) {
        x64_unary_to(x, op->code, op->type, d);
    } else if (d.kind == VAL_REG) {
        asm_shift_ri(&x->a, (ShiftOp)shifts[op->code - OP_shl], op->type, d.reg, v.imm);
    } else {
        asm_rm(&x->a, opc_of1(0xc0, op->type), shifts[op->code - OP_shl], d.mem);
        asm_b(&x->a, v.imm);
    }
}

static bool changes_memory(X64 *x, const IROp *ld, const IROp *op, const IROp *st)
{
    IRRef t = ld->out[0];
    if (!st || st->code != OP_st || !same_address(ld, st) || st->in[2] != op->out[0]) {
        return false;
    }
    bool fits = is_alu(op) ? op->in[0] == t ||
                                 (op->in[1] == t && (op_info[op->code].flags & OPF_COMM))
                           : is_unary(x, op) && op->in[0] == t;
    if (!fits || op->out[0] == IR_NONE || !x64_used_once(x, op->out[0]) ||
        op->in[0] == op->in[1]) {
        return false;
    }
    /* Registers: address, A, t, and the operand are four. */
    IRRef other = is_alu(op) ? op->in[op->in[0] == t] : IR_NONE;
    bool simple = !needs_scratch(x, ld->in[0]) && ld->in[1] == IR_NONE;
    return (simple || !needs_scratch(x, other)) &&
           (ld->in[0] != IR_NONE || ld->imm == (int32_t)ld->imm) &&
           (ld->in[0] == IR_NONE || !ir_is_const(x->s, ld->in[0]));
}

/* The recipe's operands must not be temps: their values would have to be stored while the
 * old recipe still counts. */
static void plan_in_memory(X64 *x, CCPlan *p, const IROp *op, IRRef other)
{
    bool lasting = other != IR_NONE && ir_t(x->s, other)->kind != TEMP_SSA;
    if (op->code == OP_inc || op->code == OP_dec) {
        cc_plan_incdec(x, p, op->code == OP_inc, true);
    } else if ((op->code == OP_add || op->code == OP_sub) && lasting) {
        cc_plan(x, p, op->code == OP_add ? CC_ADD : CC_SUB, op->out[0], other);
    } else if (is_alu(op) && op->code != OP_add && op->code != OP_sub) {
        cc_plan(x, p, CC_LOGIC, op->out[0], IR_NONE);
    } else {
        cc_plan(x, p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    }
}

static void change_memory(X64 *x, const IROp *op, Access *acc, IRRef other, Opnd v)
{
    CCPlan p;
    unsigned result = NO_REG;
    plan_in_memory(x, &p, op, other);
    const uint8_t *insn = x->a.p;
    if (p.keep >= 0) { /* the recipe wants the result, too */
        result = acc->direct ? ra_alloc(&x->ra) : acc->t;
        x64_access_here(x, acc);
        asm_rm(&x->a, opc_extend(IR_I64, op->type, false), result, acc->host);
        emit_change(x, op, (Opnd){.kind = VAL_REG, .reg = result}, v);
        x64_access_here(x, acc);
        asm_store(&x->a, op->type, result, acc->host);
    } else {
        x64_access_here(x, acc);
        emit_change(x, op, (Opnd){.kind = VAL_MEM, .mem = acc->host}, v);
    }
    x64_access_rmw(x, acc, insn, op->setcc);
    cc_done(x, &p, result);
}

static bool fuse_rmw(X64 *x, const IROp *ld, const IROp *op, unsigned at_st)
{
    Access acc;
    const IROp *st = x64_next_op(x, &at_st);
    if (!changes_memory(x, ld, op, st)) {
        return false;
    }
    IRRef other = is_alu(op) ? op->in[op->in[0] == ld->out[0]] : IR_NONE;
    Opnd v = {.kind = VAL_IMM};
    x64_begin_op(x, x->at);
    if (other != IR_NONE) {
        v = x64_in(x, other, op->type, MAY_IMM);
    } else if (op->code >= OP_shl) {
        v.imm = ir_t(x->s, op->in[1])->val & (op->type == IR_I64 ? 63 : 31);
    }
    if (flags_last(x, op, at_st)) { /* the store may fault behind the op */
        cc_fault_point(x);
    }
    x64_access_begin(x, &acc, ld, SLOW_RMW);
    x->op = op;
    x->at = at_st;
    x->wanted = st->ccmask | st->ccfault;
    change_memory(x, op, &acc, other, v);
    ra_end_op(&x->ra, op);
    ra_end_op(&x->ra, st);
    ra_end_op(&x->ra, ld);
    return true;
}

/* A load of an integer that one op takes, at the same width. */
static bool fuse_int(X64 *x, const IROp *ld)
{
    unsigned at = x->at;
    const IROp *op = x64_next_op(x, &at);
    return op && op->type == ld->type &&
           (fuse_rmw(x, ld, op, at) || fuse_alu(x, ld, op, at) ||
            fuse_mulx(x, ld, op, at));
}

bool x64_fuse(X64 *x, const IROp *ld)
{
    if (ld->type > IR_I64) {
        return x64_vec_fuse(x, ld);
    }
    return x64_used_once(x, ld->out[0]) &&
           (ld->memop & (MO_SIZE | MO_ALIGN)) == ld->type && fuse_int(x, ld);
}
