/* The out-of-line part of the core: choice of NaNs, arithmetic on parts, rare roundings.
 */
/* SPDX-License-Identifier: MIT */
/*
 * See parts-internal.h for the representation. Each arithmetic function first disposes of
 * NaNs and invalid operations, then raises the denormal-operand exception, then computes.
 */
#include "fpu/arith-internal.h"
#include "fpu/isqrt.h"

/*
 * Rounding at the ends of the exponent range.
 */

/* The exponent that a wrapped result gets instead of an overflow or underflow; SDM 8.5.4.
 */
static Rounded round_wrapped(const FloatParts *p, const FloatFormat *f, int precision,
                             bool huge, FloatStatus *s)
{
    int wrap = 3 << (f->exp_bits - 2);
    Cut c = parts_cut(p, precision, s->rounding);
    int exp = p->exp + format_bias(f) + c.carry + (huge ? -wrap : wrap);

    float_raise(s, huge ? FLOAT_OVERFLOW : FLOAT_UNDERFLOW);
    if (exp >= format_max_exp(f) || exp <= 0) { /* FSCALE by a huge number */
        float_raise(s, s->x87 || c.inexact ? FLOAT_INEXACT : 0);
        s->rounded_up = huge;
        return (Rounded){huge ? (uint64_t)1 << 63 : 0, huge ? format_max_exp(f) : 0};
    }
    if (c.inexact) {
        float_raise(s, FLOAT_INEXACT);
    }
    s->rounded_up = c.up;
    return (Rounded){hi64(c.frac), exp};
}

/*
 * Rounds a number below the smallest normal one. x86 detects tininess after rounding (SDM
 * vol. 1, 4.9.1.5): as if the exponent had no lower bound.
 */
Rounded parts_round_tiny(const FloatParts *p, const FloatFormat *f, int precision,
                         FloatStatus *s)
{
    int exp = p->exp + format_bias(f);
    bool tiny = exp < 0 || !parts_cut(p, precision, s->rounding).carry;
    if (tiny && s->unmasked & FLOAT_UNDERFLOW) {
        return round_wrapped(p, f, precision, false, s);
    }
    if (tiny && s->ftz) {
        float_raise(s, FLOAT_UNDERFLOW | FLOAT_INEXACT);
        return (Rounded){0, 0};
    }

    FloatParts shifted = *p;
    shifted.frac = shift_right_jam(p->frac, 1 - exp);
    Cut c = parts_cut(&shifted, precision, s->rounding);
    if (c.inexact) {
        float_raise(s, FLOAT_INEXACT | (tiny ? FLOAT_UNDERFLOW : 0));
    }
    s->rounded_up = c.up;
    return (Rounded){hi64(c.frac), c.frac >= FRAC_TOP};
}

/* Rounds a number above the largest finite one (SDM vol. 1, table 4-11). */
Rounded parts_round_huge(const FloatParts *p, const FloatFormat *f, int precision,
                         FloatStatus *s)
{
    if (s->unmasked & FLOAT_OVERFLOW) {
        return round_wrapped(p, f, precision, true, s);
    }
    float_raise(s, FLOAT_OVERFLOW | FLOAT_INEXACT);
    if (s->rounding == FLOAT_ROUND_NEAREST ||
        s->rounding == (p->sign ? FLOAT_ROUND_DOWN : FLOAT_ROUND_UP)) {
        s->rounded_up = true;
        return (Rounded){(uint64_t)1 << 63, format_max_exp(f)};
    }
    s->rounded_up = false;
    return (Rounded){~(uint64_t)0 << (64 - precision), format_max_exp(f) - 1};
}

/*
 * NaNs. SDM vol. 1, table 4-7.
 */

static bool nan_is_invalid(const FloatParts *p)
{
    return p->cls == CLS_SNAN || p->cls == CLS_UNSUPPORTED;
}

