/* Floating point on an aarch64 host with FEAT_AFP: x86's rules by FPCR. */
/* SPDX-License-Identifier: MIT */
/*
 * With AH (alternate handling) the host takes the first NaN, quiet, makes negative
 * default NaNs, has x86's minimum and maximum, finds underflow after rounding and notes
 * denormal operands; with NEP (no explicit preservation) scalar results keep the other
 * elements of the first source, or of the destination where there is one source; FIZ is
 * DAZ. Arm ARM, A2.2.1 FEAT_AFP and D24.2 FPCR. So most rows are one instruction, and
 * FPSR collects MXCSR's flags. Without it: aarch64-fp-checked.c.
 *
 * FMA is the exception: which of three NaNs it takes depends on the form, so a NaN is
 * computed again in C.
 */
#include "tcg/aarch64-fp.h"
#include "tcg/aarch64-simd-enc.h"
#include "util/host.h"

/* ---- modes ---- */

/* Destroys T0, T1 and LR: FPCR from MXCSR, FPSR empty. */
void v_thunk_mxcsr_load(A64 *x)
{
    enum { AH = 1 << 1, NEP = 1 << 2, FZ = 24, RMODE = 22 };
    a64_env(x, ls_opc(LDR, 2), T0, x->g->mxcsr);
    asm_extract(&x->a, IR_I32, false, from_to(T0, T1), 13, 2); /* RC: its bits change */
    asm_rr(&x->a, RBIT, IR_I32, T1, T1);
    asm_shift_imm(&x->a, LSR, IR_I32, from_to(T1, T1), 30 - RMODE);
    if (a64_thunks.afp) {
        asm_logic_imm(&x->a, ORR, IR_I32, T1, T1, AH | NEP);
        asm_shift_imm(&x->a, LSR, IR_I32, from_to(T0, T0), 6); /* DAZ is bit 0 now */
        asm_insert(&x->a, IR_I32, from_to(T0, T1), 0, 1);
        asm_shift_imm(&x->a, LSR, IR_I32, from_to(T0, T0), 9); /* and now FTZ */
        asm_insert(&x->a, IR_I32, from_to(T0, T1), FZ, 1);
    }
    asm_insn(&x->a, (uint32_t)MSR_FPCR | T1);
    asm_insn(&x->a, (uint32_t)MSR_FPSR | XZR);
}

/* Destroys T0 and T1: MXCSR's flags from FPSR (IOC DZC OFC UFC IXC, and IDC at bit 7).
 * Without FEAT_AFP not its UFC: what is tiny has been computed in C. */
void v_thunk_mxcsr_save(A64 *x)
{
    enum { UNDERFLOW = 1 << 4 };
    asm_insn(&x->a, (uint32_t)MRS_FPSR | T0);
    asm_extract(&x->a, IR_I32, false, from_to(T0, T1), 7, 1);
    asm_shift_imm(&x->a, LSL, IR_I32, from_to(T1, T1), 1);
    asm_insert(&x->a, IR_I32, from_to(T0, T1), 0, 1);
    asm_extract(&x->a, IR_I32, false, from_to(T0, T0), 1, 4);
    asm_shifted(&x->a, ORR, IR_I32, T1, T1, shifted(T0, LSL, 2));
    if (!a64_thunks.afp) {
        asm_logic_imm(&x->a, AND, IR_I32, T1, T1, ~UNDERFLOW);
    }
    a64_env(x, ls_opc(LDR, 2), T0, x->g->mxcsr);
    asm_rrr(&x->a, ORR, IR_I32, T0, T0, T1);
    a64_env(x, ls_opc(STR, 2), T0, x->g->mxcsr);
    asm_insn(&x->a, (uint32_t)MSR_FPCR | XZR);
}

/* ---- arithmetic ---- */

/* d = a with its low element replaced by that of `opc` b. */
void v_fp_into(A64 *x, const VArgs *v)
{
    v_insert(x, v, v->opc);
}

/* Sums and differences of neighbours. */
void v_fp_pairs(A64 *x, const VArgs *v)
{
    unsigned even = v_tmp(x), odd = v_tmp(x);
    uint32_t arrangement = v->opc & FD ? V2D : V4S;
    asm_v3(&x->a, V_UZP1 | arrangement, even, v->a, v->b);
    asm_v3(&x->a, V_UZP2 | arrangement, odd, v->a, v->b);
    asm_v3(&x->a, v->opc, v->d, even, odd);
}

