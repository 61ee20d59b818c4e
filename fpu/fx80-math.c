/* Transcendental functions of x87: powers, logarithms, trigonometry on floatx80. */
/* SPDX-License-Identifier: MIT */
/*
 * All is computed with 128-bit significands (wide_*) and rounded once, so that a result
 * is the correctly rounded one but for about one case in 2^40. Arguments are reduced to
 * where a power series of some 20 terms gives more than 110 bits; the series are
 * evaluated in fixed point, as fractions v / 2^128, around a leading 1.
 *
 * A result that is not exact is marked so by one_minus() and inexact(): a value closer to
 * a floatx80 than the working precision can tell must still round as what it is.
 */
#include "fpu/series-internal.h"

/* The upper half of a * b; *rest says whether the lower half is not zero. */
static inline u128 mul_high_rest(u128 a, u128 b, bool *rest)
{
    u128 low = (u128)(uint64_t)a * (uint64_t)b;
    u128 mid1 = (u128)hi64(a) * (uint64_t)b;
    u128 mid2 = (u128)hi64(b) * (uint64_t)a;
    u128 mid = (u128)hi64(low) + (uint64_t)mid1 + (uint64_t)mid2;
    *rest = ((uint64_t)low | (uint64_t)mid) != 0;
    return (u128)hi64(a) * hi64(b) + hi64(mid1) + hi64(mid2) + hi64(mid);
}

static inline u128 mul_high(u128 a, u128 b)
{
    bool rest;
    return mul_high_rest(a, b, &rest);
}

/* Arithmetic on CLS_NORMAL numbers, correct to about 2^-124. */
static FloatParts wide_mul(const FloatParts *a, const FloatParts *b)
{
    bool rest;
    u128 frac = mul_high_rest(a->frac, b->frac, &rest);
    FloatParts r = parts_make(a->sign ^ b->sign, a->exp + b->exp + 1, frac);
    r.frac |= rest;
    return r;
}

static FloatParts wide_add(FloatParts a, FloatParts b)
{
    return parts_add_numbers(a, b, FLOAT_ROUND_NEAREST);
}

static FloatParts wide_sub(FloatParts a, FloatParts b)
{
    b.sign = !b.sign;
    return parts_add_numbers(a, b, FLOAT_ROUND_NEAREST);
}

/* The quotient of the upper 64 bits of a and b. */
static FloatParts short_div(FloatParts a, FloatParts b)
{
    FloatStatus s = {0};
    a.frac = a.frac >> 64 << 64;
    b.frac = b.frac >> 64 << 64;
    a.denormal = b.denormal = false;
    return parts_div(a, b, &s);
}

/* A short quotient, and what it leaves divided again. */
static FloatParts wide_div(FloatParts a, FloatParts b)
{
    FloatParts q = short_div(a, b);
    FloatParts product = wide_mul(&q, &b);
    FloatParts rest = wide_sub(a, product);
    if (rest.cls == CLS_ZERO) {
        return q;
    }
    return wide_add(q, short_div(rest, b));
}

/*
 * Fixed point: fractions v / 2^128.
 */

/* |p| < 1 as a fraction. */
static u128 to_fraction(const FloatParts *p)
{
    int shift = -1 - p->exp;
    return shift < 128 ? p->frac >> shift : 0;
}

/* c[0] + c[1] z + c[2] z^2 ... */
static u128 series(const u128 *c, int n, u128 z)
{
    u128 sum = c[n - 1];
    for (int i = n - 2; i >= 0; i--) {
        sum = c[i] + mul_high(sum, z);
    }
    return sum;
}

/* c[0] - c[1] z + c[2] z^2 ... */
static u128 alternating_series(const u128 *c, int n, u128 z)
{
    u128 sum = c[n - 1];
    for (int i = n - 2; i >= 0; i--) {
        sum = c[i] - mul_high(sum, z);
    }
    return sum;
}

/* 1 + v */
static FloatParts one_plus(u128 v)
{
    return (FloatParts){.cls = CLS_NORMAL, .frac = FRAC_TOP | v >> 1};
}

/* 1 - v, less than 1 even when v is too small for a fraction. */
static FloatParts one_minus(u128 v)
{
    return parts_make(false, -1, -(v ? v : 1));
}

/*
 * Common ends.
 */

/* The square of p, which is a fraction. */
static u128 square_fraction(const FloatParts *p)
{
    FloatParts z = wide_mul(p, p);
    return to_fraction(&z);
}

/* An irrational number never equals its 128 bits. */
static FloatParts inexact(FloatParts p)
{
    p.frac |= 1;
    return p;
}

