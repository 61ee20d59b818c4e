/* Operands as values: registers, immediates, memory by segment, the stack. */
/* SPDX-License-Identifier: MIT */
/*
 * In 64-bit code ES CS SS DS have no base and no limit (SDM vol. 1, 3.4.2.1). Elsewhere
 * the bases are added when HF_ADDSEG says that there are some, and limits and types are
 * checked by a helper when HF_LIMITS says that CS, SS, DS or ES is not flat; FS and GS
 * always.
 */
#include "target/x86/translate.h"

IRRef x86_op1(DisasContext *s, OpCode code, IRType t, IRRef a)
{
    IRRef r = x86_temp(s, t);

    ir_op1(s->tcg, code, t, r, a);
    return r;
}

IRRef x86_op2(DisasContext *s, OpCode code, IRType t, IRRef a, IRRef b)
{
    IRRef r = x86_temp(s, t);

    ir_op2(s->tcg, code, t, r, a, b);
    return r;
}

IRRef x86_zext(DisasContext *s, IRRef a, IRType from)
{
    if (from == IR_I64) {
        return a;
    }
    if (ir_is_const(s->tcg, a)) {
        return x86_const(s, ir_t(s->tcg, a)->val & ir_type_mask(from));
    }

    IRRef r = x86_temp(s, IR_I64);
    ir_zext(s->tcg, IR_I64, r, a, from);
    return r;
}

IRRef x86_sext(DisasContext *s, IRRef a, IRType from)
{
    if (from == IR_I64) {
        return a;
    }
    if (ir_is_const(s->tcg, a)) {
        return x86_const(s, sign_extend(ir_t(s->tcg, a)->val, ir_type_bits(from)));
    }

    IRRef r = x86_temp(s, IR_I64);
    ir_sext(s->tcg, IR_I64, r, a, from);
    return r;
}

IRRef x86_ld_env(DisasContext *s, IRType t, int32_t offset)
{
    IRRef r = x86_temp(s, IR_I64);

    ir_ld_env(s->tcg, t, r, offset);
    return r;
}

static IRRef load_seg_base(DisasContext *s, unsigned seg)
{
    return x86_ld_env(s, IR_I64, offsetof(CPUX86State, seg_base) + 8 * seg);
}

/* The linear address of a segment may differ from the effective one. */
static bool seg_has_base(const DisasContext *s, unsigned seg)
{
    if (seg >= SEG_FS) {
        return true;
    }
    if (s->code64) {
        return false;
    }
    return seg == SEG_CS ? s->cs_base != 0 : (s->hflags & HF_ADDSEG) != 0;
}

/* Limits matter, or the access is a write to a code segment, which is never allowed. */
static bool must_check(const DisasContext *s, unsigned seg, bool write)
{
    return !s->code64 && (s->hflags & HF_LIMITS || seg >= SEG_FS ||
                          (write && seg == SEG_CS && x86_protected(s)));
}

/*
 * In real and virtual-8086 mode only the limit counts, and it is tested inline; elsewhere
 * the helper looks at the descriptor's type, too.
 */
static void check_limit(DisasContext *s, unsigned seg, IRRef ea, unsigned bytes,
                        bool write)
{
    if (!must_check(s, seg, write)) {
        return;
    }
    if (x86_protected(s)) {
        X86_CALL(s, check_seg, IR_NONE, ea, x86_const(s, seg | write << 3 | bytes << 8));
        return;
    }

    IRRef limit =
        x86_ld_env(s, IR_I32, offsetof(CPUX86State, seg[0].limit) + seg * sizeof(X86Seg));
    IRRef last = x86_op2(s, OP_add, IR_I64, ea, x86_const(s, bytes - 1));
    x86_raise_if(s, seg == SEG_SS ? EXCP_SS : EXCP_GP, IR_I64, COND_A, last, limit);
}

