/* Floating point on an aarch64 host without FEAT_AFP: computed, and checked. */
/* SPDX-License-Identifier: MIT */
/*
 * With FPCR of rounding mode alone the host computes what x86 does, under an MXCSR
 * without FTZ and DAZ, and notes the same flags, but for
 *   - NaNs as results: which one, and the sign of a default one
 *   - denormal operands, which it does not note
 *   - underflow, which it finds before rounding. x86's is noted in C alone, so all
 * results of multiplications and the like are looked at that are tiny, or have become the
 *     smallest normal number by rounding; sums that are tiny are exact
 * Hot code has a quick check that may be wrong where an exponent is small or large, zero
 * included. Then a thunk looks closely, and what is left is computed again in C, which
 * finds the operands as they were. The host's flags may stay: C notes the same ones.
 *
 * Under FTZ or DAZ (TCGContext.fp_flushes) all is computed in C.
 */
#include "tcg/aarch64-fp.h"
#include "tcg/aarch64-simd-enc.h"
#include "tcg/aarch64-simd.h"

/* ---- hot code ---- */

/* Bits in the uppermost byte of words: not 0 where an exponent is neither small nor, with
 * 1 added to that byte, large. */
static unsigned exponent_bits(A64 *x)
{
    return v_const(x, (uint32_t)V_MOVI_4S_TOP | v_imm8(0x7e));
}

/* The words of that 1. They are small numbers, too, single or double. */
static unsigned small_number(A64 *x)
{
    return v_const(x, (uint32_t)V_MOVI_4S_TOP | v_imm8(1));
}

/* What the check is of: operands, and a result whose kind is TINY or NAN, or of neither.
 */
enum { CHECK_NAN = 1, CHECK_TINY = 2 };
enum { ADDEND = 2 };
typedef struct Check {
    uint8_t in[3], n; /* of three the addend may be no NaN, either */
    uint32_t type;    /* F4S, F2D, FS, FD */
} Check;

static Check check_of(const VArgs *v, unsigned a, unsigned b)
{
    return (Check){
        .in = {a, b},
          .n = a == b ? 1 : 2, .type = v->opc & ((uint32_t)V16B | FD)
    };
}

/* t = the exponents of the lower elements, in words 0 and 1. */
static void lower_exponents(A64 *x, uint32_t type, unsigned t, unsigned a, unsigned b)
{
    asm_v3(&x->a, (type & FD ? V_ZIP2 : V_ZIP1) | V_LO(V4S), t, a, b);
}

/* The condition that says the scalar operands are good. Destroys T0, t and u. */
static ACond scalar_operands(A64 *x, const Check *c, unsigned t, unsigned u)
{
    bool is_double = c->type & FD;
    if (c->n == 1) {
        asm_v2(&x->a, is_double ? FMOV_X_D : FMOV_W_S, T0, c->in[0]);
        asm_logic_imm(&x->a, ANDS, is_double ? IR_I64 : IR_I32, XZR, T0,
                      is_double ? 0x7ff0000000000000 : 0x7f800000);
        return A_NE;
    }
    unsigned bits = exponent_bits(x);
    lower_exponents(x, c->type, t, c->in[0], c->in[1]);
    asm_v3(&x->a, V_CMTST | V_LO(V4S), t, t, bits);
    if (c->n == 3) {
        lower_exponents(x, c->type, u, c->in[2], c->in[2]);
        asm_v3(&x->a, V_ADD | V_LO(V4S), u, u, small_number(x));
        asm_v3(&x->a, V_CMTST | V_LO(V4S), u, u, bits);
        asm_v3(&x->a, V_AND, t, t, u);
    }
    asm_v2(&x->a, FMOV_X_D, T0, t);
    asm_addsub_imm(&x->a, ADDS, IR_I64, XZR, T0, 1);
    return A_EQ;
}

