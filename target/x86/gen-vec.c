/* Generators of MMX and SSE instructions. */
/* SPDX-License-Identifier: MIT */
/*
 * XMM registers are globals of the IR, operations its vector ops (tcg/vec.def). MMX
 * registers live in env: operations on them are calls of a helper with one constant that
 * names operation and operands (vec.h), and so are all operations on floating point while
 * the guest has an exception of it unmasked: only the helper can raise it. For the helper
 * a memory operand is loaded to env->vec_tmp first, so that it sees registers only. VEX
 * forms are not here yet: their rows are todo.
 */
#include "target/x86/translate.h"
#include "target/x86/vec.h"

static int32_t mmx_offset(unsigned reg)
{
    return offsetof(CPUX86State, x87.r) + (reg & 7) * sizeof(floatx80);
}

static int32_t tmp_offset(unsigned quad)
{
    return offsetof(CPUX86State, vec_tmp) + quad * 8;
}

static IRRef get(DisasContext *s, int32_t offset)
{
    return x86_ld_env(s, IR_I64, offset);
}

static void put(DisasContext *s, int32_t offset, IRRef val)
{
    ir_st_env(s->tcg, IR_I64, val, offset);
}

static IRRef zero(DisasContext *s)
{
    return x86_const(s, 0);
}

/* --- MMX state: SDM vol. 1, 9.5 and 12.1 --- */

/* CVTPI2PS and CVTPI2PD of a memory operand touch no MMX register and change nothing
 * there (so the SDM says of the latter, and AMD processors do with both). */
static bool uses_mmx(const Insn *i)
{
    bool to_xmm = i->desc->arg == VOP_CVTPI2PS || i->desc->arg == VOP_CVTPI2PD;

    return i->desc->gates & GATE_MMX && !(to_xmm && i->op[1].kind == OPK_MEM);
}

/* Before anything else: a pending x87 exception. */
static void mmx_begin(DisasContext *s)
{
    if (uses_mmx(&s->insn)) {
        X86_CALL(s, x87_wait, IR_NONE);
    }
}

/* When nothing can fault any more: TOP is 0, all registers are valid. */
static void mmx_commit(DisasContext *s)
{
    if (uses_mmx(&s->insn)) {
        ir_st_env(s->tcg, IR_I8, zero(s), offsetof(CPUX86State, x87.top));
        ir_st_env(s->tcg, IR_I8, zero(s), offsetof(CPUX86State, x87.empty));
    }
}

static void mmx_set(DisasContext *s, unsigned reg, IRRef val)
{
    put(s, mmx_offset(reg), val);
    ir_st_env(s->tcg, IR_I16, x86_const(s, 0xffff), mmx_offset(reg) + 8);
}

void gen_emms(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_wait, IR_NONE);
    ir_st_env(s->tcg, IR_I8, zero(s), offsetof(CPUX86State, x87.top));
    ir_st_env(s->tcg, IR_I8, x86_const(s, 0xff), offsetof(CPUX86State, x87.empty));
}

/* --- memory operands --- */

/* Address of operand n, which is `bytes` long. Without a TLB, whose probe does it, 16
 * bytes are checked for alignment where the row wants that. */
static IRAddr mem_address(DisasContext *s, unsigned bytes, bool write)
{
    IRAddr a = x86_op_addr(s, bytes, write);

    if (bytes == 16 && s->insn.desc->gates & GATE_ALIGN && s->tcg->guest->direct) {
        IRRef va = x86_temp(s, IR_I64);

        ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
        IRRef low = x86_op2(s, OP_and, IR_I64, va, x86_const(s, 15));

        x86_raise_if(s, EXCP_GP, IR_I64, COND_NE, low, zero(s));
        return (IRAddr){.base = va, .index = IR_NONE};
    }
    return a;
}

/* MemOp of 16 bytes. */
static unsigned memop128(const DisasContext *s)
{
    bool align = s->insn.desc->gates & GATE_ALIGN && !s->tcg->guest->direct;

    return MO_128 | (align ? MO_ALIGN : 0);
}

static IRRef load(DisasContext *s, IRAddr a, unsigned disp, unsigned memop)
{
    IRRef v = x86_temp(s, IR_I64);

    a.disp += disp;
    ir_ld(s->tcg, IR_I64, v, a, memop);
    return v;
}

static void store(DisasContext *s, IRAddr a, unsigned disp, IRRef v, unsigned memop)
{
    a.disp += disp;
    ir_st(s->tcg, MIN(memop, IR_I64), v, a, memop);
}

static unsigned operand_bytes(const DisasContext *s, unsigned n)
{
    return 1u << s->insn.op[n].size;
}