IRAddr x86_seg_addr(DisasContext *s, unsigned seg, IRRef ea, unsigned bytes, bool write)
{
    IRAddr a = {.base = ea, .index = IR_NONE};

    check_limit(s, seg, ea, bytes, write);
    if (!seg_has_base(s, seg)) {
        if (ir_is_const(s->tcg, ea)) {
            a.disp = ir_t(s->tcg, ea)->val;
            a.base = IR_NONE;
        }
        return a;
    }
    if (s->code64) {
        a.index = ea;
        a.base = load_seg_base(s, seg);
        if (ir_is_const(s->tcg, ea)) {
            a.index = IR_NONE;
            a.disp = ir_t(s->tcg, ea)->val;
        }
        return a;
    }

    IRRef base = seg == SEG_CS ? x86_const(s, s->cs_base) : load_seg_base(s, seg);
    a.base = x86_temp(s, IR_I32);
    ir_lea(s->tcg, IR_I32, a.base, base, ea, 0, 0);
    return a;
}

/* ---- fields that are patched ---- */

/* Bytes of the immediate at the end of the instruction; 0: there is none, -1: it is not
 * simple. */
static int imm_bytes(const Insn *i)
{
    if (i->desc->special) {
        return -1;
    }
    switch (i->desc->imm) {
    case OP_:
        return 0;
    case OP_Ib:
    case OP_sIb:
        return 1;
    case OP_Iw:
        return 2;
    case OP_Iz:
        return i->opsize == SZ16 ? 2 : 4;
    case OP_Iv:
        return 1 << i->opsize;
    default:
        return -1;
    }
}

/*
 * The field of four bytes, `from_end` bytes in front of the instruction's end, as it is
 * when the unit runs: at type I64 sign-extended. now: what the decoder made of it, or
 * somebody has changed; then IR_NONE.
 */
static IRRef reload_field(DisasContext *s, unsigned from_end, IRType t, uint64_t now)
{
    DisasContextBase *db = &s->base;
    unsigned at = db->pc_next - db->pc_first - from_end;

    /* AC would check the load as if it were the instruction's */
    if ((int32_t)ldl_le_p(db->code + at) != (int64_t)now || s->hflags & HF_AC) {
        return IR_NONE;
    }
    IRAddr a = {.base = x86_const(s, db->pc_first + at), .index = IR_NONE};
    IRRef r = x86_temp(s, t);

    ir_ld(s->tcg, t, r, a, MO_32 | (t == IR_I64 ? MO_SIGN : 0));
    for (unsigned end = at + 4; at < end; at++) {
        db->reloaded[at / 64] |= BIT64(at % 64);
    }
    return r;
}

static IRRef reload_imm(DisasContext *s)
{
    IRType t = (IRType)s->insn.opsize;

    return t >= IR_I32 && imm_bytes(&s->insn) == 4 ? reload_field(s, 4, t, s->insn.imm)
                                                   : IR_NONE;
}

/* The displacement of a 64-bit address without an index. */
static IRRef reload_disp(DisasContext *s)
{
    const Insn *i = &s->insn;
    int imm = s->base.reload ? imm_bytes(i) : -1;
    bool long_disp = i->modrm >> 6 == 2 || (i->modrm >> 6 == 0 && i->base < 0);

    return imm >= 0 && s->code64 && i->addrsize == SZ64 && i->index < 0 && long_disp
               ? reload_field(s, imm + 4, IR_I64, i->disp)
               : IR_NONE;
}

/* Displacement of the memory operand, and its base register or what stands for RIP. */
static IRRef base_and_disp(DisasContext *s, int64_t *disp)
{
    const Insn *i = &s->insn;

    *disp = i->disp;
    return i->rip_rel     ? ir_pc_base(s->tcg, s->next + i->disp, disp)
           : i->base >= 0 ? s->regs[i->base]
                          : IR_NONE;
}

