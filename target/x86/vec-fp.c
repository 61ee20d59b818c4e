/* Vector operations on floating point: SSE, SSE2, SSE3, SSE4.1, AVX, FMA, F16C. */
/* SPDX-License-Identifier: MIT */
/* SDM vol. 1, chapters 10 to 12. Exact under the guest's MXCSR by fpu/, lane after lane.
 */
#include "target/x86/vec.h"

/* A binary operation packed and scalar, for both formats. */
#define BINARY(name)                                              \
    static void name##ps(VecCall *c)                              \
    {                                                             \
        for (unsigned i = 0; i < 4; i++) {                        \
            c->r.d[i] = f32_##name(c->a.d[i], c->b.d[i], &c->fs); \
        }                                                         \
    }                                                             \
    static void name##pd(VecCall *c)                              \
    {                                                             \
        for (unsigned i = 0; i < 2; i++) {                        \
            c->r.q[i] = f64_##name(c->a.q[i], c->b.q[i], &c->fs); \
        }                                                         \
    }                                                             \
    static void name##ss(VecCall *c)                              \
    {                                                             \
        c->r.d[0] = f32_##name(c->a.d[0], c->b.d[0], &c->fs);     \
    }                                                             \
    static void name##sd(VecCall *c)                              \
    {                                                             \
        c->r.q[0] = f64_##name(c->a.q[0], c->b.q[0], &c->fs);     \
    }
BINARY(add)
BINARY(sub)
BINARY(mul)
BINARY(div)
BINARY(min)
BINARY(max)

static void sqrtps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = f32_sqrt(c->b.d[i], &c->fs);
    }
}

static void sqrtpd(VecCall *c)
{
    for (unsigned i = 0; i < 2; i++) {
        c->r.q[i] = f64_sqrt(c->b.q[i], &c->fs);
    }
}

static void sqrtss(VecCall *c)
{
    c->r.d[0] = f32_sqrt(c->b.d[0], &c->fs);
}

static void sqrtsd(VecCall *c)
{
    c->r.q[0] = f64_sqrt(c->b.q[0], &c->fs);
}

/*
 * RCPPS and RSQRTPS are approximations whose bits differ between makers; ours is the
 * exact value rounded to 12 bits, which is within the bound of 1.5 * 2^-12. They raise
 * nothing and take denormals for zeros.
 */
#define F32_ONE  0x3f800000u
#define F32_INF  0x7f800000u
#define F32_SIGN 0x80000000u

static f32 twelve_bits(f32 v)
{
    return (v & F32_INF) == F32_INF ? v : (v + 0x400) & ~0x7ffu;
}

static f32 approx_rcp(f32 x)
{
    FloatStatus fs = {.ftz = true, .daz = true};

    return twelve_bits(f32_div(F32_ONE, x, &fs));
}

static f32 approx_rsqrt(f32 x)
{
    FloatStatus fs = {.ftz = true, .daz = true};

    if (!(x & F32_INF)) {
        return (x & F32_SIGN) | F32_INF;
    }
    return twelve_bits(f32_div(F32_ONE, f32_sqrt(x, &fs), &fs));
}

static void rcpps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = approx_rcp(c->b.d[i]);
    }
}

static void rcpss(VecCall *c)
{
    c->r.d[0] = approx_rcp(c->b.d[0]);
}

static void rsqrtps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = approx_rsqrt(c->b.d[i]);
    }
}

static void rsqrtss(VecCall *c)
{
    c->r.d[0] = approx_rsqrt(c->b.d[0]);
}

/* --- comparing: the 32 predicates of AVX (SDM vol. 2, table 3-1); SSE has the first 8
 * --- */

static bool predicate(FloatRelation rel, unsigned imm)
{
    bool equal = rel == FLOAT_EQUAL, less = rel == FLOAT_LESS;
    bool unordered = rel == FLOAT_UNORDERED, yes;

    switch (imm & 3) {
    case 0: /* EQ; from 8 on: or unordered */
        yes = equal || (imm & 8 && unordered);
        break;
    case 1: /* LT; NGE */
        yes = less || (imm & 8 && unordered);
        break;
    case 2: /* LE; NGT */
        yes = less || equal || (imm & 8 && unordered);
        break;
    default: /* UNORD; FALSE */
        yes = unordered && !(imm & 8);
        break;
    }
    return yes != (imm >> 2 & 1);
}

/* LT, LE and their negations signal for any NaN; bit 4 turns it round. */
static bool predicate_is_quiet(unsigned imm)
{
    bool quiet = (imm & 3) == 0 || (imm & 3) == 3;

    return quiet != (imm >> 4 & 1);
}