/* A branch for where the operands are not good, or the result r. Destroys t. */
static uint8_t *scalar_result(A64 *x, ACond good, unsigned kind, uint32_t type,
                              unsigned r, unsigned t)
{
    enum { LESS = 8, UNORDERED = 1 };
    if (!kind) {
        return asm_branch(&x->a, b_cond(acond_invert(good)));
    }
    if (kind == CHECK_NAN) {
        asm_v3(&x->a, (FCCMP | (type & FD)) + fp_cond(good, UNORDERED), 0, r, r);
        return asm_branch(&x->a, b_cond(A_VS));
    }
    asm_v2(&x->a, FABS | (type & FD), t, r);
    asm_v3(&x->a, (FCCMP | (type & FD)) + fp_cond(good, LESS), 0, t, small_number(x));
    return asm_branch(&x->a, b_cond(A_LE));
}

/* t = ones, as far as the operands are good. Destroys u. */
static void vector_operands(A64 *x, const Check *c, unsigned t, unsigned u)
{
    unsigned bits = exponent_bits(x);
    for (unsigned i = 0; i < c->n; i++) {
        unsigned to = i ? u : t, from = c->in[i];
        if (c->type & FD) {
            unsigned next = i + 1 < c->n ? c->in[++i] : from;
            asm_v3(&x->a, V_UZP2 | V4S, to, from, next);
            from = to;
        }
        if (i == ADDEND) {
            asm_v3(&x->a, V_ADD | V4S, to, from, small_number(x));
            from = to;
        }
        asm_v3(&x->a, V_CMTST | V4S, to, from, bits);
        if (to == u) {
            asm_v3(&x->a, V_AND, t, t, u);
        }
    }
}

/* A branch for where t is not all ones. */
static uint8_t *branch_unless_all(A64 *x, unsigned t)
{
    asm_v2(&x->a, V_UMINV_4S, t, t);
    asm_v2(&x->a, FMOV_W_S, T0, t);
    return asm_branch(&x->a, cb(CBZ, IR_I32, T0));
}

/* The same of r, and the branch. */
static uint8_t *vector_result(A64 *x, unsigned kind, uint32_t type, unsigned r,
                              unsigned t, unsigned u)
{
    if (kind == CHECK_NAN) {
        asm_v3(&x->a, V_FCMEQ | type, u, r, r);
        asm_v3(&x->a, V_AND, t, t, u);
    } else if (kind == CHECK_TINY) {
        if (type & FD) {
            asm_v3(&x->a, V_UZP2 | V4S, u, r, r);
        }
        asm_v3(&x->a, V_ADD | V4S, u, type & FD ? u : r, small_number(x));
        asm_v3(&x->a, V_CMTST | V4S, u, u, exponent_bits(x));
        asm_v3(&x->a, V_AND, t, t, u);
    }
    return branch_unless_all(x, t);
}

/* What a check leads to when it fails. r: the result so far, that is not yet in v->d. */
static VExact *look_when(A64 *x, const VArgs *v, const Check *c, unsigned kind,
                         unsigned r, uint8_t *jump)
{
    VExact *e = v_exact_when(x, v, v->d, jump);
    e->looks = true;
    e->tiny = kind == CHECK_TINY;
    e->type = c->type;
    e->checked = kind ? r : NO_REG;
    for (unsigned i = 0; i < 3; i++) {
        e->in[i] = i < c->n ? c->in[i] : i == 1 ? c->in[0] : NO_REG;
    }
    return e;
}

/* d = the scalar r, above it a. */
static void scalar_done(A64 *x, const VArgs *v, unsigned r, uint32_t type)
{
    VArgs w = *v;
    w.b = r;
    v_insert(x, &w, (uint32_t)V_INS | v_lane(type & FD ? 3 : 2, 0));
}

typedef void Compute(A64 *x, const VArgs *v, unsigned r, const Check *c);