/* Whether imm of ROUND is one that v_fp_round() has: quiet, or by MXCSR. */
static bool has_round(unsigned imm)
{
    return imm & (4 | 8);
}

/* opc: FRINTN of the row; the others are by added bits. */
static uint32_t round_opc(const VArgs *v)
{
    static const uint32_t vec[] = {V_FRINTN, V_FRINTM, V_FRINTP, V_FRINTZ};
    static const uint32_t scalar[] = {FRINTN, FRINTM, FRINTP, FRINTZ};
    unsigned imm = v->op->imm;
    bool is_vec = v->opc & V16B;
    uint32_t opc = imm & 4  ? imm & 8  ? is_vec ? V_FRINTI : FRINTI
                              : is_vec ? V_FRINTX
                                       : FRINTX
                   : is_vec ? vec[imm & 3]
                            : scalar[imm & 3];
    return opc | (v->opc & (V16B | FD));
}

void v_fp_round(A64 *x, const VArgs *v)
{
    asm_v2(&x->a, round_opc(v), v->d, v->b);
}

void v_fp_round_into(A64 *x, const VArgs *v)
{
    v_insert(x, v, round_opc(v));
}

/* ---- comparisons ---- */

/* EQ, LT, LE and their opposites, by number of predicate. */
static bool has_compare(unsigned imm)
{
    return imm < 8 && imm != 3 && imm != 7;
}

/* d = mask; opc: arrangement of vectors, or FS or FD. */
static void compare(A64 *x, const VArgs *v, unsigned d)
{
    unsigned imm = v->op->imm & 3;
    bool vec = v->opc & V16B;
    uint32_t type = v->opc & FD;
    if (imm == 0) {
        asm_v3(&x->a, (vec ? V_FCMEQ | V16B : FCMEQ) | type, d, v->a, v->b);
    } else {
        uint32_t opc = imm == 1 ? vec ? V_FCMGT | V16B : FCMGT
                       : vec    ? V_FCMGE | V16B
                                : FCMGE;
        asm_v3(&x->a, opc | type, d, v->b, v->a);
    }
    if (v->op->imm & 4) {
        asm_v2(&x->a, V_NOT, d, d);
    }
}

void v_fp_cmp(A64 *x, const VArgs *v)
{
    compare(x, v, v->d);
}

void v_fp_cmp_scalar(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x);
    VArgs w = *v;
    compare(x, v, t);
    w.b = t;
    v_insert(x, &w, V_INS | v_lane(v->opc & FD ? 3 : 2, 0));
}

bool v_fp_has(const A64 *x, const IROp *op)
{
    bool afp = a64_thunks.afp;
    if (!a64_thunks.has_vecs ||
        (!afp && (x->s->fp_flushes || TCG_OPT_OFF(x->s, fpchecks)))) {
        return false;
    }
    switch (op->vec) {
    case VEC_ROUNDPS:
    case VEC_ROUNDPD:
    case VEC_ROUNDSS:
    case VEC_ROUNDSD:
        return has_round(op->imm);
    case VEC_CMPPS:
    case VEC_CMPPD:
    case VEC_CMPSS:
    case VEC_CMPSD:
        return has_compare(op->imm & 0x1f);
    case VEC_CVTPS2DQ:
    case VEC_CVTTPS2DQ:
    case VEC_CVTPD2DQ:
    case VEC_CVTTPD2DQ:
    case VEC_CVTSS2SI:
    case VEC_CVTTSS2SI:
    case VEC_CVTSD2SI:
    case VEC_CVTTSD2SI:
        return !afp || host_has(HOST_ARM_FRINT);
    default:
        return true;
    }
}

/* ---- conversions ---- */

/* FRINT32 has x86's integer indefinite for what does not fit, as a number. opc: FRINT32Z
 * or FRINT32X. */
void v_fp_to_dword(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x);
    asm_v2(&x->a, v->opc, t, v->b);
    asm_v2(&x->a, V_FCVTZS | F4S, v->d, t);
}