static uint32_t cmp32(VecCall *c, unsigned i)
{
    FloatRelation rel =
        f32_compare(c->a.d[i], c->b.d[i], predicate_is_quiet(c->imm), &c->fs);

    return predicate(rel, c->imm) ? UINT32_MAX : 0;
}

static uint64_t cmp64(VecCall *c, unsigned i)
{
    FloatRelation rel =
        f64_compare(c->a.q[i], c->b.q[i], predicate_is_quiet(c->imm), &c->fs);

    return predicate(rel, c->imm) ? UINT64_MAX : 0;
}

static void cmpps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = cmp32(c, i);
    }
}

static void cmppd(VecCall *c)
{
    for (unsigned i = 0; i < 2; i++) {
        c->r.q[i] = cmp64(c, i);
    }
}

static void cmpss(VecCall *c)
{
    c->r.d[0] = cmp32(c, 0);
}

static void cmpsd(VecCall *c)
{
    c->r.q[0] = cmp64(c, 0);
}

/* COMIS, UCOMIS: ZF PF CF in r.q[0] at their EFLAGS places. */
static void comis(VecCall *c, FloatRelation rel)
{
    static const uint8_t flags[] = {
        [FLOAT_LESS + 1] = CC_C,
        [FLOAT_EQUAL + 1] = CC_Z,
        [FLOAT_GREATER + 1] = 0,
        [FLOAT_UNORDERED + 1] = CC_C | CC_Z | CC_P,
    };

    c->r.q[0] = flags[rel + 1];
}

static void comiss(VecCall *c)
{
    comis(c, f32_compare(c->a.d[0], c->b.d[0], false, &c->fs));
}

static void ucomiss(VecCall *c)
{
    comis(c, f32_compare(c->a.d[0], c->b.d[0], true, &c->fs));
}

static void comisd(VecCall *c)
{
    comis(c, f64_compare(c->a.q[0], c->b.q[0], false, &c->fs));
}

static void ucomisd(VecCall *c)
{
    comis(c, f64_compare(c->a.q[0], c->b.q[0], true, &c->fs));
}

/* --- conversions --- */

static void cvtps2pd(VecCall *c)
{
    for (unsigned i = 0; i < c->n / 8; i++) {
        c->r.q[i] = f32_to_f64(c->b.d[i], &c->fs);
    }
}

/* The upper half of a result that needs only the lower one. */
static void clear_upper(VecCall *c)
{
    memset(c->r.b + c->n / 2, 0, c->n / 2);
}

static void cvtpd2ps(VecCall *c)
{
    for (unsigned i = 0; i < c->n / 8; i++) {
        c->r.d[i] = f64_to_f32(c->b.q[i], &c->fs);
    }
    clear_upper(c);
}

static void cvtss2sd(VecCall *c)
{
    c->r.q[0] = f32_to_f64(c->b.d[0], &c->fs);
}

static void cvtsd2ss(VecCall *c)
{
    c->r.d[0] = f64_to_f32(c->b.q[0], &c->fs);
}

static void cvtdq2ps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = f32_from_i32((int32_t)c->b.d[i], &c->fs);
    }
}

static void cvtdq2pd(VecCall *c)
{
    for (unsigned i = 0; i < c->n / 8; i++) {
        c->r.q[i] = f64_from_i32((int32_t)c->b.d[i], &c->fs);
    }
}

/* Two packed integers of MM or memory. */
static void cvtpi2pd(VecCall *c)
{
    c->r.q[0] = f64_from_i32((int32_t)c->b.d[0], &c->fs);
    c->r.q[1] = f64_from_i32((int32_t)c->b.d[1], &c->fs);
}

static void ps_to_dq(VecCall *c, unsigned lanes, FloatRounding mode)
{
    for (unsigned i = 0; i < lanes; i++) {
        c->r.d[i] = (uint32_t)f32_to_i32(c->b.d[i], mode, &c->fs);
    }
}

static void pd_to_dq(VecCall *c, unsigned lanes, FloatRounding mode)
{
    for (unsigned i = 0; i < lanes; i++) {
        c->r.d[i] = (uint32_t)f64_to_i32(c->b.q[i], mode, &c->fs);
    }
}

static void cvtps2dq(VecCall *c)
{
    ps_to_dq(c, 4, c->fs.rounding);
}

static void cvttps2dq(VecCall *c)
{
    ps_to_dq(c, 4, FLOAT_ROUND_ZERO);
}