/* --- the IR's vector ops --- */

/* out = vop(a, b), on XMM values; out may be a or b. */
static IROp *vector(DisasContext *s, unsigned vop, IRRef out, IRRef a, IRRef b,
                    unsigned imm)
{
    IROp *op = ir_emit(s->tcg, OP_vop, IR_V128);

    op->vec = vop;
    op->out[0] = out;
    op->in[0] = vec_info[vop].flags & VECF_UNARY ? IR_NONE : a;
    op->in[1] = b;
    op->imm = imm;
    return op;
}

/* An integer made of the vector v. */
static IRRef vec_to_int(DisasContext *s, unsigned vop, IRRef v, IRType t, unsigned imm)
{
    IRRef out = x86_temp(s, t);
    IROp *op = ir_emit(s->tcg, OP_vtoi, IR_V128);

    op->vec = vop;
    op->out[0] = out;
    op->in[1] = v;
    op->memop = t;
    op->imm = imm;
    return out;
}

/* out = the vector a changed by integer v; a may be IR_NONE. */
static IROp *int_to_vec(DisasContext *s, unsigned vop, IRRef out, IRRef a, IRRef v,
                        IRType t)
{
    IROp *op = ir_emit(s->tcg, OP_itov, IR_V128);

    op->vec = vop;
    op->out[0] = out;
    op->in[0] = a;
    op->in[1] = v;
    op->memop = t;
    return op;
}

static IRRef xmm(const DisasContext *s, unsigned n)
{
    return s->vec[s->insn.op[n].reg];
}

/* `memop` bytes of memory as a vector, zeros above. */
static void load_vector(DisasContext *s, IRRef out, IRAddr a, unsigned memop)
{
    if ((memop & MO_SIZE) < MO_32) {
        int_to_vec(s, VOP_MOVD, out, IR_NONE, load(s, a, 0, memop), IR_I32);
    } else {
        ir_ld(s->tcg, IR_V128, out, a, memop);
    }
}

/* Operand n, a register or memory. */
static IRRef operand(DisasContext *s, unsigned n)
{
    unsigned size = s->insn.op[n].size;

    if (s->insn.op[n].kind != OPK_MEM) {
        return xmm(s, n);
    }
    IRRef v = x86_temp(s, IR_V128);

    load_vector(s, v, mem_address(s, 1u << size, false),
                size == MO_128 ? memop128(s) : size);
    return v;
}

/* MMX, and what may raise #XM. */
static bool by_helper(const DisasContext *s)
{
    const Insn *i = &s->insn;
    bool unmasked = s->hflags & HF_SIMD_UNMASKED;

    return i->desc->gates & GATE_MMX ||
           (unmasked && vec_info[i->desc->arg].flags & VECF_FP);
}

/* --- operands of the helper --- */

/* The place of operand n for a helper: a register, or vec_tmp with the memory operand in
 * it. */
static unsigned place(DisasContext *s, unsigned n)
{
    const X86Operand *op = &s->insn.op[n];

    if (op->kind == OPK_VEC) {
        return op->reg;
    }
    if (op->kind == OPK_MMX) {
        return VEC_REG_MMX + (op->reg & 7);
    }
    unsigned bytes = operand_bytes(s, n);
    IRAddr a = mem_address(s, bytes, false);

    if (bytes == 16) {
        IRRef v = x86_temp(s, IR_V128);

        ir_ld(s->tcg, IR_V128, v, a, memop128(s));
        put(s, tmp_offset(0), vec_to_int(s, VOP_MOVD, v, IR_I64, 0));
        put(s, tmp_offset(1), vec_to_int(s, VOP_PEXTRQ, v, IR_I64, 1));
    } else {
        put(s, tmp_offset(0), load(s, a, 0, op->size));
    }
    return VEC_REG_TMP;
}

/* --- operations --- */

static void operate(DisasContext *s, unsigned d, unsigned a, unsigned b, unsigned imm)
{
    const Insn *i = &s->insn;
    unsigned n = i->op[0].kind == OPK_MMX ? 8 : 16;

    mmx_commit(s);
    X86_CALL(s, vec, IR_NONE, x86_const(s, vec_desc(i->desc->arg, d, a, b, n)),
             x86_const(s, imm));
}

/* d = op(d, b) */
static void two_operands(DisasContext *s, unsigned imm)
{
    if (!by_helper(s)) {
        vector(s, s->insn.desc->arg, xmm(s, 0), xmm(s, 0), operand(s, 1), imm);
        return;
    }
    mmx_begin(s);
    unsigned b = place(s, 1), d = place(s, 0);

    operate(s, d, d, b, imm);
}

