/* Software floating point with the semantics of x86 (SSE, AVX, x87), exact to the bit. */
/* SPDX-License-Identifier: MIT */
/*
 * Values travel as the bits of their encoding: no function here computes with the host's
 * own floating point. A FloatStatus is a control and status word in one: the caller sets
 * the rounding and the x86 modes, an operation ORs what it raises into `flags`.
 *
 * The flag bits are those of MXCSR and of the x87 status word (SDM vol.
 * 1, 8.1.3, 10.2.3), so that they can be ORed into either. The results are the masked
 * responses; an exception that is listed in `unmasked` changes a result only where x86
 * says so (underflow of exact results, wrapped exponents of x87). Whether the result is
 * delivered at all is the caller's decision.
 */
#ifndef FPU_FPU_H
#define FPU_FPU_H

#include "util/common.h"

typedef uint16_t f16;
typedef uint32_t f32;
typedef uint64_t f64;

/* The 80-bit format: significand with explicit integer bit; sign and 15-bit exponent. */
typedef struct floatx80 {
    uint64_t lo;
    uint16_t hi;
} floatx80;

/* Exceptions, by their bits in MXCSR and in the x87 status word. */
enum {
    FLOAT_INVALID = 1 << 0,
    FLOAT_DENORMAL = 1 << 1,
    FLOAT_DIVZERO = 1 << 2,
    FLOAT_OVERFLOW = 1 << 3,
    FLOAT_UNDERFLOW = 1 << 4,
    FLOAT_INEXACT = 1 << 5,
    FLOAT_ALL_FLAGS = 0x3f,
};

/* Rounding modes, by their encoding in MXCSR.RC and in the x87 control word. */
typedef enum FloatRounding {
    FLOAT_ROUND_NEAREST,
    FLOAT_ROUND_DOWN,
    FLOAT_ROUND_UP,
    FLOAT_ROUND_ZERO,
} FloatRounding;

typedef struct FloatStatus {
    uint8_t rounding;  /* FloatRounding  */
    uint8_t precision; /* bits of a floatx80 result of + - * / sqrt: 24, 53; 0 means 64 */
    uint8_t flags; /* what has been raised; sticky                                     */
    uint8_t unmasked; /* exceptions that the guest does not mask */
    bool ftz; /* tiny results become zero, unless underflow is unmasked           */
    bool daz; /* denormal operands count as zero                                  */
    bool x87; /* NaN choice of x87; wrapped results when OVERFLOW is unmasked     */
    bool rounded_up; /* the last rounding increased the magnitude (C1 of x87) */
} FloatStatus;

typedef enum FloatRelation {
    FLOAT_LESS = -1,
    FLOAT_EQUAL = 0,
    FLOAT_GREATER = 1,
    FLOAT_UNORDERED = 2,
} FloatRelation;

/* A status with the modes of an MXCSR value; its flags are clear. SDM vol. 1, 10.2.3. */
static inline FloatStatus float_status_from_mxcsr(uint32_t mxcsr)
{
    return (FloatStatus){
        .rounding = mxcsr >> 13 & 3,
        .unmasked = ~(mxcsr >> 7) & FLOAT_ALL_FLAGS,
        .ftz = mxcsr >> 15 & 1,
        .daz = mxcsr >> 6 & 1,
    };
}

/* A status with the modes of an x87 control word; its flags are clear. SDM vol. 1, 8.1.5.
 */
static inline FloatStatus float_status_from_cw(uint16_t cw)
{
    static const uint8_t precision[4] = {24, 64, 53, 64}; /* 1 is reserved: extended */
    return (FloatStatus){
        .rounding = cw >> 10 & 3,
        .precision = precision[cw >> 8 & 3],
        .unmasked = ~cw & FLOAT_ALL_FLAGS,
        .x87 = true,
    };
}

/* What float_muladd negates before it adds; a NaN keeps its sign. */
enum {
    FLOAT_NEG_PRODUCT = 1 << 0,
    FLOAT_NEG_ADDEND = 1 << 1,
};

/*
 * Operations of f32 and f64.
 *
 * F_min, F_max        minss, maxss: b if either is NaN or both are zero
 * F_compare           `quiet`: only a signalling NaN is invalid (ucomiss), else any NaN
 * (comiss) F_round_to_int      roundss: to an integer in the same format; raises inexact,
 * never denormal F_to_*              `mode` is a FloatRounding; what does not fit gives
 * the integer indefinite (the sign bit alone, for unsigned all ones) and raises only
 * invalid F_muladd            a * b + c with one rounding; `negate` is of FLOAT_NEG_*. Of
 * several NaNs the first of a, b, c wins
 */
#define FLOAT_DECLARE_OPS(F)                                         \
    F F##_add(F a, F b, FloatStatus *s);                             \
    F F##_sub(F a, F b, FloatStatus *s);                             \
    F F##_mul(F a, F b, FloatStatus *s);                             \
    F F##_div(F a, F b, FloatStatus *s);                             \
    F F##_sqrt(F a, FloatStatus *s);                                 \
    F F##_min(F a, F b, FloatStatus *s);                             \
    F F##_max(F a, F b, FloatStatus *s);                             \
    F F##_muladd(F a, F b, F c, int negate, FloatStatus *s);         \
    F F##_round_to_int(F a, FloatRounding mode, FloatStatus *s);     \
    FloatRelation F##_compare(F a, F b, bool quiet, FloatStatus *s); \
    int32_t F##_to_i32(F a, FloatRounding mode, FloatStatus *s);     \
    int64_t F##_to_i64(F a, FloatRounding mode, FloatStatus *s);     \
    uint32_t F##_to_u32(F a, FloatRounding mode, FloatStatus *s);    \
    uint64_t F##_to_u64(F a, FloatRounding mode, FloatStatus *s);    \
    F F##_from_i32(int32_t v, FloatStatus *s);                       \
    F F##_from_i64(int64_t v, FloatStatus *s);                       \
    F F##_from_u32(uint32_t v, FloatStatus *s);                      \
    F F##_from_u64(uint64_t v, FloatStatus *s)

