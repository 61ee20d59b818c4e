/* The one core of fpu/: a number taken apart, the arithmetic on it, rounding to a format.
 */
/* SPDX-License-Identifier: MIT */
/*
 * A FloatParts is a number without a format: class, sign, exponent and a 128-bit
 * significand. Every operation is unpack -> parts_*() -> round: the parts_*() functions
 * know no format and lose nothing that rounding could miss (bits that fall off are kept
 * as a sticky bit 0).
 *
 *   value = (-1)^sign * frac / 2^127 * 2^exp, bit 127 of frac is set    CLS_NORMAL
 *   bit 126 of frac is the quiet bit, the payload is below it           CLS_QNAN,
 * CLS_SNAN
 *
 * The formats have significands of at most 64 bits, so an unpacked number has the low
 * half of frac clear; parts_mul() and parts_div() rely on that. Functions take a
 * FloatFormat by pointer and are inlined, so that each format gets its own code.
 *
 * The order in which x86 looks at operands, which the flags depend on: NaNs (and
 * unsupported encodings) first, then other invalid operations, then denormal operands.
 */
#ifndef FPU_PARTS_INTERNAL_H
#define FPU_PARTS_INTERNAL_H

#include "fpu/fpu.h"
#include "util/int128.h"

#define FRAC_TOP   ((u128)1 << 127)
#define FRAC_QUIET ((u128)1 << 126)

typedef enum PartsClass {
    CLS_ZERO,
    CLS_NORMAL,
    CLS_INF,
    CLS_QNAN,
    CLS_SNAN,
    CLS_UNSUPPORTED, /* an encoding of floatx80 that is no number */
} PartsClass;

typedef struct FloatParts {
    u128 frac;
    int32_t exp;
    uint8_t cls; /* PartsClass                                       */
    bool sign;
    bool denormal; /* unpacked from a denormal (and not under DAZ)     */
} FloatParts;

typedef struct FloatFormat {
    int exp_bits;
    int precision; /* of the significand, integer bit included */
} FloatFormat;

static const FloatFormat format_f16 = {5, 11};
static const FloatFormat format_f32 = {8, 24};
static const FloatFormat format_f64 = {11, 53};
static const FloatFormat format_fx80 = {15, 64};

#define ALWAYS_INLINE inline __attribute__((always_inline))

static ALWAYS_INLINE int format_bias(const FloatFormat *f)
{
    return (1 << (f->exp_bits - 1)) - 1;
}

static ALWAYS_INLINE int format_max_exp(const FloatFormat *f)
{
    return (1 << f->exp_bits) - 1;
}

static inline void float_raise(FloatStatus *s, int flags)
{
    s->flags |= flags;
}

static inline uint64_t hi64(u128 v)
{
    return v >> 64;
}

/* Leading zeros of v, which is not 0. */
static inline int clz128(u128 v)
{
    return hi64(v) ? __builtin_clzll(hi64(v)) : 64 + __builtin_clzll((uint64_t)v);
}

/* v >> n, n >= 0, with bit 0 set when any bit fell off. */
static inline u128 shift_right_jam(u128 v, int n)
{
    if (n == 0) {
        return v;
    }
    if (n >= 128) {
        return v != 0;
    }
    return v >> n | (v << (128 - n) != 0);
}

static inline FloatParts parts_zero(bool sign)
{
    return (FloatParts){.cls = CLS_ZERO, .sign = sign};
}

static inline FloatParts parts_inf(bool sign)
{
    return (FloatParts){.cls = CLS_INF, .sign = sign};
}

/* The real indefinite. */
static inline FloatParts parts_indefinite(void)
{
    return (FloatParts){.cls = CLS_QNAN, .sign = true, .frac = FRAC_TOP | FRAC_QUIET};
}

/* An invalid operation: raises, and gives the real indefinite. */
static inline FloatParts parts_invalid(FloatStatus *s)
{
    float_raise(s, FLOAT_INVALID);
    return parts_indefinite();
}