void gen_vec_bin(DisasContext *s, Insn *i)
{
    two_operands(s, 0);
}

void gen_sse_bin(DisasContext *s, Insn *i)
{
    two_operands(s, 0);
}

void gen_vec_un(DisasContext *s, Insn *i)
{
    two_operands(s, 0);
}

void gen_sse_un(DisasContext *s, Insn *i)
{
    two_operands(s, 0);
}

void gen_vec_shift(DisasContext *s, Insn *i)
{
    two_operands(s, 0);
}

void gen_vec_bin_imm(DisasContext *s, Insn *i)
{
    two_operands(s, i->imm & 0xff);
}

void gen_sse_bin_imm(DisasContext *s, Insn *i)
{
    two_operands(s, i->imm & 0xff);
}

void gen_vec_un_imm(DisasContext *s, Insn *i)
{
    two_operands(s, i->imm & 0xff);
}

void gen_sse_un_imm(DisasContext *s, Insn *i)
{
    two_operands(s, i->imm & 0xff);
}

void gen_vec_shift_imm(DisasContext *s, Insn *i)
{
    if (!by_helper(s)) {
        vector(s, i->desc->arg, xmm(s, 0), xmm(s, 0), IR_NONE, i->imm & 0xff);
        return;
    }
    mmx_begin(s);
    unsigned d = place(s, 0);

    operate(s, d, d, VEC_REG_IMM, i->imm & 0xff);
}

void gen_cvt_mmx(DisasContext *s, Insn *i)
{
    two_operands(s, 0);
}

void gen_cvt_from_gpr(DisasContext *s, Insn *i)
{
    unsigned size = operand_bytes(s, 1);
    IRRef v = x86_op_load_ext(s, 1, false);

    if (!by_helper(s)) {
        int_to_vec(s, i->desc->arg, xmm(s, 0), xmm(s, 0), v, x86_op_type(s, 1))->imm =
            size;
        return;
    }
    unsigned d = place(s, 0);

    put(s, tmp_offset(0), v);
    operate(s, d, d, VEC_REG_TMP, size);
}

/* The operation's integer result. */
static IRRef value(DisasContext *s, unsigned a, unsigned b, unsigned imm)
{
    IRRef v = x86_temp(s, IR_I64);

    X86_CALL(s, vec_value, v, x86_const(s, vec_desc(s->insn.desc->arg, a, a, b, 16)),
             x86_const(s, imm));
    return v;
}

void gen_cvt_to_gpr(DisasContext *s, Insn *i)
{
    unsigned size = operand_bytes(s, 0);

    if (!by_helper(s)) {
        IRRef v = operand(s, 1);

        x86_op_store(s, 0, vec_to_int(s, i->desc->arg, v, x86_op_type(s, 0), size));
        return;
    }
    unsigned b = place(s, 1);

    x86_op_store(s, 0, value(s, b, b, size));
}

/* Flags of a comparison of operands 0 and 1. */
static void compare(DisasContext *s)
{
    IRRef b = operand(s, 1);
    IROp *op = ir_emit(s->tcg, OP_vcmpcc, IR_V128);

    op->vec = s->insn.desc->arg;
    op->in[0] = xmm(s, 0);
    op->in[1] = b;
    op->setcc = true;
}

void gen_comis(DisasContext *s, Insn *i)
{
    if (!by_helper(s)) {
        compare(s);
        return;
    }
    unsigned b = place(s, 1), a = place(s, 0);

    ir_putcc(s->tcg, value(s, a, b, 0), CC_ALL);
}

void gen_ptest(DisasContext *s, Insn *i)
{
    compare(s);
}

void gen_vec_movmsk(DisasContext *s, Insn *i)
{
    if (i->op[1].kind == OPK_VEC) {
        x86_op_store(s, 0, vec_to_int(s, i->desc->arg, xmm(s, 1), IR_I32, 0));
        return;
    }
    IRRef v = x86_temp(s, IR_I64);

    mmx_begin(s);
    mmx_commit(s);
    X86_CALL(s, vec_movmsk, v, x86_const(s, place(s, 1)), x86_const(s, 1),
             x86_const(s, 8));
    x86_op_store(s, 0, v);
}

void gen_blendv(DisasContext *s, Insn *i)
{
    IRRef b = operand(s, 1);

    vector(s, i->desc->arg, xmm(s, 0), xmm(s, 0), b, 0)->in[2] = s->vec[0];
}