/* The output's register is that of an input. */
static bool overwrites(const VArgs *v)
{
    const IRRef *in = v->op->in;
    return (in[0] != IR_NONE && v->d == v->a) || (in[1] != IR_NONE && v->d == v->b) ||
           (in[2] != IR_NONE && v->d == v->c);
}

static void computed(A64 *x, const VArgs *v, const Check *c, unsigned kind, Compute *fn)
{
    unsigned t = v_tmp(x), u = v_tmp(x);
    VExact *e;
    cc_clobber(x);
    if (c->type & V16B) {
        unsigned r = overwrites(v) ? v_tmp(x) : v->d;
        vector_operands(x, c, t, u);
        fn(x, v, r, c);
        e = look_when(x, v, c, kind, r, vector_result(x, kind, c->type, r, t, u));
        if (r != v->d) {
            asm_vmov(&x->a, v->d, r);
        }
    } else {
        ACond good = scalar_operands(x, c, t, u);
        fn(x, v, u, c);
        e = look_when(x, v, c, kind, u, scalar_result(x, good, kind, c->type, u, t));
        scalar_done(x, v, u, c->type);
    }
    e->done = x->a.p;
}

/* ---- rows ---- */

static void both(A64 *x, const VArgs *v, unsigned r, const Check *c)
{
    asm_v3(&x->a, v->opc, r, c->in[0], c->in[c->n - 1]);
}

static void one(A64 *x, const VArgs *v, unsigned r, const Check *c)
{
    asm_v2(&x->a, v->opc, r, c->in[0]);
}

void v_checked_sum(A64 *x, const VArgs *v)
{
    Check c = check_of(v, v->a, v->b);
    computed(x, v, &c, CHECK_NAN, both);
}

void v_checked_product(A64 *x, const VArgs *v)
{
    Check c = check_of(v, v->a, v->b);
    computed(x, v, &c, CHECK_TINY, both);
}

void v_checked_root(A64 *x, const VArgs *v)
{
    Check c = check_of(v, v->b, v->b);
    computed(x, v, &c, CHECK_NAN, one);
}

void v_checked_pairs(A64 *x, const VArgs *v)
{
    unsigned even = v_tmp(x), odd = v_tmp(x);
    uint32_t arrangement = v->opc & FD ? V2D : V4S;
    asm_v3(&x->a, V_UZP1 | arrangement, even, v->a, v->b);
    asm_v3(&x->a, V_UZP2 | arrangement, odd, v->a, v->b);
    Check c = check_of(v, even, odd);
    computed(x, v, &c, CHECK_NAN, both);
}

/* The last operand where one is a NaN, or both are zero. FCMGT and FCMPE note the NaN. */
static void least(A64 *x, const VArgs *v, unsigned r, const Check *c)
{
    bool most = v->op->vec == VEC_MAXPS || v->op->vec == VEC_MAXPD ||
                v->op->vec == VEC_MAXSS || v->op->vec == VEC_MAXSD;
    if (c->type & V16B) {
        unsigned more = most ? v->a : v->b, less = most ? v->b : v->a;
        asm_v3(&x->a, V_FCMGT | c->type, r, more, less);
        asm_v3(&x->a, V_BSL, r, v->a, v->b);
    }
}

static void scalar_least(A64 *x, const VArgs *v)
{
    bool most = v->op->vec == VEC_MAXSS || v->op->vec == VEC_MAXSD;
    unsigned t = v_tmp(x), u = v_tmp(x);
    Check c = check_of(v, v->a, v->b);
    cc_clobber(x);
    ACond good = scalar_operands(x, &c, t, u);
    VExact *e = look_when(x, v, &c, 0, 0, scalar_result(x, good, 0, c.type, 0, t));
    asm_v3(&x->a, FCMPE | c.type, 0, v->a, v->b);
    asm_v3(&x->a, (FCSEL | c.type) + fp_cond(most ? A_GT : A_MI, 0), u, v->a, v->b);
    scalar_done(x, v, u, c.type);
    e->done = x->a.p;
}