/* The result of an operation whose only operand is the NaN a. */
FloatParts parts_quiet_nan(const FloatParts *a, FloatStatus *s)
{
    if (nan_is_invalid(a)) {
        float_raise(s, FLOAT_INVALID);
    }
    if (a->cls == CLS_UNSUPPORTED) {
        return parts_indefinite();
    }
    FloatParts r = *a;
    r.cls = CLS_QNAN;
    r.frac |= FRAC_QUIET;
    return r;
}

/* x87: quiet beats signalling, then the larger significand, then the plus sign. */
static bool x87_prefers_first(const FloatParts *a, const FloatParts *b)
{
    if (!parts_is_nan(b)) {
        return true;
    }
    if (!parts_is_nan(a)) {
        return false;
    }
    if (a->cls != b->cls) {
        return a->cls == CLS_QNAN;
    }
    if (a->frac != b->frac) {
        return a->frac > b->frac;
    }
    return !a->sign;
}

/* The result of an operation of which at least one operand is a NaN. */
FloatParts parts_pick_nan(const FloatParts *a, const FloatParts *b, FloatStatus *s)
{
    if (nan_is_invalid(a) || nan_is_invalid(b)) {
        float_raise(s, FLOAT_INVALID);
    }
    if (a->cls == CLS_UNSUPPORTED || b->cls == CLS_UNSUPPORTED) {
        return parts_indefinite();
    }
    bool first = s->x87 ? x87_prefers_first(a, b) : parts_is_nan(a);
    return parts_quiet_nan(first ? a : b, s);
}

FloatParts parts_sqrt(FloatParts a, FloatStatus *s)
{
    if (unlikely(parts_is_nan(&a))) {
        return parts_quiet_nan(&a, s);
    }
    if (unlikely(a.sign && a.cls != CLS_ZERO)) {
        return parts_invalid(s);
    }
    parts_raise_denormal(&a, s);
    if (a.cls != CLS_NORMAL) {
        return a;
    }
    u128 rest;
    int odd = a.exp & 1;
    uint64_t root = isqrt_u128(a.frac >> !odd, &rest);
    a.denormal = false;
    a.exp = (a.exp - odd) / 2;
    /* the root is never halfway between two 64-bit numbers */
    a.frac = (u128)root << 64 | (u128)(rest > root) << 63 | (rest != 0);
    return a;
}

/*
 * a * b + c. The product is exact; a significand of c beside it loses only sticky bits,
 * because a product of the formats that have this operation is at most 106 bits long.
 */
FloatParts parts_muladd(FloatParts a, FloatParts b, FloatParts c, int negate,
                        FloatStatus *s)
{
    if (unlikely(parts_is_nan(&a) || parts_is_nan(&b))) {
        if (c.cls == CLS_SNAN) {
            float_raise(s, FLOAT_INVALID);
        }
        return parts_pick_nan(&a, &b, s);
    }
    if (unlikely(parts_is_nan(&c))) {
        return parts_quiet_nan(&c, s);
    }
    if (unlikely(is_inf_times_zero(&a, &b))) {
        return parts_invalid(s);
    }
    FloatParts product = multiply(&a, &b);
    product.sign ^= (negate & FLOAT_NEG_PRODUCT) != 0;
    FloatParts addend = c;
    addend.sign ^= (negate & FLOAT_NEG_ADDEND) != 0;
    if (product.cls == CLS_INF && addend.cls == CLS_INF && product.sign != addend.sign) {
        return parts_invalid(s);
    }
    parts_raise_denormal(&a, s);
    parts_raise_denormal(&b, s);
    parts_raise_denormal(&c, s);
    return add_finite_or_inf(product, addend, s->rounding);
}

/*
 * Comparison.
 */