void gen_pcmpstr(DisasContext *s, Insn *i)
{
    bool explicit_len = i->desc->arg == VOP_PCMPESTRM || i->desc->arg == VOP_PCMPESTRI;
    bool index = i->desc->arg == VOP_PCMPESTRI || i->desc->arg == VOP_PCMPISTRI;
    unsigned b = place(s, 1), a = place(s, 0);
    unsigned how = explicit_len | index << 1 | ((i->rex & REX_W) != 0) << 2;
    IRRef fl = x86_temp(s, IR_I64);

    X86_CALL(s, vec_pcmpstr, fl, x86_const(s, vec_desc(0, a, a, b, 16)),
             x86_const(s, i->imm & 0xff), x86_const(s, how));
    ir_putcc(s->tcg, fl, CC_ALL);
}

/* --- moves --- */

/* MOVAPS, MOVUPS, MOVDQA ...: 16 bytes, both directions. */
void gen_vec_mov(DisasContext *s, Insn *i)
{
    if (i->op[0].kind == OPK_MEM) {
        ir_st(s->tcg, IR_V128, xmm(s, 1), mem_address(s, 16, true), memop128(s));
    } else if (i->op[1].kind == OPK_MEM) {
        ir_ld(s->tcg, IR_V128, xmm(s, 0), mem_address(s, 16, false), memop128(s));
    } else {
        ir_mov(s->tcg, IR_V128, xmm(s, 0), xmm(s, 1));
    }
}

/* `memop` bytes between memory and the low part of a register, which is cleared above. */
static bool move_memory(DisasContext *s, unsigned memop)
{
    const Insn *i = &s->insn;

    if (i->op[0].kind == OPK_MEM) {
        ir_st(s->tcg, IR_V128, xmm(s, 1), x86_op_addr(s, 1 << memop, true), memop);
        return true;
    }
    if (i->op[1].kind == OPK_MEM) {
        ir_ld(s->tcg, IR_V128, xmm(s, 0), x86_op_addr(s, 1 << memop, false), memop);
        return true;
    }
    return false;
}

/* MOVSS, MOVSD: from memory the rest is cleared, between registers it stays. */
void gen_vec_mov_scalar(DisasContext *s, Insn *i)
{
    unsigned memop = i->op[1].kind == OPK_MEM ? i->op[1].size : i->op[0].size;

    if (!move_memory(s, memop)) {
        vector(s, memop == MO_32 ? VOP_MOVSS : VOP_MOVSD, xmm(s, 0), xmm(s, 0), xmm(s, 1),
               0);
    }
}

/* MOVD, MOVQ between GPR or memory and XMM or MMX. */
void gen_vec_movd(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    if (i->op[0].kind == OPK_MMX) {
        IRRef v = x86_op_load_ext(s, 1, false);

        mmx_commit(s);
        mmx_set(s, i->op[0].reg, v);
    } else if (i->op[1].kind == OPK_MMX) {
        x86_op_store(s, 0, get(s, mmx_offset(i->op[1].reg)));
        mmx_commit(s);
    } else if (i->op[0].kind == OPK_VEC) {
        if (!move_memory(s, i->op[1].size)) {
            int_to_vec(s, VOP_MOVD, xmm(s, 0), IR_NONE, x86_op_load(s, 1),
                       x86_op_type(s, 1));
        }
    } else if (!move_memory(s, i->op[0].size)) {
        x86_op_store(s, 0, vec_to_int(s, VOP_MOVD, xmm(s, 1), x86_op_type(s, 0), 0));
    }
}

/* MOVQ xmm, xmm/m64 and back: the upper half of a register is cleared. */
void gen_vec_movq(DisasContext *s, Insn *i)
{
    if (!move_memory(s, MO_64)) {
        vector(s, VOP_MOVQ, xmm(s, 0), IR_NONE, xmm(s, 1), 0);
    }
}

void gen_mmx_mov(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    IRRef v = i->op[1].kind == OPK_MEM ? load(s, x86_op_addr(s, 8, false), 0, MO_64)
                                       : get(s, mmx_offset(i->op[1].reg));

    if (i->op[0].kind == OPK_MEM) {
        store(s, x86_op_addr(s, 8, true), 0, v, MO_64);
        mmx_commit(s);
        return;
    }
    mmx_commit(s);
    mmx_set(s, i->op[0].reg, v);
}

/* MOVLPS, MOVLPD: the low half of a register, and memory. */
void gen_movlp(DisasContext *s, Insn *i)
{
    if (i->op[0].kind == OPK_MEM) {
        move_memory(s, MO_64);
        return;
    }
    IRRef v = x86_temp(s, IR_V128);

    load_vector(s, v, x86_op_addr(s, 8, false), MO_64);
    vector(s, VOP_MOVSD, xmm(s, 0), xmm(s, 0), v, 0);
}

