/* Generators of MMX, SSE and AVX instructions. */
/* SPDX-License-Identifier: MIT */
/*
 * XMM registers are globals of the IR, operations its vector ops (tcg/vec.def). MMX
 * registers live in env: operations on them are vector ops in the low half of a temp.
 * What needs C is a call of a helper with one constant that names operation and operands
 * (vec.h): conversions between both, and floating point while the guest has an exception
 * of it unmasked and the host's own traps do not serve. For the helper a memory operand
 * is loaded to env->vec_tmp first, so that it sees registers only.
 *
 * VEX forms go the same way as the legacy ones: they have one more source, clear the rest
 * of the register (IROp.vzero), and some are of type V256.
 */
#include "target/x86/gen-vec-internal.h"
#include "tcg/strcmp-op.h"

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

/* Before anything else: a pending x87 exception. Registers are in env from here on; temps
 * are gone. */
static void wait_x87(DisasContext *s)
{
    IRRef loaded = x86_ld_env(s, IR_I8, offsetof(CPUX86State, x87_loaded));
    IRRef status = x86_ld_env(s, IR_I8, offsetof(CPUX86State, x87.sw));
    IRRef look = x86_op2(s, OP_and, IR_I8, status, x86_const(s, X87_SW_ES));
    unsigned ready = ir_label_new(s->tcg);

    look = x86_op2(s, OP_or, IR_I8, look, loaded);
    x86_stack_settle(s);
    ir_brcond(s->tcg, IR_I8, COND_E, look, zero(s), ready);
    X86_CALL(s, x87_wait, IR_NONE);
    ir_label(s->tcg, ready);
}

/* Unless the unit has looked already. */
static void mmx_begin(DisasContext *s)
{
    if (uses_mmx(&s->insn) && !s->mmx_waited) {
        wait_x87(s);
        s->mmx_waited = true;
    }
}

/* When nothing can fault any more: TOP is 0, all registers are valid. */
static void mmx_commit(DisasContext *s)
{
    if (uses_mmx(&s->insn) && !s->mmx_entered) {
        ir_st_env(s->tcg, IR_I8, zero(s), offsetof(CPUX86State, x87.top));
        ir_st_env(s->tcg, IR_I8, zero(s), offsetof(CPUX86State, x87.empty));
        s->mmx_entered = true;
    }
}

static void mmx_set_exponent(DisasContext *s, unsigned reg)
{
    unsigned bit = 1u << (reg & 7);

    if (!(s->mmx_written & bit)) {
        ir_st_env(s->tcg, IR_I16, x86_const(s, 0xffff), mmx_offset(reg) + 8);
        s->mmx_written |= bit;
    }
}

static void mmx_set(DisasContext *s, unsigned reg, IRRef val)
{
    put(s, mmx_offset(reg), val);
    mmx_set_exponent(s, reg);
}

void gen_emms(DisasContext *s, Insn *i)
{
    wait_x87(s);
    ir_st_env(s->tcg, IR_I8, zero(s), offsetof(CPUX86State, x87.top));
    ir_st_env(s->tcg, IR_I8, x86_const(s, 0xff), offsetof(CPUX86State, x87.empty));
    s->mmx_entered = false;
}

/* --- memory operands --- */

/* Access size of 16 or 32 bytes, with the check that the row wants. */
static unsigned vec_memop(const DisasContext *s, unsigned size)
{
    bool align = s->insn.desc->gates & GATE_ALIGN;

    return size | (align && size >= MO_128 ? MO_ALIGN : 0);
}

static IRRef load(DisasContext *s, IRAddr a, unsigned memop)
{
    IRRef v = x86_temp(s, IR_I64);

    ir_ld(s->tcg, IR_I64, v, a, memop);
    return v;
}

static unsigned operand_bytes(const DisasContext *s, unsigned n)
{
    return 1u << s->insn.op[n].size;
}

/* --- the IR's vector ops --- */

