/* Generators of MMX and SSE instructions. */
/* SPDX-License-Identifier: MIT */
/*
 * Moves are loads and stores of the registers' homes in env; operations are calls of a
 * helper with one constant that names operation and operands (vec.h). A memory operand is
 * loaded to env->vec_tmp first, so that the helper sees registers only. VEX forms are not
 * here yet: their rows are todo.
 */
#include "target/x86/translate.h"
#include "target/x86/vec.h"

static int32_t xmm_offset(unsigned reg, unsigned quad)
{
    return offsetof(CPUX86State, vec) + reg * sizeof(X86Vec) + quad * 8;
}

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

/* CVTPI2PS and CVTPI2PD of a memory operand touch no MMX register and change nothing there
 * (so the SDM says of the latter, and AMD processors do with both). */
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

/* Address of operand n, which is `bytes` long; #GP unless aligned where the row wants
 * that. */
static IRAddr mem_address(DisasContext *s, unsigned bytes, bool write)
{
    IRAddr a = x86_op_addr(s, bytes, write);

    if (bytes == 16 && s->insn.desc->gates & GATE_ALIGN) {
        IRRef va = x86_temp(s, IR_I64);

        ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
        IRRef low = x86_op2(s, OP_and, IR_I64, va, x86_const(s, 15));

        x86_raise_if(s, EXCP_GP, IR_I64, COND_NE, low, zero(s));
        return (IRAddr){.base = va, .index = IR_NONE};
    }
    return a;
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
    IRRef low = load(s, a, 0, MIN(op->size, MO_64));

    if (bytes == 16) {
        IRRef high = load(s, a, 8, MO_64);

        put(s, tmp_offset(1), high);
    }
    put(s, tmp_offset(0), low);
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
    unsigned d = place(s, 0), size = operand_bytes(s, 1);

    put(s, tmp_offset(0), x86_op_load_ext(s, 1, false));
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
    unsigned b = place(s, 1);

    x86_op_store(s, 0, value(s, b, b, operand_bytes(s, 0)));
}

void gen_comis(DisasContext *s, Insn *i)
{
    unsigned b = place(s, 1), a = place(s, 0);

    ir_putcc(s->tcg, value(s, a, b, 0), CC_ALL);
}

void gen_vec_movmsk(DisasContext *s, Insn *i)
{
    unsigned lane = i->desc->arg == VOP_MOVMSKPS   ? 4
                    : i->desc->arg == VOP_MOVMSKPD ? 8
                                                   : 1;
    unsigned n = i->op[1].kind == OPK_MMX ? 8 : 16;
    IRRef v = x86_temp(s, IR_I64);

    mmx_begin(s);
    mmx_commit(s);
    X86_CALL(s, vec_movmsk, v, x86_const(s, place(s, 1)), x86_const(s, lane),
             x86_const(s, n));
    x86_op_store(s, 0, v);
}

void gen_blendv(DisasContext *s, Insn *i)
{
    unsigned lane = i->desc->arg == VOP_BLENDVPS   ? 4
                    : i->desc->arg == VOP_BLENDVPD ? 8
                                                   : 1;
    unsigned b = place(s, 1), d = place(s, 0);

    X86_CALL(s, vec_blend, IR_NONE, x86_const(s, vec_desc(0, d, d, b, 16)),
             x86_const(s, lane));
}

void gen_ptest(DisasContext *s, Insn *i)
{
    unsigned b = place(s, 1), a = place(s, 0);
    IRRef fl = x86_temp(s, IR_I64);

    X86_CALL(s, vec_ptest, fl, x86_const(s, vec_desc(0, a, a, b, 16)));
    ir_putcc(s->tcg, fl, CC_ALL);
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
    IRRef v[2];

    for (unsigned q = 0; q < 2; q++) {
        if (i->op[1].kind == OPK_VEC) {
            v[q] = get(s, xmm_offset(i->op[1].reg, q));
        }
    }
    if (i->op[1].kind == OPK_MEM) {
        IRAddr a = mem_address(s, 16, false);

        v[0] = load(s, a, 0, MO_64);
        v[1] = load(s, a, 8, MO_64);
    }
    if (i->op[0].kind == OPK_MEM) {
        IRAddr a = mem_address(s, 16, true);

        store(s, a, 0, v[0], MO_64);
        store(s, a, 8, v[1], MO_64);
        return;
    }
    put(s, xmm_offset(i->op[0].reg, 0), v[0]);
    put(s, xmm_offset(i->op[0].reg, 1), v[1]);
}

/* MOVSS, MOVSD: from memory the rest is cleared, between registers it stays. */
void gen_vec_mov_scalar(DisasContext *s, Insn *i)
{
    unsigned memop = i->op[1].kind == OPK_MEM ? i->op[1].size : i->op[0].size;

    if (i->op[0].kind == OPK_MEM) {
        store(s, x86_op_addr(s, 1 << memop, true), 0, get(s, xmm_offset(i->op[1].reg, 0)),
              memop);
    } else if (i->op[1].kind == OPK_MEM) {
        put(s, xmm_offset(i->op[0].reg, 0),
            load(s, x86_op_addr(s, 1 << memop, false), 0, memop));
        put(s, xmm_offset(i->op[0].reg, 1), zero(s));
    } else {
        ir_st_env(s->tcg, memop, get(s, xmm_offset(i->op[1].reg, 0)),
                  xmm_offset(i->op[0].reg, 0));
    }
}