void v_checked_least(A64 *x, const VArgs *v)
{
    if (v->opc & V16B) {
        Check c = check_of(v, v->a, v->b);
        computed(x, v, &c, 0, least);
    } else {
        scalar_least(x, v);
    }
}

static void compare_both(A64 *x, const VArgs *v, unsigned r, const Check *c)
{
    VArgs w = *v;
    w.d = r;
    v_fp_cmp(x, &w);
}

void v_checked_cmp(A64 *x, const VArgs *v)
{
    Check c = check_of(v, v->a, v->b);
    computed(x, v, &c, 0, compare_both);
}

void v_checked_round(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x);
    VArgs w = *v;
    w.d = t;
    v_fp_round(x, &w);
    scalar_done(x, v, t, v->opc);
}

/* What is no integer of 32 bits becomes the smallest one. Large numbers are integers. */
void v_checked_to_dword(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x), fits = v_tmp(x), from = v->b;
    if (v->opc == ((uint32_t)V_FRINT32X | F4S)) {
        asm_v2(&x->a, V_FRINTX | F4S, t, from);
        from = t;
    }
    asm_v3(&x->a, V_FCMGT | F4S, fits, v_const(x, (uint32_t)V_MOVI_4S_TOP | v_imm8(0x4f)),
           from);
    asm_v2(&x->a, V_FCVTZS | F4S, t, from);
    asm_v3(&x->a, V_BSL, fits, t, v_const(x, (uint32_t)V_MOVI_4S_TOP | v_imm8(0x80)));
    asm_vmov(&x->a, v->d, fits);
}

void v_checked_widen(A64 *x, const VArgs *v)
{
    Check c = {.in = {v->b}, .n = 1, .type = FS};
    unsigned t = v_tmp(x);
    cc_clobber(x);
    ACond good = scalar_operands(x, &c, t, t);
    VExact *e = look_when(x, v, &c, 0, 0, scalar_result(x, good, 0, FS, 0, t));
    asm_v2(&x->a, FCVT_D_S, t, v->b);
    scalar_done(x, v, t, FD);
    e->done = x->a.p;
}

/* Nobody looks closely: operand and result have not the same type. */
void v_checked_narrow(A64 *x, const VArgs *v)
{
    Check c = {.in = {v->b}, .n = 1, .type = FD};
    unsigned t = v_tmp(x), u = v_tmp(x);
    cc_clobber(x);
    ACond good = scalar_operands(x, &c, t, t);
    asm_v2(&x->a, FCVT_S_D, u, v->b);
    VExact *e = v_exact_when(x, v, v->d, scalar_result(x, good, CHECK_TINY, FS, u, t));
    scalar_done(x, v, u, FS);
    e->done = x->a.p;
}

/* Two of b's numbers, the same ones in both halves for the check. */
void v_checked_lengthen(A64 *x, const VArgs *v)
{
    unsigned both = v_tmp(x), t = v_tmp(x);
    Check c = {.in = {both}, .n = 1, .type = F4S};
    VArgs w = *v;
    w.b = both;
    cc_clobber(x);
    asm_v2(&x->a, V_DUP | v_lane(3, v->half), both, v->b);
    vector_operands(x, &c, t, NO_REG);
    VExact *e = look_when(x, &w, &c, 0, 0, branch_unless_all(x, t));
    asm_v2(&x->a, V_FCVTL | FD, v->d, both);
    e->done = x->a.p;
}

/* Nobody looks closely, as with one number. The upper half of r is 0. */
static void two_narrow(A64 *x, const VArgs *v, unsigned r)
{
    Check c = {.in = {v->b}, .n = 1, .type = F2D};
    unsigned t = v_tmp(x), u = v_tmp(x);
    vector_operands(x, &c, t, u);
    asm_v2(&x->a, V_FCVTN | FD, r, v->b);
    asm_v2(&x->a, V_DUP | v_lane(3, 0), u, r);
    VExact *e = v_exact_when(x, v, r, vector_result(x, CHECK_TINY, F4S, u, t, u));
    e->done = x->a.p;
}