FLOAT_DECLARE_OPS(f32);
FLOAT_DECLARE_OPS(f64);

f64 f32_to_f64(f32 a, FloatStatus *s);
f32 f64_to_f32(f64 a, FloatStatus *s);

/* vcvtph2ps: DAZ does not apply to a half, and a denormal half raises nothing. */
f32 f16_to_f32(f16 a, FloatStatus *s);
/* vcvtps2ph: FTZ does not apply to a half. */
f16 f32_to_f16(f32 a, FloatRounding mode, FloatStatus *s);

/*
 * Operations of floatx80. Unsupported encodings (unnormals, pseudo-NaNs,
 * pseudo-infinities; SDM vol. 1, table 8-3) are invalid operands. Arithmetic rounds to
 * s->precision bits.
 */
floatx80 fx80_add(floatx80 a, floatx80 b, FloatStatus *s);
floatx80 fx80_sub(floatx80 a, floatx80 b, FloatStatus *s);
floatx80 fx80_mul(floatx80 a, floatx80 b, FloatStatus *s);
floatx80 fx80_div(floatx80 a, floatx80 b, FloatStatus *s);
floatx80 fx80_sqrt(floatx80 a, FloatStatus *s);
floatx80 fx80_round_to_int(floatx80 a, FloatStatus *s);
FloatRelation fx80_compare(floatx80 a, floatx80 b, bool quiet, FloatStatus *s);

/* a * 2^trunc(b) (FSCALE). */
floatx80 fx80_scale(floatx80 a, floatx80 b, FloatStatus *s);
/* Splits a into *exponent and the returned significand, 1 <= |significand| < 2 (FXTRACT).
 */
floatx80 fx80_extract(floatx80 a, floatx80 *exponent, FloatStatus *s);

/*
 * Partial remainder of a by b: FPREM, or with `nearest` FPREM1. Reduces by at most 63
 * bits: *partial says that the reduction is incomplete, else *quotient has the low 3 bits
 * of the quotient.
 */
floatx80 fx80_rem(floatx80 a, floatx80 b, bool nearest, unsigned *quotient, bool *partial,
                  FloatStatus *s);

floatx80 fx80_from_i64(int64_t v);
floatx80 fx80_from_f32(f32 a, FloatStatus *s);
floatx80 fx80_from_f64(f64 a, FloatStatus *s);

/* The same number or NaN, a signalling one too; *denormal says that a was denormal. */
floatx80 fx80_widen_f32(f32 a, bool *denormal);
floatx80 fx80_widen_f64(f64 a, bool *denormal);

f32 fx80_to_f32(floatx80 a, FloatStatus *s);
f64 fx80_to_f64(floatx80 a, FloatStatus *s);
int16_t fx80_to_i16(floatx80 a, FloatRounding mode, FloatStatus *s);
int32_t fx80_to_i32(floatx80 a, FloatRounding mode, FloatStatus *s);
int64_t fx80_to_i64(floatx80 a, FloatRounding mode, FloatStatus *s);

/* Packed BCD: 18 digits, little-endian, sign in bit 7 of byte 9 (SDM vol. 1, 4.7). */
floatx80 fx80_from_bcd(const uint8_t bcd[10]);
void fx80_to_bcd(floatx80 a, uint8_t bcd[10], FloatStatus *s);

/*
 * Transcendental functions, within one ulp of the exact value. fsin, fcos, fsincos and
 * fptan reduce by the 66-bit pi of x87; they return false, with nothing written, when |a|
 * >= 2^63.
 */
floatx80 fx80_f2xm1(floatx80 a, FloatStatus *s);
floatx80 fx80_fyl2x(floatx80 x, floatx80 y, FloatStatus *s);   /* y * log2(x)     */
floatx80 fx80_fyl2xp1(floatx80 x, floatx80 y, FloatStatus *s); /* y * log2(x + 1) */
floatx80 fx80_fpatan(floatx80 x, floatx80 y, FloatStatus *s);  /* atan2(y, x)     */
bool fx80_fsin(floatx80 a, floatx80 *sine, FloatStatus *s);
bool fx80_fcos(floatx80 a, floatx80 *cosine, FloatStatus *s);
bool fx80_fsincos(floatx80 a, floatx80 *sine, floatx80 *cosine, FloatStatus *s);
/* *one is what FPTAN pushes: 1, or the NaN that the tangent is. */
bool fx80_fptan(floatx80 a, floatx80 *tangent, floatx80 *one, FloatStatus *s);

/* The encoding of a floatx80, for FXAM and for its users. */
typedef enum FloatClass {
    FLOAT_CLASS_UNSUPPORTED,
    FLOAT_CLASS_NAN,
    FLOAT_CLASS_NORMAL,
    FLOAT_CLASS_INFINITY,
    FLOAT_CLASS_ZERO,
    FLOAT_CLASS_DENORMAL, /* and pseudo-denormal */
} FloatClass;

FloatClass fx80_classify(floatx80 a);

/* The real indefinite: what a masked invalid operation gives. */
#define FX80_INDEFINITE ((floatx80){0xc000000000000000, 0xffff})

#endif
