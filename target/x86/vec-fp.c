/* Vector operations on floating point: SSE, SSE2, SSE3, SSE4.1. */
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

/* --- comparing: predicate imm & 7 (SDM vol. 2, table 3-1) --- */

static bool predicate(FloatRelation rel, unsigned imm)
{
    bool yes;

    switch (imm & 3) {
    case 0:
        yes = rel == FLOAT_EQUAL;
        break;
    case 1:
        yes = rel == FLOAT_LESS;
        break;
    case 2:
        yes = rel == FLOAT_LESS || rel == FLOAT_EQUAL;
        break;
    default:
        yes = rel == FLOAT_UNORDERED;
        break;
    }
    return yes != (imm >> 2 & 1);
}

/* LT, LE and their negations signal for any NaN. */
static bool predicate_is_quiet(unsigned imm)
{
    return (imm & 3) == 0 || (imm & 3) == 3;
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
    c->r.q[0] = f32_to_f64(c->b.d[0], &c->fs);
    c->r.q[1] = f32_to_f64(c->b.d[1], &c->fs);
}

static void cvtpd2ps(VecCall *c)
{
    c->r.d[0] = f64_to_f32(c->b.q[0], &c->fs);
    c->r.d[1] = f64_to_f32(c->b.q[1], &c->fs);
    c->r.q[1] = 0;
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
    c->r.q[0] = f64_from_i32((int32_t)c->b.d[0], &c->fs);
    c->r.q[1] = f64_from_i32((int32_t)c->b.d[1], &c->fs);
}

static void ps_to_dq(VecCall *c, unsigned lanes, FloatRounding mode)
{
    for (unsigned i = 0; i < lanes; i++) {
        c->r.d[i] = (uint32_t)f32_to_i32(c->b.d[i], mode, &c->fs);
    }
}

static void pd_to_dq(VecCall *c, FloatRounding mode)
{
    c->r.d[0] = (uint32_t)f64_to_i32(c->b.q[0], mode, &c->fs);
    c->r.d[1] = (uint32_t)f64_to_i32(c->b.q[1], mode, &c->fs);
    c->r.q[1] = 0;
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
    pd_to_dq(c, c->fs.rounding);
}

static void cvttpd2dq(VecCall *c)
{
    pd_to_dq(c, FLOAT_ROUND_ZERO);
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

static void dpps(VecCall *c)
{
    f32 p[4];

    for (unsigned i = 0; i < 4; i++) {
        p[i] = c->imm >> (4 + i) & 1 ? f32_mul(c->a.d[i], c->b.d[i], &c->fs) : 0;
    }
    f32 low = f32_add(p[0], p[1], &c->fs), high = f32_add(p[2], p[3], &c->fs);
    f32 sum = f32_add(low, high, &c->fs);

    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = c->imm >> i & 1 ? sum : 0;
    }
}

static void dppd(VecCall *c)
{
    f64 p[2];

    for (unsigned i = 0; i < 2; i++) {
        p[i] = c->imm >> (4 + i) & 1 ? f64_mul(c->a.q[i], c->b.q[i], &c->fs) : 0;
    }
    f64 sum = f64_add(p[0], p[1], &c->fs);

    for (unsigned i = 0; i < 2; i++) {
        c->r.q[i] = c->imm >> i & 1 ? sum : 0;
    }
}

#define FN(VOP, fn) [VOP_##VOP] = fn
#define FN4(OP, op) \
    FN(OP##PS, op##ps), FN(OP##PD, op##pd), FN(OP##SS, op##ss), FN(OP##SD, op##sd)
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
    FN(CVTPD2PI, cvtpd2dq),
    FN(CVTTPD2PI, cvttpd2dq),
    FN(CVTPI2PS, cvtpi2ps),
    FN(CVTPI2PD, cvtdq2pd),
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
};
