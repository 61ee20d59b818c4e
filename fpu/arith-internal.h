/* Sums, products and quotients of unpacked numbers, in line for each format. */
/* SPDX-License-Identifier: MIT */
/*
 * Each function first disposes of NaNs and invalid operations, then raises the
 * denormal-operand exception, then computes. What is always inlined here is what the
 * speed of the common operations hangs on: the parts then live in registers.
 */
#ifndef FPU_ARITH_INTERNAL_H
#define FPU_ARITH_INTERNAL_H

#include "fpu/parts-internal.h"

static inline void parts_raise_denormal(const FloatParts *p, FloatStatus *s)
{
    if (p->denormal) {
        float_raise(s, FLOAT_DENORMAL);
    }
}

static ALWAYS_INLINE FloatParts add_magnitudes(FloatParts a, const FloatParts *b)
{
    u128 addend = shift_right_jam(b->frac, a.exp - b->exp);
    a.frac += addend;
    if (a.frac < addend) {
        a.frac = shift_right_jam(a.frac, 1) | FRAC_TOP;
        a.exp++;
    }
    return a;
}

/* a - b for |a| >= |b|; a zero is left to the caller. */
static ALWAYS_INLINE FloatParts subtract_magnitudes(FloatParts a, const FloatParts *b)
{
    a.frac -= shift_right_jam(b->frac, a.exp - b->exp);
    return parts_make(a.sign, a.exp, a.frac);
}

/* a + b of two CLS_NORMAL numbers; the mode decides the sign of an exact zero. */
static ALWAYS_INLINE FloatParts parts_add_numbers(FloatParts a, FloatParts b,
                                                  int rounding)
{
    a.denormal = b.denormal = false;
    if (a.exp < b.exp || (a.exp == b.exp && a.frac < b.frac)) {
        FloatParts t = a;
        a = b;
        b = t;
    }
    if (a.sign == b.sign) {
        return add_magnitudes(a, &b);
    }
    a = subtract_magnitudes(a, &b);
    if (a.cls == CLS_ZERO) {
        a.sign = rounding == FLOAT_ROUND_DOWN;
    }
    return a;
}

/* a + b once NaNs, invalid and denormal operands have been dealt with. */
static ALWAYS_INLINE FloatParts add_finite_or_inf(FloatParts a, FloatParts b,
                                                  int rounding)
{
    if (likely(a.cls == CLS_NORMAL && b.cls == CLS_NORMAL)) {
        return parts_add_numbers(a, b, rounding);
    }
    if (a.cls == CLS_INF || b.cls == CLS_ZERO) {
        if (a.cls == CLS_ZERO && a.sign != b.sign) {
            a.sign = rounding == FLOAT_ROUND_DOWN;
        }
        return a;
    }
    return b;
}

static ALWAYS_INLINE FloatParts parts_add(FloatParts a, FloatParts b, bool subtract,
                                          FloatStatus *s)
{
    if (unlikely(parts_is_nan(&a) || parts_is_nan(&b))) {
        return parts_pick_nan(&a, &b, s);
    }
    b.sign ^= subtract;
    if (unlikely(a.cls == CLS_INF && b.cls == CLS_INF && a.sign != b.sign)) {
        return parts_invalid(s);
    }
    parts_raise_denormal(&a, s);
    parts_raise_denormal(&b, s);
    return add_finite_or_inf(a, b, s->rounding);
}

/* The exact product of two numbers of at most 64 bits. */
static ALWAYS_INLINE FloatParts multiply_numbers(const FloatParts *a, const FloatParts *b)
{
    u128 frac = (u128)hi64(a->frac) * hi64(b->frac);
    return parts_make(a->sign ^ b->sign, a->exp + b->exp + 1, frac);
}

/* a * b where neither is a NaN and the product is not invalid. */
static ALWAYS_INLINE FloatParts multiply(const FloatParts *a, const FloatParts *b)
{
    if (likely(a->cls == CLS_NORMAL && b->cls == CLS_NORMAL)) {
        return multiply_numbers(a, b);
    }
    bool sign = a->sign ^ b->sign;
    return a->cls == CLS_INF || b->cls == CLS_INF ? parts_inf(sign) : parts_zero(sign);
}

static inline bool is_inf_times_zero(const FloatParts *a, const FloatParts *b)
{
    return (a->cls == CLS_INF && b->cls == CLS_ZERO) ||
           (a->cls == CLS_ZERO && b->cls == CLS_INF);
}

static ALWAYS_INLINE FloatParts parts_mul(FloatParts a, FloatParts b, FloatStatus *s)
{
    if (unlikely(parts_is_nan(&a) || parts_is_nan(&b))) {
        return parts_pick_nan(&a, &b, s);
    }
    if (unlikely(is_inf_times_zero(&a, &b))) {
        return parts_invalid(s);
    }
    parts_raise_denormal(&a, s);
    parts_raise_denormal(&b, s);
    return multiply(&a, &b);
}

/* The quotient of two numbers of at most 64 bits: 64 bits, a round bit, a sticky bit. */
static ALWAYS_INLINE FloatParts divide_numbers(const FloatParts *a, const FloatParts *b)
{
    uint64_t divisor = hi64(b->frac);
    bool less = a->frac < b->frac;
    u128 dividend = a->frac >> !less;
    uint64_t quotient = dividend / divisor;
    uint64_t rest = dividend - (u128)quotient * divisor;

    bool half = rest >= divisor - rest;
    u128 frac = (u128)quotient << 64 | (u128)half << 63 | (rest != 0);
    return (FloatParts){.cls = CLS_NORMAL,
                        .sign = a->sign ^ b->sign,
                        .exp = a->exp - b->exp - less,
                        .frac = frac};
}

static ALWAYS_INLINE FloatParts parts_div(FloatParts a, FloatParts b, FloatStatus *s)
{
    if (unlikely(parts_is_nan(&a) || parts_is_nan(&b))) {
        return parts_pick_nan(&a, &b, s);
    }
    bool sign = a.sign ^ b.sign;
    if (unlikely(a.cls == b.cls && a.cls != CLS_NORMAL)) {
        return parts_invalid(s); /* 0 / 0, inf / inf */
    }
    if (unlikely(b.cls == CLS_ZERO && a.cls == CLS_NORMAL)) {
        float_raise(s, FLOAT_DIVZERO);
        return parts_inf(sign);
    }
    parts_raise_denormal(&a, s);
    parts_raise_denormal(&b, s);
    if (likely(a.cls == CLS_NORMAL && b.cls == CLS_NORMAL)) {
        return divide_numbers(&a, &b);
    }
    return a.cls == CLS_INF || b.cls == CLS_ZERO ? parts_inf(sign) : parts_zero(sign);
}

#endif