/* Rounds to the result. A tiny one underflows even if it is exact, as on hardware. */
static floatx80 finish(FloatParts p, FloatStatus *s)
{
    floatx80 r = parts_pack_fx80(&p, 64, s);
    if (p.cls == CLS_NORMAL && !(r.hi & 0x7fff)) {
        float_raise(s, FLOAT_UNDERFLOW);
    }
    return r;
}

/*
 * F2XM1.
 */

/* 2^p - 1 for 0 < |p| < 1: with y = p ln 2, y (1 + y / 2! + y^2 / 3! ...) */
static FloatParts exp2_minus_1(const FloatParts *p)
{
    FloatParts y = wide_mul(p, &ln_2);
    u128 z = to_fraction(&y);
    FloatParts sum =
        y.sign ? one_minus(mul_high(
                     z, alternating_series(exp_series, ARRAY_SIZE(exp_series), z)))
               : one_plus(mul_high(z, series(exp_series, ARRAY_SIZE(exp_series), z)));
    return inexact(wide_mul(&y, &sum));
}

/* Beyond [-1, 1], where the SDM leaves the result undefined, it is the operand. */
floatx80 fx80_f2xm1(floatx80 a, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    if (parts_is_nan(&p)) {
        p = parts_quiet_nan(&p, s);
    } else if (p.cls == CLS_INF && p.sign) {
        p = parts_from_u64(true, 1);
    } else if (p.cls == CLS_NORMAL) {
        parts_raise_denormal(&p, s);
        float_raise(s, FLOAT_INEXACT);
        if (p.exp < 0) {
            p = exp2_minus_1(&p);
        } else if (p.sign && p.exp == 0 && p.frac == FRAC_TOP) {
            p.exp = -1;
        }
    }
    return finish(p, s);
}

/*
 * FYL2X, FYL2XP1.
 */

/* log2((1 + t) / (1 - t)) for small t, not 0: 2 / ln 2 * t (1 + t^2 / 3 + t^4 / 5 ...) */
static FloatParts log2_ratio(const FloatParts *t)
{
    u128 z = square_fraction(t);
    FloatParts sum = one_plus(mul_high(z, series(odd_series, ARRAY_SIZE(odd_series), z)));
    FloatParts r = wide_mul(t, &sum);
    r = wide_mul(&r, &two_over_ln_2);
    return inexact(r);
}

/* log2(p) for p > 0. p = 2^e m with m in [sqrt(1/2), sqrt(2)], t = (m - 1) / (m + 1). */
static FloatParts log2_parts(const FloatParts *p)
{
    static const uint64_t sqrt_2 = 0xb504f333f9de6484;
    static const FloatParts one = {.cls = CLS_NORMAL, .frac = FRAC_TOP};
    FloatParts m = *p;
    m.denormal = false;
    m.exp = hi64(p->frac) > sqrt_2 ? -1 : 0;
    int e = p->exp - m.exp;
    FloatParts whole = parts_from_u64(e < 0, e < 0 ? -e : e);

    FloatParts numerator = wide_sub(m, one);
    if (numerator.cls == CLS_ZERO) {
        return whole;
    }
    FloatParts t = wide_div(numerator, wide_add(m, one));
    FloatParts log = log2_ratio(&t);
    return e ? wide_add(whole, log) : log;
}

/* log2(1 + p) for p > -1, not 0. */
static FloatParts log2_plus_1(const FloatParts *p)
{
    static const FloatParts one = {.cls = CLS_NORMAL, .frac = FRAC_TOP};
    FloatParts x = *p;
    x.denormal = false;
    FloatParts sum = wide_add(x, one);
    if (x.exp >= -2) {
        return log2_parts(&sum);
    }
    FloatParts two = one;
    two.exp = 1;
    FloatParts t = wide_div(x, wide_add(x, two));
    return log2_ratio(&t);
}

/* y times a logarithm, which may be zero or infinite; the operands are denormal or not.
 */
static FloatParts times_log(const FloatParts *log, const FloatParts *y, FloatStatus *s)
{
    bool sign = log->sign ^ y->sign;
    if ((log->cls == CLS_ZERO && y->cls == CLS_INF) ||
        (log->cls == CLS_INF && y->cls == CLS_ZERO)) {
        return parts_invalid(s);
    }
    if (log->cls == CLS_INF || y->cls == CLS_INF) {
        return parts_inf(sign);
    }
    if (log->cls == CLS_ZERO || y->cls == CLS_ZERO) {
        return parts_zero(sign);
    }
    float_raise(s, FLOAT_INEXACT);
    return wide_mul(log, y);
}