IRType vec_type(const DisasContext *s)
{
    for (unsigned n = 0; n < s->insn.desc->nops; n++) {
        if (s->insn.op[n].size == SZ256) {
            return IR_V256;
        }
    }
    return IR_V128;
}

/* Number of the last operand that is no immediate. */
static unsigned last_operand(const DisasContext *s)
{
    unsigned n = s->insn.desc->nops - 1;

    return s->insn.op[n].kind == OPK_IMM ? n - 1 : n;
}

/* Number of the first source, if `last` is that of the second: before it, or it is the
 * destination as well. */
static unsigned first_source(unsigned last)
{
    return last >= 2 ? last - 1 : 0;
}

IROp *vec_emit(DisasContext *s, OpCode code, IRRef out)
{
    IROp *op = ir_emit(s->tcg, code, vec_type(s));

    op->out[0] = out;
    op->vzero = vec_is_vex(s) && op->type == IR_V128 && ir_is_global(s->tcg, out);
    return op;
}

IROp *vec_op(DisasContext *s, unsigned vop, IRRef out, IRRef a, IRRef b)
{
    IROp *op = vec_emit(s, OP_vop, out);

    op->vec = vop;
    op->in[0] = vec_info[vop].flags & VECF_UNARY ? IR_NONE : a;
    op->in[1] = b;
    return op;
}

/* An integer made of the vector v. */
static IRRef vec_to_int(DisasContext *s, unsigned vop, IRRef v, IRType t, unsigned imm)
{
    IRRef out = x86_temp(s, t);
    IROp *op = ir_emit(s->tcg, OP_vtoi, vec_type(s));

    op->vec = vop;
    op->out[0] = out;
    op->in[1] = v;
    op->memop = t;
    op->imm = imm;
    return out;
}

/* out = the vector a (or IR_NONE) changed by integer v. */
static IROp *vec_from_int(DisasContext *s, unsigned vop, IRRef out, IRRef a, IRRef v,
                          IRType t)
{
    IROp *op = vec_emit(s, OP_itov, out);

    op->vec = vop;
    op->in[0] = a;
    op->in[1] = v;
    op->memop = t;
    return op;
}

void vec_load(DisasContext *s, IRRef out, IRAddr a, unsigned memop)
{
    if ((memop & MO_SIZE) < MO_32) {
        vec_from_int(s, VOP_MOVD, out, IR_NONE, load(s, a, memop), IR_I32);
        return;
    }
    IRType t = vec_type(s);

    ir_ld(s->tcg, t, out, a, memop)->vzero =
        vec_is_vex(s) && t == IR_V128 && ir_is_global(s->tcg, out);
}

IRRef vec_operand(DisasContext *s, unsigned n)
{
    unsigned size = s->insn.op[n].size;

    if (s->insn.op[n].kind != OPK_MEM) {
        return vec_reg(s, n);
    }
    IRRef v = x86_temp(s, vec_type(s));

    vec_load(s, v, x86_op_addr(s, 1u << size, false), vec_memop(s, size));
    return v;
}

/* The operation may have to raise #XM in C, or is on MMX registers. */
static bool vec_by_helper(const DisasContext *s)
{
    const Insn *i = &s->insn;
    bool unmasked = s->hflags & HF_SIMD_UNMASKED && !s->tcg->fp_traps;

    return i->desc->gates & GATE_MMX ||
           (unmasked && vec_info[i->desc->arg].flags & VECF_FP);
}

/* --- operands of the helper --- */

unsigned vec_place(DisasContext *s, unsigned n)
{
    const X86Operand *op = &s->insn.op[n];

    if (op->kind == OPK_VEC) {
        return op->reg;
    }
    if (op->kind == OPK_MMX) {
        return VEC_REG_MMX + (op->reg & 7);
    }
    unsigned bytes = operand_bytes(s, n);
    IRAddr a = x86_op_addr(s, bytes, false);

    if (bytes >= 16) {
        ir_ld(s->tcg, bytes == 32 ? IR_V256 : IR_V128, s->vec_tmp, a,
              vec_memop(s, op->size));
    } else {
        put(s, tmp_offset(0), load(s, a, op->size));
    }
    return VEC_REG_TMP;
}