IRRef x86_ea(DisasContext *s, IRRef extra, unsigned shift)
{
    const Insn *i = &s->insn;
    IRType at = (IRType)i->addrsize;
    IRType wide = at == IR_I16 ? IR_I32 : at;
    int64_t disp;
    IRRef base = base_and_disp(s, &disp);
    IRRef index = i->index >= 0 ? s->regs[i->index] : IR_NONE;
    IRRef ea = reload_disp(s);

    if (ea != IR_NONE) {
        IRRef sum = x86_temp(s, IR_I64);
        ir_lea(s->tcg, IR_I64, sum, ea, base, 0, i->rip_rel ? (int64_t)s->next : 0);
        ea = sum;
    } else if (base == IR_NONE && index == IR_NONE) {
        ea = x86_const(s, disp & ir_type_mask(at));
    } else if (at == IR_I64 && index == IR_NONE && disp == 0) {
        ea = base;
    } else {
        ea = x86_temp(s, wide);
        ir_lea(s->tcg, wide, ea, base, index, i->scale, disp);
    }
    if (extra != IR_NONE) {
        IRRef sum = x86_temp(s, wide);
        ir_lea(s->tcg, wide, sum, ea, extra, shift, 0);
        ea = sum;
    }
    return at == IR_I16 ? x86_zext(s, ea, IR_I16) : ea;
}

/* Address forms that need no op of their own: 64-bit addresses off nothing or FS and GS.
 */
static bool direct_addr(DisasContext *s, IRAddr *a)
{
    const Insn *i = &s->insn;

    if (!s->code64 || i->addrsize != SZ64 || (i->seg >= SEG_FS && i->index >= 0)) {
        return false;
    }
    *a = (IRAddr){
        .index = i->index >= 0 ? s->regs[i->index] : IR_NONE,
        .scale = i->scale,
    };
    a->base = base_and_disp(s, &a->disp);
    IRRef field = i->seg < SEG_FS ? reload_disp(s) : IR_NONE;

    if (field != IR_NONE) {
        a->index = field;
        a->scale = 0;
        a->disp = i->rip_rel ? s->next : 0;
    }
    if (i->seg >= SEG_FS) {
        a->index = a->base;
        a->scale = 0;
        a->base = load_seg_base(s, i->seg);
    }
    return true;
}

/*
 * Under HF_AC: what the operand must be aligned to besides the accesses of integers,
 * which align_accesses() sees to. SDM vol. 3, table 6-7; of vectors the manual leaves it
 * to the processor: unless masked, they are checked as units of at most 16 bytes.
 */
static unsigned checked_alignment(const Insn *i, unsigned bytes)
{
    unsigned gates = i->desc->gates;

    if (gates & (GATE_X87 | GATE_X87N)) {
        return bytes <= 8 ? bytes : bytes == 10 ? 8 : i->opsize == SZ16 ? 2 : 4;
    }
    if (gates & (GATE_SSE | GATE_AVX) && !(gates & (GATE_ALIGN | GATE_VSIB)) &&
        bytes >= 16 && !strstr(x86_row_name(i->desc), "maskmov")) {
        return 16;
    }
    return 1;
}

static void check_alignment(DisasContext *s, unsigned bytes)
{
    unsigned align = checked_alignment(&s->insn, bytes);
    IRAddr a = s->addr;

    if (align > 1) {
        IRRef va = x86_temp(s, IR_I64);

        ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
        x86_raise_if(s, EXCP_AC, IR_I64, COND_TSTNE, va, x86_const(s, align - 1));
    }
}

IRAddr x86_op_addr(DisasContext *s, unsigned bytes, bool write)
{
    if (s->have_addr && (s->addr_write || !write || s->code64)) {
        return s->addr;
    }
    if (!direct_addr(s, &s->addr)) {
        s->addr = x86_seg_addr(s, s->insn.seg, x86_ea(s, IR_NONE, 0), bytes, write);
    }
    s->have_addr = true;
    s->addr_write = write;
    if (s->hflags & HF_AC) {
        check_alignment(s, bytes);
    }
    return s->addr;
}

static IRRef load_mem(DisasContext *s, const X86Operand *o, unsigned flags)
{
    IRType t = (IRType)o->size;
    IRAddr a = x86_op_addr(s, 1u << o->size, flags & MO_RMW);
    IRRef r = x86_temp(s, t);

    ir_ld(s->tcg, t, r, a, o->size | flags);
    return r;
}