/* frac / 2^127 * 2^exp for any frac, normalised. */
static ALWAYS_INLINE FloatParts parts_make(bool sign, int exp, u128 frac)
{
    if (!frac) {
        return parts_zero(sign);
    }
    int shift = clz128(frac);
    return (FloatParts){
        .cls = CLS_NORMAL, .sign = sign, .exp = exp - shift, .frac = frac << shift};
}

static inline FloatParts parts_from_u64(bool sign, uint64_t v)
{
    return parts_make(sign, 63, (u128)v << 64);
}

static inline bool parts_is_nan(const FloatParts *p)
{
    return p->cls >= CLS_QNAN;
}

/* Unpacks the encodings that have an implicit integer bit. */
static ALWAYS_INLINE FloatParts parts_unpack(uint64_t bits, const FloatFormat *f,
                                             const FloatStatus *s)
{
    int frac_bits = f->precision - 1;
    int exp = bits >> frac_bits & format_max_exp(f);
    uint64_t frac = (bits & (((uint64_t)1 << frac_bits) - 1)) << (63 - frac_bits);
    FloatParts p = {.sign = bits >> (frac_bits + f->exp_bits) & 1};

    if (likely(exp != 0 && exp != format_max_exp(f))) {
        p.cls = CLS_NORMAL;
        p.exp = exp - format_bias(f);
        p.frac = (u128)(frac | (uint64_t)1 << 63) << 64;
    } else if (exp == 0) {
        if (!frac || s->daz) {
            return p;
        }
        p = parts_make(p.sign, 1 - format_bias(f), (u128)frac << 64);
        p.denormal = true;
    } else if (!frac) {
        p.cls = CLS_INF;
    } else {
        p.frac = (u128)frac << 64 | FRAC_TOP;
        p.cls = p.frac & FRAC_QUIET ? CLS_QNAN : CLS_SNAN;
    }
    return p;
}

/* Unpacks a floatx80. DAZ does not exist there. */
static ALWAYS_INLINE FloatParts parts_unpack_fx80(floatx80 a)
{
    int exp = a.hi & 0x7fff;
    bool integer = a.lo >> 63;
    FloatParts p = {.sign = a.hi >> 15};

    if (likely(integer && exp != 0x7fff)) {
        p.cls = CLS_NORMAL;
        p.exp = (exp ? exp : 1) - 0x3fff; /* exponent 0: a pseudo-denormal */
        p.frac = (u128)a.lo << 64;
        p.denormal = !exp;
    } else if (exp == 0) {
        if (a.lo) {
            p = parts_make(p.sign, 1 - 0x3fff, (u128)a.lo << 64);
            p.denormal = true;
        }
    } else if (!integer) {
        p.cls = CLS_UNSUPPORTED;
    } else if (a.lo << 1 == 0) {
        p.cls = CLS_INF;
    } else {
        p.frac = (u128)a.lo << 64;
        p.cls = p.frac & FRAC_QUIET ? CLS_QNAN : CLS_SNAN;
    }
    return p;
}

/* What is added below the last of `precision` bits before the rest is cut off. */
static ALWAYS_INLINE u128 round_increment(const FloatParts *p, int precision, int mode)
{
    u128 lsb = (u128)1 << (128 - precision);
    switch (mode) {
    case FLOAT_ROUND_NEAREST:
        return (lsb >> 1) - !(p->frac & lsb);
    case FLOAT_ROUND_ZERO:
        return 0;
    default:
        return (mode == FLOAT_ROUND_DOWN) == p->sign ? lsb - 1 : 0;
    }
}

/* A significand cut to a precision. */
typedef struct Cut {
    u128 frac;
    bool carry; /* it became 2^128: frac is FRAC_TOP and the exponent is one more */
    bool inexact;
    bool up; /* the magnitude increased                                        */
} Cut;

static ALWAYS_INLINE Cut parts_cut(const FloatParts *p, int precision, int mode)
{
    u128 rest = ((u128)1 << (128 - precision)) - 1;
    u128 frac = p->frac + round_increment(p, precision, mode);
    Cut c = {.frac = frac & ~rest, .carry = frac < p->frac, .inexact = p->frac & rest};
    if (c.carry) {
        c.frac = FRAC_TOP;
    }
    c.up = c.carry || c.frac > p->frac;
    return c;
}