floatx80 fx80_fyl2x(floatx80 x, floatx80 y, FloatStatus *s)
{
    FloatParts px = parts_unpack_fx80(x);
    FloatParts py = parts_unpack_fx80(y);

    if (parts_is_nan(&px) || parts_is_nan(&py)) {
        return finish(parts_pick_nan(&px, &py, s), s);
    }
    if (px.sign && px.cls != CLS_ZERO) {
        return finish(parts_invalid(s), s);
    }
    FloatParts log = parts_inf(px.cls == CLS_ZERO);
    if (px.cls == CLS_NORMAL) {
        parts_raise_denormal(&px, s);
        log = log2_parts(&px);
    } else if (px.cls == CLS_ZERO && py.cls == CLS_NORMAL) {
        float_raise(s, FLOAT_DIVZERO);
    }
    if (px.cls != CLS_ZERO) {
        parts_raise_denormal(&py, s);
    }
    return finish(times_log(&log, &py, s), s);
}

/* For x <= -1, where the SDM leaves the result undefined, it is x. */
floatx80 fx80_fyl2xp1(floatx80 x, floatx80 y, FloatStatus *s)
{
    FloatParts px = parts_unpack_fx80(x);
    FloatParts py = parts_unpack_fx80(y);

    if (parts_is_nan(&px) || parts_is_nan(&py)) {
        return finish(parts_pick_nan(&px, &py, s), s);
    }
    if (px.cls == CLS_INF && px.sign) {
        return finish(parts_invalid(s), s);
    }
    parts_raise_denormal(&px, s);
    parts_raise_denormal(&py, s);
    FloatParts log = px;
    if (px.cls == CLS_NORMAL) {
        if (px.sign && px.exp >= 0) {
            float_raise(s, FLOAT_INEXACT);
            return x;
        }
        log = log2_plus_1(&px);
    }
    return finish(times_log(&log, &py, s), s);
}

/*
 * FPATAN.
 */

/* atan(t) for 0 < t <= 1: the nearest eighth c, and atan((t - c) / (1 + t c)) by its
 * series. */
static FloatParts atan_parts(FloatParts t)
{
    static const FloatParts one = {.cls = CLS_NORMAL, .frac = FRAC_TOP};
    FloatParts eightfold = t;
    eightfold.exp += 3;
    bool rest, up;
    int i =
        t.exp < -4 ? 0 : parts_round_to_u64(&eightfold, FLOAT_ROUND_NEAREST, &rest, &up);

    FloatParts u = t;
    if (i) {
        FloatParts c = parts_from_u64(false, i);
        c.exp -= 3;
        FloatParts product = wide_mul(&t, &c);
        u = wide_sub(t, c);
        if (u.cls == CLS_ZERO) {
            return inexact(atan_eighths[i - 1]);
        }
        u = wide_div(u, wide_add(one, product));
    }
    u128 z = square_fraction(&u);
    FloatParts sum =
        one_minus(mul_high(z, alternating_series(odd_series, ARRAY_SIZE(odd_series), z)));
    FloatParts r = wide_mul(&u, &sum);
    return i ? inexact(wide_add(atan_eighths[i - 1], r)) : r;
}

/* The angle of a point with an infinite coordinate or on an axis: a multiple of pi / 4.
 */
static FloatParts atan_special(const FloatParts *x, const FloatParts *y)
{
    if (x->cls == y->cls && x->cls == CLS_INF) {
        return x->sign ? three_quarters_pi : quarter_pi;
    }
    if (y->cls == CLS_ZERO || x->cls == CLS_INF) {
        return x->sign ? pi : parts_zero(false);
    }
    return half_pi;
}

/* The angle of a point whose coordinates are numbers, 0 < angle < pi. */
static FloatParts atan_quadrants(FloatParts x, FloatParts y)
{
    bool left = x.sign;
    x.sign = y.sign = false;
    x.denormal = y.denormal = false;
    bool steep = y.exp > x.exp || (y.exp == x.exp && y.frac > x.frac);
    FloatParts angle = atan_parts(steep ? wide_div(x, y) : wide_div(y, x));
    if (steep) {
        angle = inexact(wide_sub(half_pi, angle));
    }
    return left ? inexact(wide_sub(pi, angle)) : angle;
}

floatx80 fx80_fpatan(floatx80 x, floatx80 y, FloatStatus *s)
{
    FloatParts px = parts_unpack_fx80(x);
    FloatParts py = parts_unpack_fx80(y);

    if (parts_is_nan(&px) || parts_is_nan(&py)) {
        return finish(parts_pick_nan(&px, &py, s), s);
    }
    parts_raise_denormal(&px, s);
    parts_raise_denormal(&py, s);
    FloatParts angle = px.cls == CLS_NORMAL && py.cls == CLS_NORMAL
                           ? atan_quadrants(px, py)
                           : atan_special(&px, &py);
    angle.sign = py.sign;
    return finish(angle, s);
}