/* By way of integers of 64 bits: what is none of 32, or a NaN, is left to C. What is
 * inexact is noted when that is known. */
static void two_dwords(A64 *x, const VArgs *v, unsigned r)
{
    unsigned t = v_tmp(x), u = v_tmp(x);
    uint32_t round = v->op->vec == VEC_CVTTPD2DQ ? V_FRINTZ : V_FRINTI;
    asm_v2(&x->a, round | F2D, t, v->b);
    asm_v2(&x->a, V_FCVTZS | F2D, t, t);
    asm_v2(&x->a, V_XTN | V_LO(V4S), r, t);
    asm_v2(&x->a, V_SSHLL | v_left(2, 0), u, r);
    asm_v3(&x->a, V_CMEQ | V2D, t, t, u);
    asm_v3(&x->a, V_FCMEQ | F2D, u, v->b, v->b);
    asm_v3(&x->a, V_AND, t, t, u);
    VExact *e = v_exact_when(x, v, r, branch_unless_all(x, t));
    asm_v2(&x->a, V_FRINTX | F2D, u, v->b);
    e->done = x->a.p;
}

static void of_two_doubles(A64 *x, const VArgs *v, unsigned r)
{
    (v->op->vec == VEC_CVTPD2PS ? two_narrow : two_dwords)(x, v, r);
}

void v_checked_doubles(A64 *x, const VArgs *v)
{
    unsigned r = v_tmp(x);
    cc_clobber(x);
    of_two_doubles(x, v, r);
    asm_vmov(&x->a, v->d, r);
}

void v_checked_doubles_256(A64 *x, const IROp *op)
{
    unsigned r[2] = {v_tmp(x), v_tmp(x)}, kept = x->vlocked;
    cc_clobber(x);
    for (unsigned h = 0; h < 2; h++) {
        VArgs v = {.op = op, .b = v_in(x, op->in[1], h)};
        of_two_doubles(x, &v, r[h]);
        x->vlocked = kept;
    }
    unsigned d = v_out(x, op->out[0], 0);
    asm_v3(&x->a, V_ZIP1 | V2D, d, r[0], r[1]);
    v_out_done(x, op->out[0], 0, d);
    v_set_zero(x, op->out[0], 1);
}

/* Operands first: the host notes an invalid operation where infinity times zero is added
 * to a NaN, x86 does not. */
void v_checked_fma(A64 *x, const VArgs *v)
{
    static const uint8_t order[][3] = {
        {0, 2, 1},
        {1, 0, 2},
        {1, 2, 0}
    };
    const uint8_t in[] = {v->a, v->b, v->c}, *of = order[v->opc & 3];
    uint32_t type = v->opc & ((uint32_t)V16B | FD);
    unsigned t = v_tmp(x), u = v_tmp(x), r = u;
    Check c = {
        .in = {in[of[0]], in[of[1]], in[of[2]]},
          .n = 3, .type = type
    };
    VExact *before, *after;
    cc_clobber(x);
    if (type & V16B) {
        r = overwrites(v) ? v_tmp(x) : v->d;
        vector_operands(x, &c, t, u);
        before = look_when(x, v, &c, CHECK_NAN, c.in[ADDEND], branch_unless_all(x, t));
        v_multiply_add(x, v, r, c.in);
        asm_v3(&x->a, V_CMEQ | V4S, t, t, t);
        after = look_when(x, v, &c, CHECK_TINY, r,
                          vector_result(x, CHECK_TINY, type, r, t, u));
        if (r != v->d) {
            asm_vmov(&x->a, v->d, r);
        }
    } else {
        ACond good = scalar_operands(x, &c, t, u);
        before = look_when(x, v, &c, CHECK_NAN, c.in[ADDEND],
                           asm_branch(&x->a, b_cond(acond_invert(good))));
        v_multiply_add(x, v, u, c.in);
        after = look_when(x, v, &c, CHECK_TINY, u,
                          scalar_result(x, A_AL, CHECK_TINY, type, u, t));
        scalar_done(x, v, u, type);
    }
    before->done = after->done = x->a.p;
}