/* The descriptor of the row's operation on these places. */
static uint64_t vec_describe(const DisasContext *s, unsigned d, unsigned a, unsigned b)
{
    const Insn *i = &s->insn;
    unsigned n = i->op[0].kind == OPK_MMX ? 8 : vec_type(s) == IR_V256 ? 32 : 16;

    return vec_desc(i->desc->arg, d, a, b, n) | (vec_is_vex(s) ? VEC_DESC_ZERO : 0);
}

/* --- MMX operations, as those of SSE2 in the low halves of vectors --- */

typedef enum MMXForm {
    MMX_HELPER, /* it is something else */
    MMX_LOW,    /* each lane of the result comes from the same place, or lower ones */
    MMX_PAIR,   /* the halves of the result are made of one operand each */
    MMX_HIGH,   /* the high half of what interleaves the low ones */
    MMX_BYTES,  /* PSHUFB: of an index three bits count, and the highest */
    MMX_SHIFT,  /* PALIGNR: the second operand and the first, shifted by bytes */
} MMXForm;

static MMXForm mmx_form(unsigned *vop)
{
    switch (*vop) {
    case VOP_PSHUFW:
        *vop = VOP_PSHUFLW;
        return MMX_LOW;
    case VOP_PUNPCKHBW:
        *vop = VOP_PUNPCKLBW;
        return MMX_HIGH;
    case VOP_PUNPCKHWD:
        *vop = VOP_PUNPCKLWD;
        return MMX_HIGH;
    case VOP_PUNPCKHDQ:
        *vop = VOP_PUNPCKLDQ;
        return MMX_HIGH;
    case VOP_PACKSSWB:
    case VOP_PACKUSWB:
    case VOP_PACKSSDW:
    case VOP_PHADDW:
    case VOP_PHADDD:
    case VOP_PHADDSW:
    case VOP_PHSUBW:
    case VOP_PHSUBD:
    case VOP_PHSUBSW:
        return MMX_PAIR;
    case VOP_PSHUFB:
        return MMX_BYTES;
    case VOP_PALIGNR:
        *vop = VOP_PSRLDQ;
        return MMX_SHIFT;
    default:
        return vec_info[*vop].flags & VECF_FP ? MMX_HELPER : MMX_LOW;
    }
}

static IRRef mmx_vector(DisasContext *s, IRRef val)
{
    IRRef v = x86_temp(s, IR_V128);

    vec_from_int(s, VOP_MOVD, v, IR_NONE, val, IR_I64);
    return v;
}

static IRRef mmx_op(DisasContext *s, unsigned vop, IRRef a, IRRef b)
{
    IRRef v = x86_temp(s, IR_V128);

    vec_op(s, vop, v, a, b);
    return v;
}

/* Operand d becomes its operation with operand n. False: not this one. */
static bool mmx_operation(DisasContext *s, unsigned d, unsigned n, unsigned imm)
{
    const uint64_t byte_index = 0x8787878787878787;
    const Insn *i = &s->insn;
    unsigned vop = i->desc->arg;
    MMXForm form = mmx_form(&vop);

    if (i->op[d].kind != OPK_MMX || form == MMX_HELPER) {
        return false;
    }
    mmx_begin(s);
    IRRef b = IR_NONE;

    if (i->op[n].kind == OPK_MMX) {
        mmx_commit(s);
        b = mmx_vector(s, get(s, mmx_offset(i->op[n].reg)));
    } else if (i->op[n].kind == OPK_MEM) {
        b = mmx_vector(
            s, load(s, x86_op_addr(s, operand_bytes(s, n), false), i->op[n].size));
    }
    mmx_commit(s);
    IRRef a = mmx_vector(s, get(s, mmx_offset(i->op[d].reg)));
    IRRef out = x86_temp(s, IR_V128);

    if (form == MMX_PAIR) {
        a = b = mmx_op(s, VOP_PUNPCKLQDQ, a, b);
    } else if (form == MMX_SHIFT) {
        a = mmx_op(s, VOP_PUNPCKLQDQ, b, a);
        b = IR_NONE;
    } else if (form == MMX_BYTES) {
        b = mmx_op(s, VOP_PAND, b, mmx_vector(s, x86_const(s, byte_index)));
    }
    vec_op(s, vop, out, a, b)->imm = imm;
    if (form == MMX_HIGH) {
        out = mmx_op(s, VOP_PUNPCKHQDQ, out, out);
    }
    mmx_set(s, i->op[d].reg, vec_to_int(s, VOP_MOVD, out, IR_I64, 0));
    return true;
}