static void cvtps2pi(VecCall *c)
{
    ps_to_dq(c, 2, c->fs.rounding);
}

static void cvttps2pi(VecCall *c)
{
    ps_to_dq(c, 2, FLOAT_ROUND_ZERO);
}

static void cvtpd2dq(VecCall *c)
{
    pd_to_dq(c, c->n / 8, c->fs.rounding);
    clear_upper(c);
}

static void cvtpd2pi(VecCall *c)
{
    pd_to_dq(c, 2, c->fs.rounding);
}

static void cvttpd2dq(VecCall *c)
{
    pd_to_dq(c, c->n / 8, FLOAT_ROUND_ZERO);
    clear_upper(c);
}

static void cvttpd2pi(VecCall *c)
{
    pd_to_dq(c, 2, FLOAT_ROUND_ZERO);
}

static void cvtpi2ps(VecCall *c)
{
    c->r.d[0] = f32_from_i32((int32_t)c->b.d[0], &c->fs);
    c->r.d[1] = f32_from_i32((int32_t)c->b.d[1], &c->fs);
}

/* To and from a GPR: imm is the size of the integer in bytes; it is in q[0]. */
static void cvtsi2ss(VecCall *c)
{
    c->r.d[0] = c->imm == 8 ? f32_from_i64((int64_t)c->b.q[0], &c->fs)
                            : f32_from_i32((int32_t)c->b.d[0], &c->fs);
}

static void cvtsi2sd(VecCall *c)
{
    c->r.q[0] = c->imm == 8 ? f64_from_i64((int64_t)c->b.q[0], &c->fs)
                            : f64_from_i32((int32_t)c->b.d[0], &c->fs);
}

static void ss_to_si(VecCall *c, FloatRounding mode)
{
    c->r.q[0] = c->imm == 8 ? (uint64_t)f32_to_i64(c->b.d[0], mode, &c->fs)
                            : (uint32_t)f32_to_i32(c->b.d[0], mode, &c->fs);
}

static void sd_to_si(VecCall *c, FloatRounding mode)
{
    c->r.q[0] = c->imm == 8 ? (uint64_t)f64_to_i64(c->b.q[0], mode, &c->fs)
                            : (uint32_t)f64_to_i32(c->b.q[0], mode, &c->fs);
}

static void cvtss2si(VecCall *c)
{
    ss_to_si(c, c->fs.rounding);
}

static void cvttss2si(VecCall *c)
{
    ss_to_si(c, FLOAT_ROUND_ZERO);
}

static void cvtsd2si(VecCall *c)
{
    sd_to_si(c, c->fs.rounding);
}

static void cvttsd2si(VecCall *c)
{
    sd_to_si(c, FLOAT_ROUND_ZERO);
}

/* --- SSE3 and SSE4.1 --- */

#define HORIZONTAL(name)                                                          \
    static void h##name##ps(VecCall *c)                                           \
    {                                                                             \
        for (unsigned i = 0; i < 2; i++) {                                        \
            c->r.d[i] = f32_##name(c->a.d[2 * i], c->a.d[2 * i + 1], &c->fs);     \
        }                                                                         \
        for (unsigned i = 0; i < 2; i++) {                                        \
            c->r.d[2 + i] = f32_##name(c->b.d[2 * i], c->b.d[2 * i + 1], &c->fs); \
        }                                                                         \
    }                                                                             \
    static void h##name##pd(VecCall *c)                                           \
    {                                                                             \
        c->r.q[0] = f64_##name(c->a.q[0], c->a.q[1], &c->fs);                     \
        c->r.q[1] = f64_##name(c->b.q[0], c->b.q[1], &c->fs);                     \
    }
HORIZONTAL(add)
HORIZONTAL(sub)

static void addsubps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = i & 1 ? f32_add(c->a.d[i], c->b.d[i], &c->fs)
                          : f32_sub(c->a.d[i], c->b.d[i], &c->fs);
    }
}

static void addsubpd(VecCall *c)
{
    c->r.q[0] = f64_sub(c->a.q[0], c->b.q[0], &c->fs);
    c->r.q[1] = f64_add(c->a.q[1], c->b.q[1], &c->fs);
}

/* ROUNDx: bit 2 takes the mode of MXCSR, bit 3 keeps inexact quiet. */
static FloatRounding round_mode(const VecCall *c)
{
    return c->imm & 4 ? c->fs.rounding : c->imm & 3;
}

static void round_done(VecCall *c)
{
    if (c->imm & 8) {
        c->fs.flags &= ~FLOAT_INEXACT;
    }
}