/* ---- to integers and flags ---- */

/* Where it does not fit, or may not: r is the largest or, with `both`, the smallest
 * integer; or the operand is a NaN. */
static uint8_t *branch_if_unfit(A64 *x, IRType t, uint32_t type, unsigned r, unsigned v,
                                bool smallest)
{
    enum { ZERO = 4 };
    uint64_t largest = t == IR_I64 ? INT64_MAX : INT32_MAX;
    if (smallest) {
        asm_shifted(&x->a, EOR, t, T2, r, shifted(r, ASR, t == IR_I64 ? 63 : 31));
        r = T2;
    }
    asm_logic_imm(&x->a, EOR, t, T2, r, largest);
    asm_v3(&x->a, FCMP | type, 0, v, v);
    asm_ccmp(&x->a, CCMP | CCMP_IMM, t, from_to(T2, 0), A_VC, ZERO);
    return asm_branch(&x->a, b_cond(A_EQ));
}

/* Rounded by MXCSR: FRINTX notes what is inexact, which no number is that is too large,
 * but for doubles and 32 bits: then when it is known to fit. */
void v_checked_to_int(A64 *x, const IROp *op)
{
    bool is_double = op->vec == VEC_CVTSD2SI || op->vec == VEC_CVTTSD2SI;
    bool truncates = op->vec == VEC_CVTTSS2SI || op->vec == VEC_CVTTSD2SI;
    IRType to = (IRType)op->memop;
    bool late = is_double && !truncates && to == IR_I32;
    uint32_t type = is_double ? FD : FS;
    VArgs v = {.op = op, .opc = type, .b = v_in(x, op->in[1], 0)};
    unsigned t = v_tmp(x), from = v.b;
    cc_clobber(x);
    if (!truncates) {
        asm_v2(&x->a, (late ? FRINTI : FRINTX) | type, t, from);
        from = t;
    }
    unsigned d = a64_out(x, op, 0);
    asm_v2(&x->a, FCVTZS | type | sf(to), d, from);
    VExact *e = v_exact_when(x, &v, d, branch_if_unfit(x, to, type, d, v.b, late));
    e->to = to;
    if (late) {
        asm_v2(&x->a, FRINTX | type, t, v.b);
    }
    e->done = x->a.p;
    a64_out_done(x, op, 0, d);
}

void v_checked_compare(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x), u = v_tmp(x);
    Check c = check_of(v, v->a, v->b);
    ACond good = scalar_operands(x, &c, t, u);
    VExact *e = look_when(x, v, &c, 0, 0, scalar_result(x, good, 0, c.type, 0, t));
    e->result = NO_REG;
}

/* ---- a close look ---- */

/* The registers of v0-v7 in the thunk. */
enum { LOOK_R = 3, LOOK_T, LOOK_ONES, LOOK_SMALL, LOOK_BAD };

/* v is shifted left by 1, and with `bad` noted where it was denormal. */
static void look_at_operand(A64 *x, uint32_t size, unsigned v)
{
    asm_v3(&x->a, V_ADD | size, v, v, v);
    asm_v3(&x->a, V_ADD | size, LOOK_T, v, LOOK_ONES);
    asm_v3(&x->a, V_CMHI | size, LOOK_T, LOOK_SMALL, LOOK_T);
    asm_v3(&x->a, V_ORR, LOOK_BAD, LOOK_BAD, LOOK_T);
}