/* --- operations --- */

static void call_helper(DisasContext *s, uint64_t desc, unsigned imm)
{
    mmx_commit(s);
    X86_CALL(s, vec, IR_NONE, x86_const(s, desc), x86_const(s, imm));
}

/* d = op(a, b), or d = op(d, b) */
static void operation(DisasContext *s, unsigned imm)
{
    unsigned last = last_operand(s), first = first_source(last);

    if (!vec_by_helper(s)) {
        IRRef b = vec_operand(s, last);

        vec_op(s, s->insn.desc->arg, vec_reg(s, 0), vec_reg(s, first), b)->imm = imm;
        return;
    }
    if (mmx_operation(s, 0, last, imm)) {
        return;
    }
    mmx_begin(s);
    unsigned b = vec_place(s, last), a = vec_place(s, first);

    call_helper(s, vec_describe(s, vec_place(s, 0), a, b), imm);
}

GEN(gen_vec_bin, operation(s, 0))
GEN(gen_sse_bin, operation(s, 0))
GEN(gen_vec_un, operation(s, 0))
GEN(gen_sse_un, operation(s, 0))
GEN(gen_vec_shift, operation(s, 0))

/* Of a predicate three bits count, or five with VEX. */
static unsigned imm_byte(const DisasContext *s)
{
    unsigned vop = s->insn.desc->arg;
    bool compare =
        vop == VOP_CMPPS || vop == VOP_CMPPD || vop == VOP_CMPSS || vop == VOP_CMPSD;

    return s->insn.imm & (!compare ? 0xff : vec_is_vex(s) ? 0x1f : 7);
}

GEN(gen_vec_bin_imm, operation(s, imm_byte(s)))
GEN(gen_sse_bin_imm, operation(s, imm_byte(s)))

/* In memory it is one element: bits 7:6 select nothing. */
void gen_insertps(DisasContext *s, Insn *i)
{
    bool mem = i->op[last_operand(s)].kind == OPK_MEM;

    operation(s, i->imm & (mem ? 0x3f : 0xff));
}

GEN(gen_vec_un_imm, operation(s, i->imm & 0xff))
GEN(gen_sse_un_imm, operation(s, i->imm & 0xff))

/* d = op(a, immediate), or d = op(d, immediate) */
void gen_vec_shift_imm(DisasContext *s, Insn *i)
{
    unsigned imm = i->imm & 0xff, last = last_operand(s);

    if (!vec_by_helper(s)) {
        vec_op(s, i->desc->arg, vec_reg(s, 0), vec_reg(s, last), IR_NONE)->imm = imm;
        return;
    }
    mmx_begin(s);
    mmx_commit(s);
    IRRef out = x86_temp(s, IR_V128), a = mmx_vector(s, get(s, mmx_offset(i->op[0].reg)));

    vec_op(s, i->desc->arg, out, a, IR_NONE)->imm = imm;
    mmx_set(s, i->op[0].reg, vec_to_int(s, VOP_MOVD, out, IR_I64, 0));
}

GEN(gen_cvt_mmx, operation(s, 0))

