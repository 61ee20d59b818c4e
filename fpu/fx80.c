/* Operations of floatx80, the 80-bit format of x87, but for conversions and functions. */
/* SPDX-License-Identifier: MIT */
/*
 * Precision control (FloatStatus.precision) shortens the significand of + - * / and sqrt
 * alone; exponents keep their 15 bits. SDM vol. 1, 8.1.5.2.
 */
#include "fpu/arith-internal.h"

floatx80 fx80_add(floatx80 a, floatx80 b, FloatStatus *s)
{
    FloatParts p = parts_add(parts_unpack_fx80(a), parts_unpack_fx80(b), false, s);
    return parts_pack_fx80(&p, s->precision, s);
}

floatx80 fx80_sub(floatx80 a, floatx80 b, FloatStatus *s)
{
    FloatParts p = parts_add(parts_unpack_fx80(a), parts_unpack_fx80(b), true, s);
    return parts_pack_fx80(&p, s->precision, s);
}

floatx80 fx80_mul(floatx80 a, floatx80 b, FloatStatus *s)
{
    FloatParts p = parts_mul(parts_unpack_fx80(a), parts_unpack_fx80(b), s);
    return parts_pack_fx80(&p, s->precision, s);
}

floatx80 fx80_div(floatx80 a, floatx80 b, FloatStatus *s)
{
    FloatParts p = parts_div(parts_unpack_fx80(a), parts_unpack_fx80(b), s);
    return parts_pack_fx80(&p, s->precision, s);
}

floatx80 fx80_sqrt(floatx80 a, FloatStatus *s)
{
    FloatParts p = parts_sqrt(parts_unpack_fx80(a), s);
    return parts_pack_fx80(&p, s->precision, s);
}

FloatRelation fx80_compare(floatx80 a, floatx80 b, bool quiet, FloatStatus *s)
{
    FloatParts pa = parts_unpack_fx80(a);
    FloatParts pb = parts_unpack_fx80(b);
    return parts_compare(&pa, &pb, quiet, s);
}

floatx80 fx80_round_to_int(floatx80 a, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    if (parts_is_nan(&p)) {
        p = parts_quiet_nan(&p, s);
        return parts_pack_fx80(&p, 64, s);
    }
    if (p.denormal) {
        float_raise(s, FLOAT_DENORMAL);
    }
    p = parts_round_to_int(&p, s->rounding, s);
    bool up = s->rounded_up;
    floatx80 r = parts_pack_fx80(&p, 64, s);
    s->rounded_up = up;
    return r;
}

/* trunc(p) as an exponent: what lies outside +-70000 is beyond any floatx80. */
static int scale_exponent(const FloatParts *p)
{
    bool inexact, up;
    if (p->cls == CLS_ZERO) {
        return 0;
    }
    int n = 70000;
    if (p->exp < 16) {
        n = parts_round_to_u64(p, FLOAT_ROUND_ZERO, &inexact, &up);
    }
    return p->sign ? -n : n;
}

floatx80 fx80_scale(floatx80 a, floatx80 b, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    FloatParts by = parts_unpack_fx80(b);

    if (parts_is_nan(&p) || parts_is_nan(&by)) {
        p = parts_pick_nan(&p, &by, s);
    } else if (by.cls == CLS_INF && p.cls == (by.sign ? CLS_INF : CLS_ZERO)) {
        p = parts_invalid(s);
    } else {
        if (p.denormal || by.denormal) {
            float_raise(s, FLOAT_DENORMAL);
        }
        if (by.cls == CLS_INF) {
            p = by.sign ? parts_zero(p.sign) : parts_inf(p.sign);
        } else {
            p.exp += scale_exponent(&by);
        }
    }
    return parts_pack_fx80(&p, 64, s);
}