/* Integers of 32 bits from doubles; the upper half of the result is 0. */
static void dwords_of_doubles(A64 *x, const VArgs *v, unsigned d)
{
    asm_v2(&x->a, v->opc, d, v->b);
    asm_v2(&x->a, V_FCVTZS | F2D, d, d);
}

void v_fp_pd_to_dq(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x);
    dwords_of_doubles(x, v, t);
    asm_v2(&x->a, V_XTN | V_LO(V4S), v->d, t);
}

/* Both halves of the input make the lower one of the output. */
void v_fp_pd_to_dq_256(A64 *x, const IROp *op)
{
    uint32_t opc = op->vec == VEC_CVTTPD2DQ ? V_FRINT32Z | F2D : V_FRINT32X | F2D;
    if (!a64_thunks.afp) {
        v_checked_doubles_256(x, op);
        return;
    }
    unsigned t[2] = {v_tmp(x), v_tmp(x)};
    for (unsigned h = 0; h < 2; h++) {
        VArgs v = {.op = op, .opc = opc, .b = v_in(x, op->in[1], h)};
        dwords_of_doubles(x, &v, t[h]);
    }
    unsigned d = v_out(x, op->out[0], 0);
    asm_v2(&x->a, V_XTN | V_LO(V4S), d, t[0]);
    asm_v2(&x->a, V_XTN | V4S, d, t[1]);
    v_out_done(x, op->out[0], 0, d);
    v_set_zero(x, op->out[0], 1);
}

void v_fp_pd_to_ps_256(A64 *x, const IROp *op)
{
    if (!a64_thunks.afp) {
        v_checked_doubles_256(x, op);
        return;
    }
    unsigned lo = v_in(x, op->in[1], 0), hi = v_in(x, op->in[1], 1), t = v_tmp(x);
    asm_v2(&x->a, V_FCVTN | FD, t, lo);
    asm_v2(&x->a, V_FCVTN | F2D, t, hi);
    unsigned d = v_out(x, op->out[0], 0);
    asm_vmov(&x->a, d, t);
    v_out_done(x, op->out[0], 0, d);
    v_set_zero(x, op->out[0], 1);
}

/* Of the lower half of b, or with half 1 of its upper one. */
void v_fp_lengthen(A64 *x, const VArgs *v)
{
    asm_v2(&x->a, v->opc | (v->half ? V16B : 0), v->d, v->b);
}

void v_fp_dq_to_pd(A64 *x, const VArgs *v)
{
    asm_v2(&x->a, V_SSHLL | (v->half ? V16B : 0) | v_left(2, 0), v->d, v->b);
    asm_v2(&x->a, V_SCVTF | F2D, v->d, v->d);
}

/* CVTSI2SS, CVTSI2SD */
void v_fp_from_int(A64 *x, const IROp *op)
{
    bool is_double = op->vec == VEC_CVTSI2SD;
    uint32_t opc = SCVTF | (is_double ? FD : FS) | sf((IRType)op->memop);
    unsigned r = a64_in(x, op->in[1], (IRType)op->memop);
    unsigned a = v_in(x, op->in[0], 0), d = v_out(x, op->out[0], 0);
    unsigned to = a64_thunks.afp ? d : v_tmp(x);
    if (d != a) {
        asm_vmov(&x->a, d, a);
    }
    asm_v2(&x->a, opc, to, r);
    if (to != d) {
        asm_v2(&x->a, V_INS | v_lane(is_double ? 3 : 2, 0), d, to);
    }
    v_out_done(x, op->out[0], 0, d);
    v_clear_upper(x, op);
}

/* CVT(T)SS2SI, CVT(T)SD2SI */
void v_fp_to_int(A64 *x, const IROp *op)
{
    if (!a64_thunks.afp) {
        v_checked_to_int(x, op);
        return;
    }
    bool is_double = op->vec == VEC_CVTSD2SI || op->vec == VEC_CVTTSD2SI;
    bool truncates = op->vec == VEC_CVTTSS2SI || op->vec == VEC_CVTTSD2SI;
    bool wide = (IRType)op->memop == IR_I64;
    uint32_t type = is_double ? FD : FS;
    uint32_t round = wide        ? truncates ? FRINT64Z : FRINT64X
                     : truncates ? FRINT32Z
                                 : FRINT32X;
    unsigned v = v_in(x, op->in[1], 0), t = v_tmp(x);
    asm_v2(&x->a, round | type, t, v);
    unsigned d = a64_out(x, op, 0);
    asm_v2(&x->a, FCVTZS | type | sf((IRType)op->memop), d, t);
    a64_out_done(x, op, 0, d);
}

