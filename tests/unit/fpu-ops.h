/* The operations of fpu/ as rows that tests walk: operands in, results and flags out. */
/* SPDX-License-Identifier: MIT */
/*
 * The rows are in fpu-sse-ops.def and fpu-x87-ops.def. This header makes our functions of
 * them and the operands; the tests that compare with the host make the host's functions
 * of the same rows. One signature serves all, so a row needs no type of its own.
 */
#ifndef TESTS_UNIT_FPU_OPS_H
#define TESTS_UNIT_FPU_OPS_H

#include "tests/unit/fpu-cases.h"

typedef enum OperandKind {
    KIND_F16,
    KIND_F32,
    KIND_F64,
    KIND_INT,
    KIND_X,
    KIND_XY,
    KIND_BCD,
} OperandKind;

/* ZF, PF and CF as comiss sets them, in the bits of EFLAGS. */
static inline uint64_t relation_flags(FloatRelation r)
{
    static const uint8_t flags[] = {0x01, 0x40, 0x00, 0x45};
    return flags[r + 1];
}

/*
 * SSE: three raw operands and a status to a raw result.
 */

typedef uint64_t (*SseOurs)(const uint64_t x[3], FloatStatus *s);

#define NEG_P FLOAT_NEG_PRODUCT
#define NEG_A FLOAT_NEG_ADDEND
#define SSE_OP(name, kind, arity, feature, code, expr)                     \
    static inline uint64_t our_##name(const uint64_t x[3], FloatStatus *s) \
    {                                                                      \
        return expr;                                                       \
    }
#include "tests/unit/fpu-sse-ops.def"

static inline uint64_t random_sse_operand(Random *r, OperandKind kind)
{
    switch (kind) {
    case KIND_F16:
        return random_float(r, 5, 10);
    case KIND_F32:
        return random_f32(r);
    case KIND_F64:
        return random_f64(r);
    default:
        return random_integer(r);
    }
}

/* Bits of MXCSR for one of 16 combinations of RC, FTZ and DAZ; all is masked. */
static inline uint32_t mxcsr_of_mode(unsigned mode)
{
    return 0x1f80 | (mode & 3) << 13 | (mode >> 2 & 1) << 15 | (mode >> 3 & 1) << 6;
}

/*
 * x87.
 */

typedef struct Operands {
    floatx80 x, y;
    uint64_t m;
    uint8_t bcd[10];
} Operands;

typedef struct Outcome {
    floatx80 v[2];
    uint64_t extra; /* an integer, a short float, EFLAGS, or the condition bits of sw */
    uint8_t bcd[10];
    uint8_t flags;
    bool up; /* C1, where it tells the direction of rounding */
} Outcome;

/* Where the host's C1 is found: nowhere, in the final status word, saved in extra. */
typedef enum C1Source { C1_NONE, C1_FINAL, C1_SAVED } C1Source;

typedef void (*X87Ours)(const Operands *in, Outcome *out, FloatStatus *s);

/* The condition bits of the status word after a partial remainder (SDM vol. 2, FPREM). */
static inline void our_remainder(const Operands *in, Outcome *out, bool nearest,
                                 FloatStatus *s)
{
    unsigned q;
    bool partial;
    out->v[0] = fx80_rem(in->x, in->y, nearest, &q, &partial, s);
    out->extra = (q >> 2 & 1) << 8 | (q & 1) << 9 | partial << 10 | (q >> 1 & 1) << 14;
}

#define V0(expr)    out->v[0] = expr
#define EXTRA(expr) out->extra = expr
#define X87_OP(name, kind, c1, code, statement)                                     \
    static inline void our_##name(const Operands *in, Outcome *out, FloatStatus *s) \
    {                                                                               \
        statement;                                                                  \
    }
#include "tests/unit/fpu-x87-ops.def"

/* Whether |v| is at most the number with that exponent field and significand, or no
 * number. */
static inline bool magnitude_at_most(floatx80 v, int exp, uint64_t frac)
{
    int e = v.hi & 0x7fff;
    return e < exp || (e == exp && v.lo <= frac) || e == 0x7fff;
}

/* For an operand out of range the host leaves C2 set and st(0) as it was. */
#define OUT_OF_RANGE   (1 << 10)
#define IN_RANGE(expr) out->extra = (expr) ? 0 : OUT_OF_RANGE
#define MATH_OP(name, domain, code, statement)                                      \
    static inline void our_##name(const Operands *in, Outcome *out, FloatStatus *s) \
    {                                                                               \
        statement;                                                                  \
    }
#include "tests/unit/fpu-math-ops.def"

static inline void random_bcd(Random *r, uint8_t bcd[10])
{
    for (int i = 0; i < 9; i++) {
        uint64_t digits = random_u64(r);
        bcd[i] = digits % 10 << 4 | digits / 10 % 10;
    }
    bcd[9] = random_u64(r) % 2 << 7;
}

static inline Operands random_x87_operands(Random *r, OperandKind kind)
{
    Operands in = {0};
    in.x = random_fx80(r);
    in.y = random_fx80(r);
    in.m = random_sse_operand(r, kind);
    if (random_u64(r) % 4 == 0) { /* exponents that interact */
        in.y.hi = (in.y.hi & 0x8000) | ((in.x.hi + random_u64(r) % 140 - 70) & 0x7fff);
    }
    random_bcd(r, in.bcd);
    return in;
}

/* A control word for one of 16 combinations of RC and PC; all is masked. */
static inline uint16_t cw_of_mode(unsigned mode)
{
    return 0x3f | (mode & 3) << 10 | (mode >> 2 & 3) << 8;
}

#endif