/* MOVD, MOVQ between GPR or memory and XMM or MMX. */
void gen_vec_movd(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    if (i->op[0].kind == OPK_VEC || i->op[0].kind == OPK_MMX) {
        IRRef v = x86_op_load_ext(s, 1, false);

        mmx_commit(s);
        if (i->op[0].kind == OPK_MMX) {
            mmx_set(s, i->op[0].reg, v);
            return;
        }
        put(s, xmm_offset(i->op[0].reg, 0), v);
        put(s, xmm_offset(i->op[0].reg, 1), zero(s));
        return;
    }
    bool mmx = i->op[1].kind == OPK_MMX;

    x86_op_store(s, 0,
                 get(s, mmx ? mmx_offset(i->op[1].reg) : xmm_offset(i->op[1].reg, 0)));
    mmx_commit(s);
}

/* MOVQ xmm, xmm/m64 and back: the upper half of a register is cleared. */
void gen_vec_movq(DisasContext *s, Insn *i)
{
    IRRef v = i->op[1].kind == OPK_MEM ? load(s, x86_op_addr(s, 8, false), 0, MO_64)
                                       : get(s, xmm_offset(i->op[1].reg, 0));

    if (i->op[0].kind == OPK_MEM) {
        store(s, x86_op_addr(s, 8, true), 0, v, MO_64);
        return;
    }
    put(s, xmm_offset(i->op[0].reg, 0), v);
    put(s, xmm_offset(i->op[0].reg, 1), zero(s));
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

/* MOVLPS, MOVHPS and their PD forms: one half of a register, and memory. */
static void move_half(DisasContext *s, unsigned quad)
{
    const Insn *i = &s->insn;

    if (i->op[0].kind == OPK_MEM) {
        store(s, x86_op_addr(s, 8, true), 0, get(s, xmm_offset(i->op[1].reg, quad)),
              MO_64);
    } else {
        put(s, xmm_offset(i->op[0].reg, quad),
            load(s, x86_op_addr(s, 8, false), 0, MO_64));
    }
}

void gen_movlp(DisasContext *s, Insn *i)
{
    move_half(s, 0);
}

void gen_movhp(DisasContext *s, Insn *i)
{
    move_half(s, 1);
}

void gen_movhlps(DisasContext *s, Insn *i)
{
    put(s, xmm_offset(i->op[0].reg, 0), get(s, xmm_offset(i->op[1].reg, 1)));
}

void gen_movlhps(DisasContext *s, Insn *i)
{
    put(s, xmm_offset(i->op[0].reg, 1), get(s, xmm_offset(i->op[1].reg, 0)));
}

void gen_movq2dq(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    mmx_commit(s);
    put(s, xmm_offset(i->op[0].reg, 0), get(s, mmx_offset(i->op[1].reg)));
    put(s, xmm_offset(i->op[0].reg, 1), zero(s));
}

void gen_movdq2q(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    mmx_commit(s);
    mmx_set(s, i->op[0].reg, get(s, xmm_offset(i->op[1].reg, 0)));
}

/* --- elements --- */

static int32_t element_offset(const X86Operand *op, unsigned index, unsigned size)
{
    int32_t home = op->kind == OPK_MMX ? mmx_offset(op->reg) : xmm_offset(op->reg, 0);
    unsigned bytes = op->kind == OPK_MMX ? 8 : 16;

    return home + ((index << size) & (bytes - 1));
}

/* PINSRx: destination, source, index. */
void gen_pinsr(DisasContext *s, Insn *i)
{
    unsigned size = i->desc->arg;

    mmx_begin(s);
    IRRef v = x86_op_load(s, 1);

    mmx_commit(s);
    ir_st_env(s->tcg, size, v, element_offset(&i->op[0], i->imm & 0xff, size));
    if (i->op[0].kind == OPK_MMX) {
        ir_st_env(s->tcg, IR_I16, x86_const(s, 0xffff), mmx_offset(i->op[0].reg) + 8);
    }
}

/* PEXTRx: destination, source, index; a register is zero-extended. */
void gen_pextr(DisasContext *s, Insn *i)
{
    unsigned size = i->desc->arg;
    IRRef v;

    mmx_begin(s);
    v = x86_zext(s, x86_ld_env(s, size, element_offset(&i->op[1], i->imm & 0xff, size)),
                 size);
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

void gen_ldmxcsr(DisasContext *s, Insn *i)
{
    X86_CALL(s, ldmxcsr, IR_NONE, x86_op_load_ext(s, 0, false));
}

void gen_stmxcsr(DisasContext *s, Insn *i)
{
    x86_op_store(s, 0, x86_ld_env(s, IR_I32, offsetof(CPUX86State, mxcsr)));
}