/* ---- COMIS, UCOMIS ---- */

/* The next op is the only one that looks at the flags, and at no others than CF and ZF.
 */
static bool next_is_only_reader(const A64 *x)
{
    const TCGContext *s = x->s;
    unsigned n = x->at + 1;
    while (n < s->nops && s->ops[n].code == OP_nop) {
        n++;
    }
    if (n == s->nops) {
        return false;
    }
    const IROp *op = &s->ops[n];
    return (op->code == OP_brcc || op->code == OP_setcc || op->code == OP_selcc) &&
           !((op->ccmask | op->ccfault)) && !(cc_of_cond(op->cond) & ~(CC_C | CC_Z));
}

/* The flags' value: x86 has ZF, PF, CF = 000 for greater, 001 for less, 100 for equal and
 * 111 for unordered. */
static void value_of_compare(A64 *x, unsigned r)
{
    asm_movi(&x->a, T0, CC_Z);
    asm_cset(&x->a, r, A_MI);
    asm_csel(&x->a, CSEL, IR_I32, from_to(T0, r), r, A_EQ);
    asm_movi(&x->a, T0, CC_Z | CC_P | CC_C);
    asm_csel(&x->a, CSEL, IR_I32, from_to(T0, r), r, A_VS);
}

/* AXFLAG makes of FCMP's flags those that x86 has, with C inverted. */
void v_fp_compare(A64 *x, const IROp *op)
{
    bool is_double = op->vec == VEC_COMISD || op->vec == VEC_UCOMISD;
    bool quiet = op->vec == VEC_UCOMISS || op->vec == VEC_UCOMISD;
    bool host_flags = host_has(HOST_ARM_FLAGM2) && !TCG_OPT_OFF(x->s, hostflags);
    unsigned a = v_in(x, op->in[0], 0), b = v_in(x, op->in[1], 0);
    cc_clobber(x);
    if (!a64_thunks.afp) {
        VArgs v = {.op = op, .opc = is_double ? FD : FS, .a = a, .b = b};
        v_checked_compare(x, &v);
    }
    asm_v3(&x->a, (quiet ? FCMP : FCMPE) | (is_double ? FD : FS), 0, a, b);
    if (!op->setcc || !x->wanted) {
        return;
    }
    if (host_flags && next_is_only_reader(x)) {
        cc_set_nzcv(x);
    } else {
        unsigned r = ra_alloc(&x->ra);
        value_of_compare(x, r);
        cc_set_value(x, r);
        x->cc.host = host_flags ? CC_NZCV : 0;
        x->cc.borrow = true;
    }
    if (host_flags) {
        asm_insn(&x->a, AXFLAG);
    }
}

/* ---- fused multiply and add ---- */

VExact *v_exact_when(A64 *x, const VArgs *v, unsigned result, uint8_t *jump)
{
    VExact *e = arena_alloc(&x->s->arena, sizeof *e);
    *e = (VExact){
        .next = x->vec_exact,
        .v = *v,
        .result = result,
        .to = IR_V128,
        .jump = jump,
        .resume = x->a.p,
        .done = x->a.p,
    };
    x->vec_exact = e;
    return e;
}

static void emit_exact(A64 *x, const VExact *e)
{
    VecOp *op = arena_alloc(&x->s->arena, sizeof *op);
    *op = (VecOp){.vec = e->v.op->vec, .imm = e->v.op->imm, .n = 16};
    asm_patch(e->jump, x->a.p);
    if (e->looks) {
        v_look(x, e);
    }
    asm_ls(&x->a, ls_vec_opc(STR, 4), e->v.a, SP, EXACT_A);
    asm_ls(&x->a, ls_vec_opc(STR, 4), e->v.b, SP, EXACT_B);
    asm_ls(&x->a, ls_vec_opc(STR, 4), e->v.c, SP, EXACT_C);
    a64_data(x, T0, op, sizeof *op);
    a64_call(x, a64_thunks.vec_exact);
    if (e->to != IR_V128) {
        asm_ls(&x->a, ls_opc(LDR, e->to), e->result, SP, EXACT_R);
    } else if (e->result != NO_REG) {
        asm_ls(&x->a, ls_vec_opc(LDR, 4), e->result, SP, EXACT_R);
    }
    asm_insn(&x->a, branch_word(B, e->done - x->a.p));
}