/* What is not simply a register. */
static IRRef load_other(DisasContext *s, const X86Operand *o, unsigned flags)
{
    switch (o->kind) {
    case OPK_REG: {
        IRRef r = x86_temp(s, IR_I64);
        ir_extract(s->tcg, IR_I64, r, s->regs[o->reg], 8, 8);
        return r;
    }
    case OPK_IMM: {
        IRRef r = s->base.reload ? reload_imm(s) : IR_NONE;
        return r != IR_NONE ? r : x86_const(s, s->insn.imm);
    }
    default:
        assert(o->kind == OPK_MEM && o->size <= SZ64);
        return load_mem(s, o, flags);
    }
}

static inline IRRef load_op(DisasContext *s, unsigned n, unsigned flags)
{
    const X86Operand *o = &s->insn.op[n];

    return o->kind == OPK_REG && !o->high ? s->regs[o->reg] : load_other(s, o, flags);
}

IRRef x86_op_load(DisasContext *s, unsigned n)
{
    return load_op(s, n, 0);
}

IRRef x86_op_load_rmw(DisasContext *s, unsigned n)
{
    return load_op(s, n, MO_RMW);
}

IRRef x86_op_load_ext(DisasContext *s, unsigned n, bool sign)
{
    const X86Operand *o = &s->insn.op[n];
    IRType t = (IRType)o->size;

    if (o->kind == OPK_MEM) {
        IRAddr a = x86_op_addr(s, 1u << o->size, false);
        IRRef r = x86_temp(s, IR_I64);
        ir_ld(s->tcg, IR_I64, r, a, o->size | (sign ? MO_SIGN : 0));
        return r;
    }

    IRRef v = load_op(s, n, 0);
    return sign ? x86_sext(s, v, t) : x86_zext(s, v, t);
}

IRRef x86_op_dest(DisasContext *s, unsigned n)
{
    const X86Operand *o = &s->insn.op[n];

    if (o->kind == OPK_REG && !o->high) {
        return s->regs[o->reg];
    }
    return x86_temp(s, (IRType)o->size);
}

void x86_op_store(DisasContext *s, unsigned n, IRRef val)
{
    const X86Operand *o = &s->insn.op[n];
    IRType t = (IRType)o->size;

    if (o->kind == OPK_MEM) {
        ir_st(s->tcg, t, val, x86_op_addr(s, 1u << o->size, true), o->size);
    } else if (o->high) {
        IRRef g = s->regs[o->reg];
        ir_deposit(s->tcg, IR_I64, g, g, val, 8, 8);
    } else if (val != s->regs[o->reg]) {
        ir_mov(s->tcg, t, s->regs[o->reg], val);
    }
}

IRRef x86_reg_zext(DisasContext *s, unsigned reg, IRType t)
{
    return x86_zext(s, s->regs[reg], t);
}

void x86_reg_store(DisasContext *s, unsigned reg, IRType t, IRRef val)
{
    if (val != s->regs[reg]) {
        ir_mov(s->tcg, t, s->regs[reg], val);
    }
}

void x86_reg_add(DisasContext *s, unsigned reg, IRType t, int64_t n)
{
    ir_op2(s->tcg, OP_add, t, s->regs[reg], s->regs[reg], x86_const(s, n));
}

void x86_reg_add_scaled(DisasContext *s, unsigned reg, IRType t, IRRef n, unsigned shift)
{
    ir_lea(s->tcg, t, s->regs[reg], s->regs[reg], n, shift, 0);
}

/* SS:[SP + disp]; *sp: the effective address, zero-extended. */
static IRAddr stack_addr(DisasContext *s, int64_t disp, unsigned bytes, bool write,
                         IRRef *sp)
{
    IRRef rsp = s->regs[R_RSP];

    if (s->code64) {
        *sp = IR_NONE;
        return (IRAddr){.base = rsp, .index = IR_NONE, .disp = s->sp_ahead + disp};
    }
    *sp = x86_temp(s, IR_I32);
    ir_lea(s->tcg, IR_I32, *sp, rsp, IR_NONE, 0, disp);
    if (s->stack_type == IR_I16) {
        *sp = x86_zext(s, *sp, IR_I16);
    }
    return x86_seg_addr(s, SEG_SS, *sp, bytes, write);
}