void gen_cvt_from_gpr(DisasContext *s, Insn *i)
{
    unsigned last = last_operand(s), first = first_source(last);
    unsigned size = operand_bytes(s, last);
    IRRef v = x86_op_load_ext(s, last, false);

    if (!vec_by_helper(s)) {
        vec_from_int(s, i->desc->arg, vec_reg(s, 0), vec_reg(s, first), v,
                     x86_op_type(s, last))
            ->imm = size;
        return;
    }
    put(s, tmp_offset(0), v);
    unsigned a = vec_place(s, first);

    call_helper(s, vec_describe(s, vec_place(s, 0), a, VEC_REG_TMP), size);
}

/* The operation's integer result. */
static IRRef value(DisasContext *s, unsigned a, unsigned b, unsigned imm)
{
    IRRef v = x86_temp(s, IR_I64);

    X86_CALL(s, vec_value, v, x86_const(s, vec_describe(s, a, a, b)), x86_const(s, imm));
    return v;
}

void gen_cvt_to_gpr(DisasContext *s, Insn *i)
{
    unsigned size = operand_bytes(s, 0);

    if (!vec_by_helper(s)) {
        IRRef v = vec_operand(s, 1);

        x86_op_store(s, 0, vec_to_int(s, i->desc->arg, v, x86_op_type(s, 0), size));
        return;
    }
    unsigned b = vec_place(s, 1);

    x86_op_store(s, 0, value(s, b, b, size));
}

/* Flags of a comparison of operands 0 and 1. */
static void compare(DisasContext *s)
{
    IRRef b = vec_operand(s, 1);
    IROp *op = ir_emit(s->tcg, OP_vcmpcc, vec_type(s));

    op->vec = s->insn.desc->arg;
    op->in[0] = vec_reg(s, 0);
    op->in[1] = b;
    op->setcc = true;
}

void gen_comis(DisasContext *s, Insn *i)
{
    if (!vec_by_helper(s)) {
        compare(s);
        return;
    }
    unsigned b = vec_place(s, 1), a = vec_place(s, 0);

    ir_putcc(s->tcg, value(s, a, b, 0), CC_ALL);
}

GEN(gen_ptest, compare(s))

void gen_vec_movmsk(DisasContext *s, Insn *i)
{
    IRRef v;

    if (i->op[1].kind == OPK_VEC) {
        v = vec_reg(s, 1);
    } else { /* the upper half is zero */
        mmx_begin(s);
        mmx_commit(s);
        v = mmx_vector(s, get(s, mmx_offset(i->op[1].reg)));
    }
    x86_op_store(s, 0, vec_to_int(s, i->desc->arg, v, IR_I32, 0));
}

/* The third source is the last operand. */
void gen_blendv(DisasContext *s, Insn *i)
{
    unsigned last = last_operand(s);
    IRRef b = vec_operand(s, last - 1);

    vec_op(s, i->desc->arg, vec_reg(s, 0), vec_reg(s, first_source(last - 1)), b)->in[2] =
        vec_reg(s, last);
}

GEN(gen_sha256rnds2, gen_blendv(s, i))

/* d = op(d, b, c) */
void gen_fma(DisasContext *s, Insn *i)
{
    if (!vec_by_helper(s)) {
        IRRef d = vec_reg(s, 0), c = vec_operand(s, 2);

        vec_op(s, i->desc->arg, d, d, vec_reg(s, 1))->in[2] = c;
        return;
    }
    unsigned c = vec_place(s, 2), d = vec_place(s, 0);
    uint64_t desc = vec_describe(s, d, d, vec_place(s, 1));

    call_helper(s, vec_desc_third(desc, c), 0);
}

GEN(gen_vec_tern, gen_fma(s, i))