floatx80 fx80_extract(floatx80 a, floatx80 *exponent, FloatStatus *s)
{
    FloatParts p = parts_unpack_fx80(a);
    FloatParts e = {.cls = CLS_INF};

    if (parts_is_nan(&p)) {
        e = p = parts_quiet_nan(&p, s);
    } else if (p.cls == CLS_ZERO) {
        float_raise(s, FLOAT_DIVZERO);
        e.sign = true;
    } else if (p.cls == CLS_NORMAL) {
        if (p.denormal) {
            float_raise(s, FLOAT_DENORMAL);
        }
        e = parts_from_u64(p.exp < 0, p.exp < 0 ? -p.exp : p.exp);
        p.exp = 0;
    }
    *exponent = parts_pack_fx80(&e, 64, s);
    return parts_pack_fx80(&p, 64, s);
}

/* a / 2^63 * 2^exp modulo b, of which *quotient gets the integer quotient. */
static FloatParts reduce(const FloatParts *a, const FloatParts *b, int shift,
                         uint64_t *quotient)
{
    u128 dividend = (u128)hi64(a->frac) << shift;
    uint64_t divisor = hi64(b->frac);
    *quotient = dividend / divisor;
    return parts_make(a->sign, a->exp - shift, dividend % divisor << 64);
}

/* The remainder of two numbers where a < 2^64 b; *quotient is whole. */
static FloatParts remainder_numbers(const FloatParts *a, const FloatParts *b,
                                    bool nearest, uint64_t *quotient)
{
    int shift = a->exp - b->exp;
    FloatParts r = *a;
    *quotient = 0;
    if (shift >= 0) {
        r = reduce(a, b, shift, quotient);
    }
    if (!nearest || r.cls == CLS_ZERO || r.exp < b->exp - 1) {
        return r;
    }
    /* b / 2 <= r < b, but for the significands: round the quotient to nearest even */
    bool above_half = r.exp == b->exp || r.frac > b->frac;
    bool half = r.exp < b->exp && r.frac == b->frac;
    if (above_half || (half && *quotient & 1)) {
        FloatParts divisor = *b;
        divisor.sign = !r.sign;
        r = parts_add_numbers(r, divisor, FLOAT_ROUND_NEAREST);
        ++*quotient;
    }
    return r;
}

floatx80 fx80_rem(floatx80 a, floatx80 b, bool nearest, unsigned *quotient, bool *partial,
                  FloatStatus *s)
{
    FloatParts pa = parts_unpack_fx80(a);
    FloatParts pb = parts_unpack_fx80(b);
    FloatParts r = pa;
    uint64_t q = 0;

    *partial = false;
    if (parts_is_nan(&pa) || parts_is_nan(&pb)) {
        r = parts_pick_nan(&pa, &pb, s);
    } else if (pa.cls == CLS_INF || pb.cls == CLS_ZERO) {
        r = parts_invalid(s);
    } else {
        if (pa.denormal || pb.denormal) {
            float_raise(s, FLOAT_DENORMAL);
        }
        int shift = pa.exp - pb.exp;
        if (pa.cls == CLS_NORMAL && pb.cls == CLS_NORMAL) {
            *partial = shift >= 64;
            if (*partial) {
                r = reduce(&pa, &pb, 32 + shift % 32, &q);
                q = 0;
            } else {
                r = remainder_numbers(&pa, &pb, nearest, &q);
            }
        }
    }
    *quotient = q & 7;
    if (r.cls == CLS_ZERO) {
        r.sign = pa.sign;
    }
    return parts_pack_fx80(&r, 64, s);
}

FloatClass fx80_classify(floatx80 a)
{
    static const FloatClass classes[] = {
        [CLS_ZERO] = FLOAT_CLASS_ZERO,    [CLS_NORMAL] = FLOAT_CLASS_NORMAL,
        [CLS_INF] = FLOAT_CLASS_INFINITY, [CLS_QNAN] = FLOAT_CLASS_NAN,
        [CLS_SNAN] = FLOAT_CLASS_NAN,     [CLS_UNSUPPORTED] = FLOAT_CLASS_UNSUPPORTED,
    };
    FloatParts p = parts_unpack_fx80(a);
    return p.denormal ? FLOAT_CLASS_DENORMAL : classes[p.cls];
}