/*
 * FSIN, FCOS, FSINCOS, FPTAN.
 */

/*
 * Reduces |p| < 2^63 to [-pi/4, pi/4] by multiples of pi/2, of which it returns the
 * number modulo 4. pi is that of x87: 66 bits (SDM vol. 1, 8.3.8), so that the rest is
 * exact.
 */
static unsigned reduce_angle(FloatParts *p)
{
    const u128 quarter = U128(0xc, 0x90fdaa22168c234c); /* pi / 2 in units of 2^-67 */
    unsigned quotient = 0;
    if (p->exp < -1) {
        return 0;
    }
    u128 rest = hi64(p->frac);
    for (int shift = p->exp - 63 + 67; shift > 0; shift--) {
        rest <<= 1;
        quotient <<= 1;
        if (rest >= quarter) {
            rest -= quarter;
            quotient |= 1;
        }
    }
    bool sign = p->sign;
    if (rest > quarter >> 1) {
        rest = quarter - rest;
        sign = !sign;
        quotient++;
    }
    *p = parts_make(sign, 127 - 67, rest);
    return quotient & 3;
}

/* sin(p) and cos(p) for |p| <= pi/4, p not 0. */
static FloatParts sine_series(const FloatParts *p, u128 square)
{
    u128 sum = alternating_series(sin_series, ARRAY_SIZE(sin_series), square);
    FloatParts factor = one_minus(mul_high(square, sum));
    return wide_mul(p, &factor);
}

static FloatParts cosine_series(u128 square)
{
    u128 sum = alternating_series(cos_series, ARRAY_SIZE(cos_series), square);
    return one_minus(mul_high(square, sum));
}

/* sin(p) and cos(p) of a number below 2^63. */
static void sine_cosine(FloatParts p, FloatParts *sine, FloatParts *cosine)
{
    p.denormal = false;
    bool negative = p.sign;
    p.sign = false;
    unsigned quadrant = reduce_angle(&p);
    u128 square = square_fraction(&p);
    FloatParts s = sine_series(&p, square);
    FloatParts c = cosine_series(square);
    *sine = quadrant & 1 ? c : s;
    *cosine = quadrant & 1 ? s : c;
    sine->sign ^= (quadrant >> 1 & 1) ^ negative;
    cosine->sign ^= (quadrant + 1) >> 1 & 1;
}

/* Sine and cosine of any operand as parts; false if it is out of range. */
static bool trigonometric(floatx80 a, FloatParts *sine, FloatParts *cosine,
                          FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    if (parts_is_nan(&p)) {
        *sine = *cosine = parts_quiet_nan(&p, s);
        return true;
    }
    if (p.cls == CLS_INF) {
        *sine = *cosine = parts_invalid(s);
        return true;
    }
    if (p.cls == CLS_ZERO) {
        *sine = p;
        *cosine = parts_from_u64(false, 1);
        return true;
    }
    if (p.exp >= 63) {
        return false;
    }
    parts_raise_denormal(&p, s);
    sine_cosine(p, sine, cosine);
    return true;
}

bool fx80_fsin(floatx80 a, floatx80 *sine, FloatStatus *s)
{
    FloatParts ps, pc;
    if (!trigonometric(a, &ps, &pc, s)) {
        return false;
    }
    *sine = finish(ps, s);
    return true;
}

bool fx80_fcos(floatx80 a, floatx80 *cosine, FloatStatus *s)
{
    FloatParts ps, pc;
    if (!trigonometric(a, &ps, &pc, s)) {
        return false;
    }
    *cosine = finish(pc, s);
    return true;
}

bool fx80_fsincos(floatx80 a, floatx80 *sine, floatx80 *cosine, FloatStatus *s)
{
    FloatParts ps, pc;
    if (!trigonometric(a, &ps, &pc, s)) {
        return false;
    }
    *sine = finish(ps, s);
    *cosine = finish(pc, s);
    return true;
}

bool fx80_fptan(floatx80 a, floatx80 *tangent, floatx80 *one, FloatStatus *s)
{
    FloatParts ps, pc;
    if (!trigonometric(a, &ps, &pc, s)) {
        return false;
    }
    if (ps.cls == CLS_NORMAL) {
        ps = inexact(wide_div(ps, pc));
    }
    *tangent = finish(ps, s);
    *one = ps.cls == CLS_QNAN ? *tangent : fx80_from_i64(1);
    return true;
}
