/* Arithmetic of floatx80 for what is common: normal numbers, all 64 bits, to nearest. */
/* SPDX-License-Identifier: MIT */
/*
 * Operands are normal numbers (fx80_is_normal()). Each function gives the exact result as
 * sign, exponent and 64 bits, and `rest`: what is below them, as a fraction of 2^64 whose
 * bit 0 is sticky. fx80_round() makes a floatx80 of it. What is not so has to go by
 * fpu.h; the results here are the same bits.
 *
 * All of it is inline and calls nothing (x87-fast.c depends on that).
 */
#ifndef FPU_FX80_FAST_H
#define FPU_FX80_FAST_H

#include "fpu/fpu.h"
#include "fpu/isqrt.h"

#define FX80_INLINE static inline __attribute__((always_inline))

typedef struct Fx80Exact {
    int sign; /* bit 15 */
    int exp;  /* biased; of any size */
    uint64_t frac, rest;
} Fx80Exact;

#define FX80_SIGN 0x8000
#define FX80_EXP  0x7fff
#define FX80_BIAS 0x3fff
#define FX80_ONE  ((uint64_t)1 << 63)

FX80_INLINE bool fx80_is_normal(floatx80 v)
{
    return v.lo >> 63 && (v.hi & FX80_EXP) - 1u < FX80_EXP - 1;
}

FX80_INLINE bool fx80_is_zero(floatx80 v)
{
    return !(v.lo | (v.hi & FX80_EXP));
}

/*
 * Rounds to nearest even. False: the result is not a normal number, and *d is not
 * written. *up: the magnitude has increased; it is inexact when r.rest is not 0.
 */
FX80_INLINE bool fx80_round(Fx80Exact r, floatx80 *d, bool *up)
{
    *up = r.rest > FX80_ONE - (r.frac & 1);
    r.frac += *up;
    if (unlikely(!r.frac)) {
        r.frac = FX80_ONE;
        r.exp++;
    }
    if (unlikely(r.exp - 1u >= FX80_EXP - 1)) {
        return false;
    }
    d->lo = r.frac;
    d->hi = r.sign | r.exp;
    return true;
}

/* frac:rest >> n, n >= 0 */
FX80_INLINE Fx80Exact fx80_shift_right(uint64_t frac, int n)
{
    if (likely(n < 64)) {
        return (Fx80Exact){.frac = frac >> n, .rest = n ? frac << (64 - n) : 0};
    }
    return (Fx80Exact){.rest = n == 64 ? frac : n == 65 ? frac >> 1 | (frac & 1) : 1};
}

/* |a| + |b|, b >> n to be added. */
FX80_INLINE Fx80Exact fx80_add_magnitudes(floatx80 a, floatx80 b, int n)
{
    Fx80Exact r = fx80_shift_right(b.lo, n);
    r.sign = a.hi & FX80_SIGN;
    r.exp = a.hi & FX80_EXP;
    if (__builtin_add_overflow(r.frac, a.lo, &r.frac)) {
        r.rest = r.frac << 63 | r.rest >> 1 | (r.rest & 1);
        r.frac = r.frac >> 1 | FX80_ONE;
        r.exp++;
    }
    return r;
}

/* |a| - |b| for |a| > |b|, b >> n to be subtracted: normalised. */
FX80_INLINE Fx80Exact fx80_sub_magnitudes(floatx80 a, floatx80 b, int n)
{
    Fx80Exact r = fx80_shift_right(b.lo, n);
    r.sign = a.hi & FX80_SIGN;
    r.exp = a.hi & FX80_EXP;
    r.frac = a.lo - r.frac - (r.rest != 0);
    r.rest = -r.rest;
    if (unlikely(!r.frac)) {
        r.frac = r.rest;
        r.rest = 0;
        r.exp -= 64;
    }
    int up = __builtin_clzll(r.frac);
    if (up) {
        r.frac = r.frac << up | r.rest >> (64 - up);
        r.rest <<= up;
        r.exp -= up;
    }
    return r;
}

/* a + b, or a - b with flip = FX80_SIGN. False: the result is zero. */
FX80_INLINE bool fx80_exact_sum(floatx80 a, floatx80 b, int flip, Fx80Exact *r)
{
    b.hi ^= flip;
    int n = (a.hi & FX80_EXP) - (b.hi & FX80_EXP);
    if (n < 0 || (n == 0 && a.lo < b.lo)) {
        floatx80 t = a;
        a = b;
        b = t;
        n = -n;
    }
    if (!((a.hi ^ b.hi) & FX80_SIGN)) {
        *r = fx80_add_magnitudes(a, b, n);
        return true;
    }
    if (unlikely(n == 0 && a.lo == b.lo)) {
        return false;
    }
    *r = fx80_sub_magnitudes(a, b, n);
    return true;
}

FX80_INLINE Fx80Exact fx80_exact_product(floatx80 a, floatx80 b)
{
    u128 p = (u128)a.lo * b.lo;
    int exp = (a.hi & FX80_EXP) + (b.hi & FX80_EXP) - FX80_BIAS + 1;
    if (!(p >> 127)) {
        p <<= 1;
        exp--;
    }
    return (Fx80Exact){(a.hi ^ b.hi) & FX80_SIGN, exp, p >> 64, (uint64_t)p};
}

