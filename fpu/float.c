/* Operations of f16, f32 and f64: the core applied to each format. */
/* SPDX-License-Identifier: MIT */
/*
 * Nothing is decided here but what belongs to a format: which bits make it up, and the
 * rules of SSE that see the encoding (min and max return an operand).
 */
#include "fpu/arith-internal.h"

/* An operand as minss sees it: under DAZ a denormal is a zero of its sign. */
static uint64_t flush_operand(uint64_t bits, const FloatParts *p, const FloatFormat *f)
{
    return p->cls == CLS_ZERO ? (uint64_t)p->sign << (f->precision - 1 + f->exp_bits)
                              : bits;
}

/* minss, maxss: a if it is `wanted` relative to b, else b (SDM vol. 2, MINSS). */
static ALWAYS_INLINE uint64_t select_operand(uint64_t a, uint64_t b, FloatRelation wanted,
                                             const FloatFormat *f, FloatStatus *s)
{
    FloatParts pa = parts_unpack(a, f, s);
    FloatParts pb = parts_unpack(b, f, s);
    bool first = parts_compare(&pa, &pb, false, s) == wanted;
    return first ? flush_operand(a, &pa, f) : flush_operand(b, &pb, f);
}

static ALWAYS_INLINE uint64_t round_to_int(uint64_t a, FloatRounding mode,
                                           const FloatFormat *f, FloatStatus *s)
{
    FloatParts p = parts_unpack(a, f, s);
    p = parts_is_nan(&p) ? parts_quiet_nan(&p, s) : parts_round_to_int(&p, mode, s);
    return parts_pack(&p, f, s);
}

/* Conversion between formats; the payload of a NaN stays left-aligned. */
static ALWAYS_INLINE FloatParts convert(FloatParts p, FloatStatus *s)
{
    if (parts_is_nan(&p)) {
        return parts_quiet_nan(&p, s);
    }
    if (p.denormal) {
        float_raise(s, FLOAT_DENORMAL);
    }
    return p;
}

#define UNPACK(F, a) parts_unpack(a, &format_##F, s)

#define DEFINE_BINARY(F, name, op)             \
    F F##_##name(F a, F b, FloatStatus *s)     \
    {                                          \
        FloatParts p = op;                     \
        return parts_pack(&p, &format_##F, s); \
    }

#define DEFINE_TO_INT(F, name, type, convert_parts, bits)       \
    type F##_to_##name(F a, FloatRounding mode, FloatStatus *s) \
    {                                                           \
        FloatParts p = UNPACK(F, a);                            \
        return convert_parts(&p, bits, mode, s);                \
    }

#define DEFINE_FROM_INT(F, name, type)                                          \
    F F##_from_##name(type v, FloatStatus *s)                                   \
    {                                                                           \
        bool sign = v < (type)1 && v != 0;                                      \
        FloatParts p = parts_from_u64(sign, sign ? -(uint64_t)v : (uint64_t)v); \
        return parts_pack(&p, &format_##F, s);                                  \
    }

#define DEFINE_FORMAT(F)                                                       \
    DEFINE_BINARY(F, add, parts_add(UNPACK(F, a), UNPACK(F, b), false, s))     \
    DEFINE_BINARY(F, sub, parts_add(UNPACK(F, a), UNPACK(F, b), true, s))      \
    DEFINE_BINARY(F, mul, parts_mul(UNPACK(F, a), UNPACK(F, b), s))            \
    DEFINE_BINARY(F, div, parts_div(UNPACK(F, a), UNPACK(F, b), s))            \
    DEFINE_TO_INT(F, i32, int32_t, parts_to_signed, 32)                        \
    DEFINE_TO_INT(F, i64, int64_t, parts_to_signed, 64)                        \
    DEFINE_TO_INT(F, u32, uint32_t, parts_to_unsigned, 32)                     \
    DEFINE_TO_INT(F, u64, uint64_t, parts_to_unsigned, 64)                     \
    DEFINE_FROM_INT(F, i32, int32_t)                                           \
    DEFINE_FROM_INT(F, i64, int64_t)                                           \
    DEFINE_FROM_INT(F, u32, uint32_t)                                          \
    DEFINE_FROM_INT(F, u64, uint64_t)                                          \
                                                                               \
    F F##_sqrt(F a, FloatStatus *s)                                            \
    {                                                                          \
        FloatParts p = parts_sqrt(UNPACK(F, a), s);                            \
        return parts_pack(&p, &format_##F, s);                                 \
    }                                                                          \
                                                                               \
    F F##_muladd(F a, F b, F c, int negate, FloatStatus *s)                    \
    {                                                                          \
        FloatParts p =                                                         \
            parts_muladd(UNPACK(F, a), UNPACK(F, b), UNPACK(F, c), negate, s); \
        return parts_pack(&p, &format_##F, s);                                 \
    }                                                                          \
                                                                               \
    F F##_min(F a, F b, FloatStatus *s)                                        \
    {                                                                          \
        return select_operand(a, b, FLOAT_LESS, &format_##F, s);               \
    }                                                                          \
                                                                               \
    F F##_max(F a, F b, FloatStatus *s)                                        \
    {                                                                          \
        return select_operand(a, b, FLOAT_GREATER, &format_##F, s);            \
    }                                                                          \
                                                                               \
    F F##_round_to_int(F a, FloatRounding mode, FloatStatus *s)                \
    {                                                                          \
        return round_to_int(a, mode, &format_##F, s);                          \
    }                                                                          \
                                                                               \
    FloatRelation F##_compare(F a, F b, bool quiet, FloatStatus *s)            \
    {                                                                          \
        FloatParts pa = UNPACK(F, a);                                          \
        FloatParts pb = UNPACK(F, b);                                          \
        return parts_compare(&pa, &pb, quiet, s);                              \
    }

DEFINE_FORMAT(f32)
DEFINE_FORMAT(f64)

f64 f32_to_f64(f32 a, FloatStatus *s)
{
    FloatParts p = convert(UNPACK(f32, a), s);
    return parts_pack(&p, &format_f64, s);
}

f32 f64_to_f32(f64 a, FloatStatus *s)
{
    FloatParts p = convert(UNPACK(f64, a), s);
    return parts_pack(&p, &format_f32, s);
}

f32 f16_to_f32(f16 a, FloatStatus *s)
{
    static const FloatStatus no_daz;
    FloatParts p = parts_unpack(a, &format_f16, &no_daz);
    p.denormal = false;
    p = convert(p, s);
    return parts_pack(&p, &format_f32, s);
}

f16 f32_to_f16(f32 a, FloatRounding mode, FloatStatus *s)
{
    FloatStatus half = *s;
    half.ftz = false;
    half.rounding = mode;
    FloatParts p = convert(UNPACK(f32, a), &half);
    f16 r = parts_pack(&p, &format_f16, &half);
    s->flags |= half.flags;
    return r;
}