void gen_pcmpstr(DisasContext *s, Insn *i)
{
    bool explicit_len = i->desc->arg == VOP_PCMPESTRM || i->desc->arg == VOP_PCMPESTRI;
    bool index = i->desc->arg == VOP_PCMPESTRI || i->desc->arg == VOP_PCMPISTRI;
    unsigned b = vec_place(s, 1);
    uint64_t how =
        (i->imm & 0xffu) << STRCMP_IMM_SHIFT | vec_place(s, 0) << STRCMP_A_SHIFT |
        (explicit_len ? STRCMP_EXPLICIT : 0) | (i->rex & REX_W ? STRCMP_64 : 0) |
        (index ? STRCMP_INDEX : 0) | (vec_is_vex(s) ? STRCMP_VEX : 0);

    if (b == VEC_REG_TMP) {
        how |= STRCMP_B_IN_ENV | (uint64_t)tmp_offset(0) << STRCMP_ENV_SHIFT;
    } else {
        how |= b << STRCMP_B_SHIFT;
    }
    IRRef fl = x86_temp(s, IR_I64);
    X86_CALL(s, vec_pcmpstr, fl, x86_const(s, how));
    ir_putcc(s->tcg, fl, CC_ALL);
}

/* --- moves --- */

static void copy(DisasContext *s, IRRef out, IRRef from)
{
    vec_emit(s, OP_vmov, out)->in[0] = from;
}

/* MOVAPS, MOVUPS, MOVDQA ...: whole registers, both directions. */
void gen_vec_mov(DisasContext *s, Insn *i)
{
    IRType t = vec_type(s);
    unsigned bytes = t == IR_V256 ? 32 : 16;

    if (i->op[0].kind == OPK_MEM) {
        ir_st(s->tcg, t, vec_reg(s, 1), x86_op_addr(s, bytes, true), vec_memop(s, t));
    } else if (i->op[1].kind == OPK_MEM) {
        vec_load(s, vec_reg(s, 0), x86_op_addr(s, bytes, false), vec_memop(s, t));
    } else {
        copy(s, vec_reg(s, 0), vec_reg(s, 1));
    }
}

/* `memop` bytes between memory and the low part of a register, which is cleared above. */
static bool move_memory(DisasContext *s, unsigned memop)
{
    const Insn *i = &s->insn;

    if (i->op[0].kind == OPK_MEM) {
        ir_st(s->tcg, IR_V128, vec_reg(s, 1), x86_op_addr(s, 1 << memop, true), memop);
        return true;
    }
    if (i->op[1].kind == OPK_MEM) {
        vec_load(s, vec_reg(s, 0), x86_op_addr(s, 1 << memop, false), memop);
        return true;
    }
    return false;
}

/* Of both sources' registers: d = op(d, b), or d = op(a, b). */
static void combine(DisasContext *s, unsigned vop)
{
    unsigned last = last_operand(s);

    vec_op(s, vop, vec_reg(s, 0), vec_reg(s, first_source(last)), vec_reg(s, last));
}

/* MOVSS, MOVSD: from memory the rest is cleared, between registers it stays. */
void gen_vec_mov_scalar(DisasContext *s, Insn *i)
{
    unsigned memop = i->op[1].kind == OPK_MEM ? i->op[1].size : i->op[0].size;

    if (!move_memory(s, memop)) {
        combine(s, memop == MO_32 ? VOP_MOVSS : VOP_MOVSD);
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
            vec_from_int(s, VOP_MOVD, vec_reg(s, 0), IR_NONE, x86_op_load(s, 1),
                         x86_op_type(s, 1));
        }
    } else if (!move_memory(s, i->op[0].size)) {
        x86_op_store(s, 0, vec_to_int(s, VOP_MOVD, vec_reg(s, 1), x86_op_type(s, 0), 0));
    }
}

/* MOVQ xmm, xmm/m64 and back: the upper half of a register is cleared. */
void gen_vec_movq(DisasContext *s, Insn *i)
{
    if (!move_memory(s, MO_64)) {
        vec_op(s, VOP_MOVQ, vec_reg(s, 0), IR_NONE, vec_reg(s, 1));
    }
}

void gen_mmx_mov(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    IRRef v = i->op[1].kind == OPK_MEM ? load(s, x86_op_addr(s, 8, false), MO_64)
                                       : get(s, mmx_offset(i->op[1].reg));

    if (i->op[0].kind == OPK_MEM) {
        ir_st(s->tcg, IR_I64, v, x86_op_addr(s, 8, true), MO_64);
        mmx_commit(s);
        return;
    }
    mmx_commit(s);
    mmx_set(s, i->op[0].reg, v);
}