/* Tiny, or as small as normal numbers are. Zero is good where a or b was and c, too. */
static void look_at_tiny(A64 *x, uint32_t size)
{
    for (unsigned i = 0; i < 3; i++) {
        asm_v2(&x->a, V_CMEQ0 | size, i, i);
    }
    asm_v3(&x->a, V_ORR, 0, 0, 1);
    asm_v3(&x->a, V_AND, 0, 0, 2);
    asm_v3(&x->a, V_ADD | size, LOOK_T, LOOK_R, LOOK_ONES);
    asm_v3(&x->a, V_CMHS | size, LOOK_T, LOOK_SMALL, LOOK_T);
    asm_v3(&x->a, V_ORR, LOOK_BAD, LOOK_BAD, LOOK_T);
    asm_v2(&x->a, V_CMEQ0 | size, LOOK_R, LOOK_R);
    asm_v3(&x->a, V_BIC, LOOK_R, LOOK_R, 0);
    asm_v3(&x->a, V_ORR, LOOK_BAD, LOOK_BAD, LOOK_R);
}

/* From the frame; T0: of the lower element whether it must be computed in C, T1: of any.
 */
static void thunk_look(A64 *x, bool is_double, bool tiny)
{
    uint32_t size = is_double ? V2D : V4S;
    a64_thunks.fp_look[is_double][tiny] = rx_of(x, x->a.p);
    v_frame_temps(x, PAIR_Q);
    for (unsigned i = 0; i < 4; i++) {
        asm_ls(&x->a, ls_vec_opc(LDR, 4), i, SP, EXACT_A + 16 * i);
    }
    asm_v3(&x->a, V_CMEQ | V4S, LOOK_ONES, LOOK_ONES, LOOK_ONES);
    asm_v2(&x->a, V_USHR | v_right(is_double ? 3 : 2, is_double ? 11 : 8), LOOK_SMALL,
           LOOK_ONES);
    asm_v2(&x->a, V_NOT, LOOK_T, LOOK_SMALL); /* infinity, shifted left by 1 */
    asm_v3(&x->a, V_ADD | size, LOOK_R, LOOK_R, LOOK_R);
    asm_v3(&x->a, V_CMHI | size, LOOK_BAD, LOOK_R, LOOK_T);
    for (unsigned i = 0; i < 3; i++) {
        look_at_operand(x, size, i);
    }
    if (tiny) {
        look_at_tiny(x, size);
    }
    asm_v2(&x->a, V_UMAXV_4S, LOOK_T, LOOK_BAD);
    asm_v2(&x->a, FMOV_W_S, T0, LOOK_BAD);
    asm_v2(&x->a, FMOV_W_S, T1, LOOK_T);
    v_frame_temps(x, PAIR_Q | PAIR_LD);
    asm_insn(&x->a, RET | LR << 5);
}

void v_thunks_look(A64 *x)
{
    for (unsigned i = 0; i < 4; i++) {
        thunk_look(x, i & 1, i >> 1);
    }
}

void v_look(A64 *x, const VExact *e)
{
    bool is_double = e->type & FD;
    for (unsigned i = 0; i < 4; i++) {
        unsigned r = i < 3 ? e->in[i] : e->checked;
        int32_t at = EXACT_A + 16 * (int32_t)i;
        if (r == NO_REG) {
            asm_pair(&x->a, PAIR_X, from_to(XZR, XZR), SP, at);
        } else {
            asm_ls(&x->a, ls_vec_opc(STR, 4), r, SP, at);
        }
    }
    a64_call(x, a64_thunks.fp_look[is_double][e->tiny]);
    uint8_t *bad = asm_branch(&x->a, cb(CBNZ, IR_I32, e->type & V16B ? T1 : T0));
    asm_insn(&x->a, branch_word(B, e->resume - x->a.p));
    asm_patch(bad, x->a.p);
}