/* A rounded number or infinity: the biased exponent, the significand from bit 63. */
typedef struct Rounded {
    uint64_t frac;
    int exp;
} Rounded;

Rounded parts_round_tiny(const FloatParts *p, const FloatFormat *f, int precision,
                         FloatStatus *s);
Rounded parts_round_huge(const FloatParts *p, const FloatFormat *f, int precision,
                         FloatStatus *s);

/* Rounds a CLS_NORMAL number to `precision` bits and into the exponents of format f. */
static ALWAYS_INLINE Rounded parts_round(const FloatParts *p, const FloatFormat *f,
                                         int precision, FloatStatus *s)
{
    int exp = p->exp + format_bias(f);
    if (unlikely(exp <= 0)) {
        return parts_round_tiny(p, f, precision, s);
    }
    Cut c = parts_cut(p, precision, s->rounding);
    exp += c.carry;
    if (unlikely(exp >= format_max_exp(f))) {
        return parts_round_huge(p, f, precision, s);
    }
    if (c.inexact) {
        float_raise(s, FLOAT_INEXACT);
    }
    s->rounded_up = c.up;
    return (Rounded){hi64(c.frac), exp};
}

/* Encodes p in a format with implicit integer bit. */
static ALWAYS_INLINE uint64_t parts_pack(const FloatParts *p, const FloatFormat *f,
                                         FloatStatus *s)
{
    int frac_bits = f->precision - 1;
    Rounded r = {0, 0};
    switch (p->cls) {
    case CLS_NORMAL:
        r = parts_round(p, f, f->precision, s);
        break;
    case CLS_ZERO:
        break;
    case CLS_INF:
        r.exp = format_max_exp(f);
        break;
    default:
        r.exp = format_max_exp(f);
        r.frac = hi64(p->frac);
    }
    uint64_t frac = r.frac << 1 >> (64 - frac_bits);
    return (uint64_t)p->sign << (frac_bits + f->exp_bits) | (uint64_t)r.exp << frac_bits |
           frac;
}

/* Encodes p as floatx80 with `precision` bits (0: all 64). */
static ALWAYS_INLINE floatx80 parts_pack_fx80(const FloatParts *p, int precision,
                                              FloatStatus *s)
{
    uint16_t sign = p->sign << 15;
    Rounded r;
    s->rounded_up = false;
    switch (p->cls) {
    case CLS_NORMAL:
        r = likely(precision == 64 || precision == 0) /* for the compiler's sake */
                ? parts_round(p, &format_fx80, 64, s)
                : parts_round(p, &format_fx80, precision, s);
        return (floatx80){r.frac, sign | r.exp};
    case CLS_ZERO:
        return (floatx80){0, sign};
    case CLS_INF:
        return (floatx80){(uint64_t)1 << 63, sign | 0x7fff};
    default:
        return (floatx80){hi64(p->frac), sign | 0x7fff};
    }
}

FloatParts parts_pick_nan(const FloatParts *a, const FloatParts *b, FloatStatus *s);
FloatParts parts_quiet_nan(const FloatParts *a, FloatStatus *s);

FloatParts parts_sqrt(FloatParts a, FloatStatus *s);
FloatParts parts_muladd(FloatParts a, FloatParts b, FloatParts c, int negate,
                        FloatStatus *s);
FloatRelation parts_compare(const FloatParts *a, const FloatParts *b, bool quiet,
                            FloatStatus *s);

/* The integer that |p| < 2^64 is rounded to; *inexact and *up as in FloatStatus. */
uint64_t parts_round_to_u64(const FloatParts *p, FloatRounding mode, bool *inexact,
                            bool *up);
FloatParts parts_round_to_int(const FloatParts *p, FloatRounding mode, FloatStatus *s);
int64_t parts_to_signed(const FloatParts *p, int bits, FloatRounding mode,
                        FloatStatus *s);
uint64_t parts_to_unsigned(const FloatParts *p, int bits, FloatRounding mode,
                           FloatStatus *s);

#endif