static void roundps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = f32_round_to_int(c->b.d[i], round_mode(c), &c->fs);
    }
    round_done(c);
}

static void roundpd(VecCall *c)
{
    for (unsigned i = 0; i < 2; i++) {
        c->r.q[i] = f64_round_to_int(c->b.q[i], round_mode(c), &c->fs);
    }
    round_done(c);
}

static void roundss(VecCall *c)
{
    c->r.d[0] = f32_round_to_int(c->b.d[0], round_mode(c), &c->fs);
    round_done(c);
}

static void roundsd(VecCall *c)
{
    c->r.q[0] = f64_round_to_int(c->b.q[0], round_mode(c), &c->fs);
    round_done(c);
}

/* The products that imm names; other lanes are 0. */
static void multiply_ps(VecCall *c, f32 *p)
{
    for (unsigned i = 0; i < c->n / 4; i++) {
        bool wanted = c->imm >> (4 + i % 4) & 1;
        p[i] = wanted ? f32_mul(c->a.d[i], c->b.d[i], &c->fs) : 0;
    }
}

/* p[i] = p[2 * i] + p[2 * i + 1] */
static void add_pairs_ps(VecCall *c, f32 *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        p[i] = f32_add(p[2 * i], p[2 * i + 1], &c->fs);
    }
}

static void dpps(VecCall *c)
{
    f32 p[8];

    multiply_ps(c, p);
    if (!vec_end_step(c)) {
        return;
    }
    add_pairs_ps(c, p, c->n / 8);
    if (!vec_end_step(c)) {
        return;
    }
    add_pairs_ps(c, p, c->n / 16);
    for (unsigned i = 0; i < c->n / 4; i++) {
        c->r.d[i] = c->imm >> i % 4 & 1 ? p[i / 4] : 0;
    }
}

static void dppd(VecCall *c)
{
    f64 p[2];

    for (unsigned i = 0; i < 2; i++) {
        p[i] = c->imm >> (4 + i) & 1 ? f64_mul(c->a.q[i], c->b.q[i], &c->fs) : 0;
    }
    if (!vec_end_step(c)) {
        return;
    }
    f64 sum = f64_add(p[0], p[1], &c->fs);

    for (unsigned i = 0; i < 2; i++) {
        c->r.q[i] = c->imm >> i & 1 ? sum : 0;
    }
}

/* --- FMA: operands 1, 2 and 3 are a, b and third --- */

/* x * y + z of the forms 132, 213 and 231. */
#define FMA_OPERANDS_132(F, i) c->a.F[i], c->third.F[i], c->b.F[i]
#define FMA_OPERANDS_213(F, i) c->b.F[i], c->a.F[i], c->third.F[i]
#define FMA_OPERANDS_231(F, i) c->b.F[i], c->third.F[i], c->a.F[i]