/* Half of a register from memory, the other of the first source. */
static void load_half(DisasContext *s, unsigned vop)
{
    unsigned last = last_operand(s);
    IRRef b = vec_operand(s, last);

    vec_op(s, vop, vec_reg(s, 0), vec_reg(s, first_source(last)), b);
}

/* MOVLPS, MOVLPD: the low half of a register, and memory. */
void gen_movlp(DisasContext *s, Insn *i)
{
    if (i->op[0].kind == OPK_MEM) {
        move_memory(s, MO_64);
    } else {
        load_half(s, VOP_MOVSD);
    }
}

/* MOVHPS, MOVHPD: the high half. */
void gen_movhp(DisasContext *s, Insn *i)
{
    if (i->op[0].kind != OPK_MEM) {
        load_half(s, VOP_MOVLHPS);
        return;
    }
    IRRef v = x86_temp(s, IR_V128);

    vec_op(s, VOP_UNPCKHPD, v, vec_reg(s, 1), vec_reg(s, 1));
    ir_st(s->tcg, IR_V128, v, x86_op_addr(s, 8, true), MO_64);
}

GEN(gen_movhlps, combine(s, VOP_MOVHLPS))
GEN(gen_movlhps, combine(s, VOP_MOVLHPS))

void gen_movq2dq(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    mmx_commit(s);
    vec_from_int(s, VOP_MOVD, vec_reg(s, 0), IR_NONE, get(s, mmx_offset(i->op[1].reg)),
                 IR_I64);
}

void gen_movdq2q(DisasContext *s, Insn *i)
{
    mmx_begin(s);
    mmx_commit(s);
    mmx_set(s, i->op[0].reg, vec_to_int(s, VOP_MOVD, vec_reg(s, 1), IR_I64, 0));
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
    unsigned size = i->desc->arg, at = i->imm & 0xff, last = last_operand(s);

    mmx_begin(s);
    IRRef v = x86_op_load(s, last);

    mmx_commit(s);
    if (i->op[0].kind == OPK_VEC) {
        vec_from_int(s, vops[size], vec_reg(s, 0), vec_reg(s, first_source(last)), v,
                     size)
            ->imm = at;
        return;
    }
    ir_st_env(s->tcg, size, v, element_offset(&i->op[0], at, size));
    mmx_set_exponent(s, i->op[0].reg);
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
        v = vec_to_int(s, vops[size], vec_reg(s, 1), t, at);
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
    X86_CALL(s, vec_maskmov, IR_NONE, x86_const(s, vec_place(s, 0)),
             x86_const(s, vec_place(s, 1)), x86_const(s, n), va);
    mmx_commit(s);
}

/* Which exceptions are unmasked, and whether denormals are flushed, is part of the mode:
 * the helper is for what unmasks one, flushes, or is not allowed. */
void gen_ldmxcsr(DisasContext *s, Insn *i)
{
    enum { MASKS = 0x1f80, FLUSH = 0x8040, RESERVED = ~0xffff };
    IRRef val = x86_op_load_ext(s, 0, false);

    if (s->hflags & (HF_SIMD_UNMASKED | HF_SIMD_FLUSHES)) {
        X86_CALL(s, ldmxcsr, IR_NONE, val);
        x86_goto_next_mode(s);
        return;
    }
    IRRef fixed = x86_op2(s, OP_and, IR_I32, val,
                          x86_const(s, (uint32_t)(MASKS | FLUSH | RESERVED)));

    x86_call_if(s, IR_I32, COND_NE, fixed, x86_const(s, MASKS), &helper_info_ldmxcsr,
                &val, false);
    ir_st_env(s->tcg, IR_I32, val, offsetof(CPUX86State, mxcsr));
}

GEN(gen_stmxcsr, x86_op_store(s, 0, x86_ld_env(s, IR_I32, offsetof(CPUX86State, mxcsr))))