void x86_push(DisasContext *s, IRType t, IRRef val)
{
    x86_push_later(s, t, val);
    x86_stack_settle(s);
}

void x86_push_later(DisasContext *s, IRType t, IRRef val)
{
    unsigned n = 1u << t;
    IRRef sp;
    IRAddr a = stack_addr(s, -(int64_t)n, n, true, &sp);

    ir_st(s->tcg, t, val, a, t);
    if (sp == IR_NONE) {
        x86_stack_add_later(s, -(int64_t)n);
    } else {
        x86_reg_store(s, R_RSP, s->stack_type, sp);
    }
}

void x86_stack_put(DisasContext *s, IRType t, int64_t disp, IRRef val)
{
    IRRef sp;

    ir_st(s->tcg, t, val, stack_addr(s, disp, 1u << t, true, &sp), t);
}

void x86_stack_probe(DisasContext *s, IRType t, int64_t disp)
{
    IRRef sp;
    IRAddr a = stack_addr(s, disp, 1u << t, true, &sp);

    if (s->env->is_program) { /* nothing checks a load for a write */
        ir_atomic(s->tcg, OP_at_add, x86_temp(s, t), a, x86_const(s, 0), IR_NONE, t);
    } else {
        ir_ld(s->tcg, t, x86_temp(s, t), a, t | MO_RMW);
    }
}

IRRef x86_stack_top(DisasContext *s, IRType t, int64_t disp)
{
    IRRef sp, r = x86_temp(s, t);
    IRAddr a = stack_addr(s, disp, 1u << t, false, &sp);

    ir_ld(s->tcg, t, r, a, t);
    return r;
}

void x86_stack_add(DisasContext *s, int64_t n)
{
    x86_reg_add(s, R_RSP, s->stack_type, n + s->sp_ahead);
    s->sp_ahead = 0;
    ir_insn_sp(s->tcg, 0);
}

void x86_stack_add_later(DisasContext *s, int64_t n)
{
    if (!s->code64 || !s->tcg->late_sp || s->sp_ahead + n != (int8_t)(s->sp_ahead + n)) {
        x86_stack_add(s, n);
    } else {
        s->sp_ahead += n;
    }
}

void x86_stack_settle_now(DisasContext *s)
{
    x86_stack_add(s, 0);
}

static bool is_register(const Insn *i, unsigned reg)
{
    for (unsigned n = 0; n < i->desc->nops; n++) {
        if (i->op[n].kind == OPK_REG && i->op[n].reg == reg && !i->op[n].high) {
            return true;
        }
    }
    return false;
}

/* The generator looks at RSP by what is above, and by memory operands, or not at all; and
 * who sees state in the midst of the instruction finds it by IROp.sp. */
static bool may_wait(const DisasContext *s)
{
    static GenFn *const gens[] = {
        gen_push, gen_pop,    gen_mov,   gen_lea,   gen_call, gen_ret,
        gen_xor,  gen_movsxd, gen_test,  gen_cmp,   gen_add,  gen_sub,
        gen_and,  gen_or,     gen_movzx, gen_movsx, gen_nop,  gen_call_ind,
    };
    const Insn *i = &s->insn;
    GenFn *gen = x86_gen[i->desc->number];

    for (size_t n = 0; n < ARRAY_SIZE(gens); n++) {
        if (gen == gens[n]) {
            return i->addrsize == SZ64 && !is_register(i, R_RSP) && !s->check_fetch &&
                   !(s->hflags & HF_AC) && !s->base.reload && !(i->prefixes & PFX_LOCK) &&
                   !(gen == gen_pop && x86_op_is_mem(s, 0)) &&
                   !(s->env->is_program && x86_rseq_concerns(s));
        }
    }
    return false;
}

void x86_stack_begin_insn(DisasContext *s)
{
    if (!may_wait(s)) {
        x86_stack_settle(s);
    } else if (s->insn.base == R_RSP) {
        s->insn.disp += s->sp_ahead;
    }
}