/*
 * Digit `high` : `low` (32 bits) divided by d; high < d, bit 63 of d is set. D. Knuth,
 * The Art of Computer Programming, vol. 2, 4.3.1, algorithm D: the first guess is at most
 * 2 too large.
 */
FX80_INLINE uint64_t fx80_quotient_digit(uint64_t *high, uint32_t low, uint64_t d)
{
    uint64_t q = *high / (d >> 32), product = q * (uint32_t)d;
    uint64_t rest = (*high - q * (d >> 32)) << 32 | low;
    if (product > rest) {
        q--;
        rest += d;
        if (rest >= d && product > rest) {
            q--;
            rest += d;
        }
    }
    *high = rest - product;
    return q;
}

FX80_INLINE Fx80Exact fx80_exact_quotient(floatx80 a, floatx80 b)
{
    bool less = a.lo < b.lo;
    uint64_t rest = a.lo >> !less, low = less ? 0 : a.lo << 63;
    uint64_t q = fx80_quotient_digit(&rest, low >> 32, b.lo) << 32;
    q |= fx80_quotient_digit(&rest, 0, b.lo);
    /* never halfway between two 64-bit numbers */
    uint64_t half = rest >= b.lo - rest;
    return (Fx80Exact){(a.hi ^ b.hi) & FX80_SIGN,
                       (a.hi & FX80_EXP) - (b.hi & FX80_EXP) + FX80_BIAS - less, q,
                       half << 63 | (rest != 0)};
}

/* a is not negative. */
FX80_INLINE Fx80Exact fx80_exact_root(floatx80 a)
{
    int exp = (a.hi & FX80_EXP) - FX80_BIAS, odd = exp & 1;
    u128 rest;
    uint64_t root = isqrt_u128((u128)a.lo << 64 >> !odd, &rest);
    /* never halfway between two 64-bit numbers */
    return (Fx80Exact){0, (exp - odd) / 2 + FX80_BIAS, root,
                       (uint64_t)(rest > root) << 63 | (rest != 0)};
}

/* The order of two numbers or zeros. */
FX80_INLINE FloatRelation fx80_order(floatx80 a, floatx80 b)
{
    bool negative = a.hi & FX80_SIGN;
    if (fx80_is_zero(a) && fx80_is_zero(b)) {
        return FLOAT_EQUAL;
    }
    if ((a.hi ^ b.hi) & FX80_SIGN) {
        return negative ? FLOAT_LESS : FLOAT_GREATER;
    }
    if (a.lo == b.lo && a.hi == b.hi) {
        return FLOAT_EQUAL;
    }
    bool less = a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo;
    return less == negative ? FLOAT_GREATER : FLOAT_LESS;
}

/* The floatx80 that v is. */
FX80_INLINE floatx80 fx80_of_i64(int64_t v)
{
    uint64_t magnitude = v < 0 ? -(uint64_t)v : (uint64_t)v;
    if (!v) {
        return (floatx80){0, 0};
    }
    int n = __builtin_clzll(magnitude);
    return (floatx80){magnitude << n, (v < 0 ? FX80_SIGN : 0) | (FX80_BIAS + 63 - n)};
}

/* What a format with implicit integer bit has `bits` exponent bits of, widened. False: it
 * is neither a normal number nor zero. */
FX80_INLINE bool fx80_of_float(uint64_t v, int size, int bits, floatx80 *d)
{
    int exp = v << (64 - size) << 1 >> (64 - bits), max = (1 << bits) - 1;
    uint64_t frac = v << (64 - size) << (1 + bits) >> 1;
    uint16_t sign = v >> (size - 1) << 15;
    if (unlikely(exp - 1u >= max - 1u)) {
        *d = (floatx80){0, sign};
        return !exp && !frac;
    }
    *d = (floatx80){frac | FX80_ONE, sign | (exp + FX80_BIAS - max / 2)};
    return true;
}

/* The number in such a format, to nearest; *inexact and *up as in FloatStatus. False: the
 * result is not a normal number. */
FX80_INLINE bool fx80_to_float(floatx80 a, int size, int bits, uint64_t *v, bool *inexact,
                               bool *up)
{
    int drop = 64 - (size - bits), max = (1 << bits) - 1; /* drop: bits of a.lo */
    int exp = (a.hi & FX80_EXP) - FX80_BIAS + max / 2;
    uint64_t rest = a.lo << (64 - drop), frac = a.lo >> drop;
    *inexact = rest;
    *up = rest > FX80_ONE - (frac & 1);
    frac += *up;
    exp += frac >> (size - bits);
    *v = (uint64_t)(a.hi >> 15) << (size - 1) |
         (uint64_t)(unsigned)exp << (size - bits - 1) |
         (frac << (65 - (size - bits)) >> (65 - (size - bits)));
    return exp - 1u < max - 1u;
}

/* The integer, to nearest or (`truncate`) to zero. False: |a| >= 2^63. */
FX80_INLINE bool fx80_to_integer(floatx80 a, bool truncate, int64_t *v, bool *inexact,
                                 bool *up)
{
    int n = FX80_BIAS + 63 - (a.hi & FX80_EXP);
    if (unlikely(n <= 0)) {
        return false;
    }
    Fx80Exact r = fx80_shift_right(a.lo, n);
    *inexact = r.rest;
    *up = !truncate && r.rest > FX80_ONE - (r.frac & 1);
    r.frac += *up;
    *v = a.hi & FX80_SIGN ? -r.frac : r.frac;
    return !(r.frac >> 63);
}

#endif