/* MOVHPS, MOVHPD: the high half. */
void gen_movhp(DisasContext *s, Insn *i)
{
    IRRef v = x86_temp(s, IR_V128);

    if (i->op[0].kind == OPK_MEM) {
        vector(s, VOP_UNPCKHPD, v, xmm(s, 1), xmm(s, 1), 0);
        ir_st(s->tcg, IR_V128, v, x86_op_addr(s, 8, true), MO_64);
        return;
    }
    load_vector(s, v, x86_op_addr(s, 8, false), MO_64);
    vector(s, VOP_UNPCKLPD, xmm(s, 0), xmm(s, 0), v, 0);
}

void gen_movhlps(DisasContext *s, Insn *i)
{
    vector(s, VOP_MOVHLPS, xmm(s, 0), xmm(s, 0), xmm(s, 1), 0);
}

void gen_movlhps(DisasContext *s, Insn *i)
{
    vector(s, VOP_UNPCKLPD, xmm(s, 0), xmm(s, 0), xmm(s, 1), 0);
}

void gen_movq2dq(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    mmx_commit(s);
    int_to_vec(s, VOP_MOVD, xmm(s, 0), IR_NONE, get(s, mmx_offset(i->op[1].reg)), IR_I64);
}

void gen_movdq2q(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    mmx_commit(s);
    mmx_set(s, i->op[0].reg, vec_to_int(s, VOP_MOVD, xmm(s, 1), IR_I64, 0));
}

/* --- elements --- */

static int32_t element_offset(const X86Operand *op, unsigned index, unsigned size)
{
    return mmx_offset(op->reg) + ((index << size) & 7);
}

/* PINSRx: destination, source, index. */
void gen_pinsr(DisasContext *s, Insn *i)
{
    static const uint16_t vops[] = {VOP_PINSRB, VOP_PINSRW, VOP_PINSRD, VOP_PINSRQ};
    unsigned size = i->desc->arg, at = i->imm & 0xff;

    mmx_begin(s);
    IRRef v = x86_op_load(s, 1);

    mmx_commit(s);
    if (i->op[0].kind == OPK_VEC) {
        int_to_vec(s, vops[size], xmm(s, 0), xmm(s, 0), v, size)->imm = at;
        return;
    }
    ir_st_env(s->tcg, size, v, element_offset(&i->op[0], at, size));
    ir_st_env(s->tcg, IR_I16, x86_const(s, 0xffff), mmx_offset(i->op[0].reg) + 8);
}

/* PEXTRx: destination, source, index; a register is zero-extended. */
void gen_pextr(DisasContext *s, Insn *i)
{
    static const uint16_t vops[] = {VOP_PEXTRB, VOP_PEXTRW, VOP_PEXTRD, VOP_PEXTRQ};
    unsigned size = i->desc->arg, at = i->imm & 0xff;
    IRType t = size == MO_64 ? IR_I64 : IR_I32;
    IRRef v;

    mmx_begin(s);
    if (i->op[1].kind == OPK_VEC) {
        v = vec_to_int(s, vops[size], xmm(s, 1), t, at);
    } else {
        v = x86_zext(s, x86_ld_env(s, size, element_offset(&i->op[1], at, size)), size);
    }
    x86_op_store(s, 0, v);
    mmx_commit(s);
}

/* --- the rest --- */

void gen_maskmov_di(DisasContext *s, Insn *i)
{
    unsigned n = i->op[0].kind == OPK_MMX ? 8 : 16;
    IRAddr a;
    IRRef va = x86_temp(s, IR_I64);

    mmx_begin(s);
    a = x86_seg_addr(s, i->seg, x86_reg_zext(s, R_RDI, (IRType)i->addrsize), n, true);
    ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
    X86_CALL(s, vec_maskmov, IR_NONE, x86_const(s, place(s, 0)),
             x86_const(s, place(s, 1)), x86_const(s, n), va);
    mmx_commit(s);
}

/* Which exceptions are unmasked is part of the mode. */
void gen_ldmxcsr(DisasContext *s, Insn *i)
{
    X86_CALL(s, ldmxcsr, IR_NONE, x86_op_load_ext(s, 0, false));
    x86_goto_next_mode(s);
}

void gen_stmxcsr(DisasContext *s, Insn *i)
{
    IRRef v = x86_temp(s, IR_I64);

    X86_CALL(s, stmxcsr, v);
    x86_op_store(s, 0, v);
}