/* even, odd: what is negated in lanes of even and odd number */
#define FMA_PACKED(name, form, even, odd)                                          \
    static void name##form##ps(VecCall *c)                                         \
    {                                                                              \
        for (unsigned i = 0; i < 4; i++) {                                         \
            c->r.d[i] =                                                            \
                f32_muladd(FMA_OPERANDS_##form(d, i), i & 1 ? odd : even, &c->fs); \
        }                                                                          \
    }                                                                              \
    static void name##form##pd(VecCall *c)                                         \
    {                                                                              \
        for (unsigned i = 0; i < 2; i++) {                                         \
            c->r.q[i] =                                                            \
                f64_muladd(FMA_OPERANDS_##form(q, i), i & 1 ? odd : even, &c->fs); \
        }                                                                          \
    }
#define FMA_SCALAR(name, form, neg)                                     \
    static void name##form##ss(VecCall *c)                              \
    {                                                                   \
        c->r.d[0] = f32_muladd(FMA_OPERANDS_##form(d, 0), neg, &c->fs); \
    }                                                                   \
    static void name##form##sd(VecCall *c)                              \
    {                                                                   \
        c->r.q[0] = f64_muladd(FMA_OPERANDS_##form(q, 0), neg, &c->fs); \
    }
#define FMA_ALTERNATE(name, even, odd) \
    FMA_PACKED(name, 132, even, odd)   \
    FMA_PACKED(name, 213, even, odd)   \
    FMA_PACKED(name, 231, even, odd)
#define FMA(name, neg)            \
    FMA_ALTERNATE(name, neg, neg) \
    FMA_SCALAR(name, 132, neg)    \
    FMA_SCALAR(name, 213, neg)    \
    FMA_SCALAR(name, 231, neg)
FMA(fmadd, 0)
FMA(fmsub, FLOAT_NEG_ADDEND)
FMA(fnmadd, FLOAT_NEG_PRODUCT)
FMA(fnmsub, FLOAT_NEG_PRODUCT | FLOAT_NEG_ADDEND)
FMA_ALTERNATE(fmaddsub, FLOAT_NEG_ADDEND, 0)
FMA_ALTERNATE(fmsubadd, 0, FLOAT_NEG_ADDEND)

/* --- F16C --- */

static void vcvtph2ps(VecCall *c)
{
    for (unsigned i = 0; i < c->n / 4; i++) {
        c->r.d[i] = f16_to_f32(c->b.w[i], &c->fs);
    }
}

static void vcvtps2ph(VecCall *c)
{
    FloatRounding mode = c->imm & 4 ? c->fs.rounding : c->imm & 3;

    for (unsigned i = 0; i < c->n / 4; i++) {
        c->r.w[i] = f32_to_f16(c->b.d[i], mode, &c->fs);
    }
    clear_upper(c);
}

#define FN(VOP, fn) [VOP_##VOP] = fn
#define FN4(OP, op) \
    FN(OP##PS, op##ps), FN(OP##PD, op##pd), FN(OP##SS, op##ss), FN(OP##SD, op##sd)
#define FNP3(OP, op)                                                              \
    FN(OP##132PS, op##132ps), FN(OP##132PD, op##132pd), FN(OP##213PS, op##213ps), \
        FN(OP##213PD, op##213pd), FN(OP##231PS, op##231ps), FN(OP##231PD, op##231pd)
#define FN12(OP, op) FN4(OP##132, op##132), FN4(OP##213, op##213), FN4(OP##231, op##231)
VecFn *const vec_fp_fns[NR_VOPS] = {
    FN4(ADD, add),
    FN4(SUB, sub),
    FN4(MUL, mul),
    FN4(DIV, div),
    FN4(MIN, min),
    FN4(MAX, max),
    FN4(SQRT, sqrt),
    FN4(CMP, cmp),
    FN4(ROUND, round),
    FN(RCPPS, rcpps),
    FN(RCPSS, rcpss),
    FN(RSQRTPS, rsqrtps),
    FN(RSQRTSS, rsqrtss),
    FN(COMISS, comiss),
    FN(COMISD, comisd),
    FN(UCOMISS, ucomiss),
    FN(UCOMISD, ucomisd),
    FN(CVTPS2PD, cvtps2pd),
    FN(CVTPD2PS, cvtpd2ps),
    FN(CVTSS2SD, cvtss2sd),
    FN(CVTSD2SS, cvtsd2ss),
    FN(CVTDQ2PS, cvtdq2ps),
    FN(CVTDQ2PD, cvtdq2pd),
    FN(CVTPS2DQ, cvtps2dq),
    FN(CVTTPS2DQ, cvttps2dq),
    FN(CVTPD2DQ, cvtpd2dq),
    FN(CVTTPD2DQ, cvttpd2dq),
    FN(CVTPS2PI, cvtps2pi),
    FN(CVTTPS2PI, cvttps2pi),
    FN(CVTPD2PI, cvtpd2pi),
    FN(CVTTPD2PI, cvttpd2pi),
    FN(CVTPI2PS, cvtpi2ps),
    FN(CVTPI2PD, cvtpi2pd),
    FN(CVTSI2SS, cvtsi2ss),
    FN(CVTSI2SD, cvtsi2sd),
    FN(CVTSS2SI, cvtss2si),
    FN(CVTTSS2SI, cvttss2si),
    FN(CVTSD2SI, cvtsd2si),
    FN(CVTTSD2SI, cvttsd2si),
    FN(HADDPS, haddps),
    FN(HADDPD, haddpd),
    FN(HSUBPS, hsubps),
    FN(HSUBPD, hsubpd),
    FN(ADDSUBPS, addsubps),
    FN(ADDSUBPD, addsubpd),
    FN(DPPS, dpps),
    FN(DPPD, dppd),
    FN(VCVTPH2PS, vcvtph2ps),
    FN(VCVTPS2PH, vcvtps2ph),
    FNP3(FMADDSUB, fmaddsub),
    FNP3(FMSUBADD, fmsubadd),
    FN12(FMADD, fmadd),
    FN12(FMSUB, fmsub),
    FN12(FNMADD, fnmadd),
    FN12(FNMSUB, fnmsub),
};