static FloatRelation compare_magnitudes(const FloatParts *a, const FloatParts *b)
{
    if (a->cls != b->cls) {
        return a->cls < b->cls ? FLOAT_LESS : FLOAT_GREATER;
    }
    if (a->cls != CLS_NORMAL) {
        return FLOAT_EQUAL;
    }
    if (a->exp != b->exp) {
        return a->exp < b->exp ? FLOAT_LESS : FLOAT_GREATER;
    }
    return (a->frac > b->frac) - (a->frac < b->frac);
}

FloatRelation parts_compare(const FloatParts *a, const FloatParts *b, bool quiet,
                            FloatStatus *s)
{
    if (unlikely(parts_is_nan(a) || parts_is_nan(b))) {
        if (!quiet || nan_is_invalid(a) || nan_is_invalid(b)) {
            float_raise(s, FLOAT_INVALID);
        }
        return FLOAT_UNORDERED;
    }
    parts_raise_denormal(a, s);
    parts_raise_denormal(b, s);
    if (a->cls == CLS_ZERO && b->cls == CLS_ZERO) {
        return FLOAT_EQUAL;
    }
    if (a->sign != b->sign) {
        return a->sign ? FLOAT_LESS : FLOAT_GREATER;
    }
    return a->sign ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
}

/*
 * Integers.
 */

uint64_t parts_round_to_u64(const FloatParts *p, FloatRounding mode, bool *inexact,
                            bool *up)
{
    *inexact = *up = false;
    if (p->cls != CLS_NORMAL) {
        return 0;
    }
    /* 64 integer bits above 64 fraction bits; the sum cannot carry, as p has 64 bits at
     * most */
    FloatParts fixed = {.sign = p->sign, .frac = shift_right_jam(p->frac, 63 - p->exp)};
    u128 sum = fixed.frac + round_increment(&fixed, 64, mode);
    *inexact = (uint64_t)fixed.frac != 0;
    *up = hi64(sum) > hi64(fixed.frac);
    return hi64(sum);
}

FloatParts parts_round_to_int(const FloatParts *p, FloatRounding mode, FloatStatus *s)
{
    bool inexact;
    s->rounded_up = false;
    if (p->cls != CLS_NORMAL || p->exp >= 63) {
        return *p;
    }
    uint64_t v = parts_round_to_u64(p, mode, &inexact, &s->rounded_up);
    if (inexact) {
        float_raise(s, FLOAT_INEXACT);
    }
    return parts_from_u64(p->sign, v);
}

/* The magnitude, if it is at most `limit` for its sign; else invalid and false. */
static bool magnitude_in_range(const FloatParts *p, uint64_t limit, FloatRounding mode,
                               FloatStatus *s, uint64_t *magnitude)
{
    bool inexact;
    s->rounded_up = false;
    if (p->cls > CLS_NORMAL || (p->cls == CLS_NORMAL && p->exp >= 64)) {
        float_raise(s, FLOAT_INVALID);
        return false;
    }
    bool up;
    *magnitude = parts_round_to_u64(p, mode, &inexact, &up);
    if (*magnitude > limit) {
        float_raise(s, FLOAT_INVALID);
        return false;
    }
    if (inexact) {
        float_raise(s, FLOAT_INEXACT);
    }
    s->rounded_up = up;
    return true;
}

/* To a two's complement integer of `bits` bits. */
int64_t parts_to_signed(const FloatParts *p, int bits, FloatRounding mode, FloatStatus *s)
{
    uint64_t min = (uint64_t)1 << (bits - 1), magnitude;
    if (!magnitude_in_range(p, min - !p->sign, mode, s, &magnitude)) {
        return -(int64_t)min;
    }
    return p->sign ? -magnitude : magnitude;
}

uint64_t parts_to_unsigned(const FloatParts *p, int bits, FloatRounding mode,
                           FloatStatus *s)
{
    uint64_t max = ~(uint64_t)0 >> (64 - bits), magnitude;
    if (!magnitude_in_range(p, p->sign ? 0 : max, mode, s, &magnitude)) {
        return max;
    }
    return magnitude;
}