void a64_vec_exact_cold(A64 *x)
{
    for (const VExact *e = x->vec_exact; e && !asm_full(&x->a); e = e->next) {
        emit_exact(x, e);
    }
}

static uint64_t exact_in_c(void *env, char *frame, const VecOp *op)
{
    VecOp v = *op;
    v.r = frame + EXACT_R;
    v.a = frame + EXACT_A;
    v.b = frame + EXACT_B;
    v.c = frame + EXACT_C;
    return tcg_thunks.guest->vec_op(env, &v);
}

void *v_exact_function(void)
{
    return (void *)exact_in_c;
}

/* A branch where an element of v is a NaN: but for the sign it is above infinity. A
 * comparison of numbers would note denormal ones. */
static uint8_t *branch_if_nan(A64 *x, unsigned v, uint32_t type)
{
    bool is_double = type & FD;
    if (!(type & V16B)) {
        IRType t = is_double ? IR_I64 : IR_I32;
        asm_v2(&x->a, is_double ? FMOV_X_D : FMOV_W_S, T0, v);
        asm_movi(&x->a, T1, is_double ? 0xffe0000000000000 : 0xff000000);
        asm_shifted(&x->a, SUBS, t, XZR, T1, shifted(T0, LSL, 1));
        return asm_branch(&x->a, b_cond(A_LO));
    }
    unsigned t = v_tmp(x), most = v_tmp(x), size = is_double ? 3 : 2;
    asm_movi(&x->a, T1, is_double ? 0xffe0000000000000 : 0xff000000);
    asm_v2(&x->a, V_DUP_GPR | v_lane(size, 0), most, T1);
    asm_v2(&x->a, V_SHL | v_left(size, 1), t, v);
    asm_v3(&x->a, V_CMHI | (is_double ? V2D : V4S), t, t, most);
    asm_v3(&x->a, V_UMAXP | V4S, t, t, t);
    asm_v2(&x->a, FMOV_X_D, T0, t);
    return asm_branch(&x->a, cb(CBNZ, IR_I64, T0));
}

/* t = +- n * m +- addend */
void v_multiply_add(A64 *x, const VArgs *v, unsigned t, const uint8_t *in)
{
    static const uint32_t scalar[] = {FMADD, FNMSUB, FMSUB, FNMADD};
    bool sub = v->opc & FMA_SUB, neg = v->opc & FMA_NEG;
    uint32_t type = v->opc & (V16B | FD);
    if (!(type & V16B)) {
        asm_v3(&x->a, scalar[sub + 2 * neg] | type | in[2] << 10, t, in[0], in[1]);
        return;
    }
    if (sub) {
        asm_v2(&x->a, V_FNEG | type, t, in[2]);
    } else {
        asm_vmov(&x->a, t, in[2]);
    }
    asm_v3(&x->a, (neg ? V_FMLS : V_FMLA) | type, t, in[0], in[1]);
}

void v_fma(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x), form = v->opc & 3;
    const uint8_t in[][3] = {
        {v->a, v->c, v->b}, /* 132 */
        {v->b, v->a, v->c}, /* 213 */
        {v->b, v->c, v->a}, /* 231 */
    };
    cc_clobber(x);
    v_multiply_add(x, v, t, in[form]);
    if (!(v->opc & V16B)) {
        unsigned all = v_tmp(x);
        asm_vmov(&x->a, all, v->a);
        asm_v2(&x->a, V_INS | v_lane(v->opc & FD ? 3 : 2, 0), all, t);
        v_exact_when(x, v, all, branch_if_nan(x, t, v->opc & FD));
        asm_vmov(&x->a, v->d, all);
        return;
    }
    v_exact_when(x, v, t, branch_if_nan(x, t, v->opc & (V16B | FD)));
    asm_vmov(&x->a, v->d, t);
}
