/* Bits and bytes: fields, rotates, sign extension, unaligned loads and stores by
 * endianness. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_BITOPS_H
#define UTIL_BITOPS_H

#include "util/common.h"

#define BIT32(n) (UINT32_C(1) << (n))
#define BIT64(n) (UINT64_C(1) << (n))

/* A mask of `len` ones starting at bit `start`; start + len <= 64, len >= 1. */
#define MASK64(start, len) ((~UINT64_C(0) >> (64 - (len))) << (start))

/* FIELD(REG, NAME, start, length) names a bit field by the words of the manual. */
#define FIELD(reg, name, start, length) \
    enum { reg##_##name##_SHIFT = (start), reg##_##name##_LENGTH = (length) };

#define FIELD_MASK(reg, name) MASK64(reg##_##name##_SHIFT, reg##_##name##_LENGTH)
#define FIELD_GET(value, reg, name) \
    extract64((value), reg##_##name##_SHIFT, reg##_##name##_LENGTH)
#define FIELD_SET(value, reg, name, field) \
    deposit64((value), reg##_##name##_SHIFT, reg##_##name##_LENGTH, (field))

/* Bits start .. start + len - 1 of v; len >= 1, start + len <= 64. */
static inline uint64_t extract64(uint64_t v, unsigned start, unsigned len)
{
    return (v >> start) & (~UINT64_C(0) >> (64 - len));
}

/* As extract64(), with the topmost bit of the field as its sign. */
static inline int64_t sextract64(uint64_t v, unsigned start, unsigned len)
{
    return (int64_t)(v << (64 - len - start)) >> (64 - len);
}

/* v with bits start .. start + len - 1 replaced by the low bits of field. */
static inline uint64_t deposit64(uint64_t v, unsigned start, unsigned len, uint64_t field)
{
    uint64_t mask = MASK64(start, len);
    return (v & ~mask) | ((field << start) & mask);
}

static inline uint32_t extract32(uint32_t v, unsigned start, unsigned len)
{
    return (v >> start) & (~UINT32_C(0) >> (32 - len));
}

static inline uint32_t deposit32(uint32_t v, unsigned start, unsigned len, uint32_t field)
{
    return deposit64(v, start, len, field);
}

/* The low `len` bits of v as a signed number; 1 <= len <= 64. */
static inline int64_t sign_extend(uint64_t v, unsigned len)
{
    return sextract64(v, 0, len);
}

/* Rotates; any count is taken modulo the width. */
static inline uint8_t rol8(uint8_t v, unsigned n)
{
    return v << (n & 7) | v >> (-n & 7);
}

static inline uint16_t rol16(uint16_t v, unsigned n)
{
    return v << (n & 15) | v >> (-n & 15);
}

static inline uint32_t rol32(uint32_t v, unsigned n)
{
    return v << (n & 31) | v >> (-n & 31);
}

static inline uint64_t rol64(uint64_t v, unsigned n)
{
    return v << (n & 63) | v >> (-n & 63);
}

static inline uint8_t ror8(uint8_t v, unsigned n)
{
    return rol8(v, -n);
}

static inline uint16_t ror16(uint16_t v, unsigned n)
{
    return rol16(v, -n);
}

static inline uint32_t ror32(uint32_t v, unsigned n)
{
    return rol32(v, -n);
}

static inline uint64_t ror64(uint64_t v, unsigned n)
{
    return rol64(v, -n);
}

/* Count of leading or trailing zeros; the width for 0. */
static inline unsigned clz32(uint32_t v)
{
    return v ? __builtin_clz(v) : 32;
}

static inline unsigned clz64(uint64_t v)
{
    return v ? __builtin_clzll(v) : 64;
}

static inline unsigned ctz32(uint32_t v)
{
    return v ? __builtin_ctz(v) : 32;
}

static inline unsigned ctz64(uint64_t v)
{
    return v ? __builtin_ctzll(v) : 64;
}

static inline unsigned popcount64(uint64_t v)
{
    return __builtin_popcountll(v);
}

static inline bool is_power_of_2(uint64_t v)
{
    return v && !(v & (v - 1));
}

/* The largest power of two that is not above v; 0 for 0. */
static inline uint64_t pow2_floor(uint64_t v)
{
    return v ? BIT64(63 - clz64(v)) : 0;
}

/* Unaligned loads and stores: NAME_he_p in host order, _le_p little, _be_p big endian. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define TO_LE(bits, v) (v)
#define TO_BE(bits, v) __builtin_bswap##bits(v)
#else
#define TO_LE(bits, v) __builtin_bswap##bits(v)
#define TO_BE(bits, v) (v)
#endif

#define DEFINE_UNALIGNED(letter, bits)                              \
    static inline uint##bits##_t ld##letter##_he_p(const void *p)   \
    {                                                               \
        uint##bits##_t v;                                           \
        memcpy(&v, p, sizeof v);                                    \
        return v;                                                   \
    }                                                               \
    static inline void st##letter##_he_p(void *p, uint##bits##_t v) \
    {                                                               \
        memcpy(p, &v, sizeof v);                                    \
    }                                                               \
    static inline uint##bits##_t ld##letter##_le_p(const void *p)   \
    {                                                               \
        return TO_LE(bits, ld##letter##_he_p(p));                   \
    }                                                               \
    static inline void st##letter##_le_p(void *p, uint##bits##_t v) \
    {                                                               \
        st##letter##_he_p(p, TO_LE(bits, v));                       \
    }                                                               \
    static inline uint##bits##_t ld##letter##_be_p(const void *p)   \
    {                                                               \
        return TO_BE(bits, ld##letter##_he_p(p));                   \
    }                                                               \
    static inline void st##letter##_be_p(void *p, uint##bits##_t v) \
    {                                                               \
        st##letter##_he_p(p, TO_BE(bits, v));                       \
    }

DEFINE_UNALIGNED(w, 16)
DEFINE_UNALIGNED(l, 32)
DEFINE_UNALIGNED(q, 64)

static inline uint8_t ldb_p(const void *p)
{
    return *(const uint8_t *)p;
}

static inline void stb_p(void *p, uint8_t v)
{
    *(uint8_t *)p = v;
}

/* A little-endian number of `size` (1, 2, 4, 8) bytes at p. */
static inline uint64_t ldn_le_p(const void *p, unsigned size)
{
    switch (size) {
    case 1:
        return ldb_p(p);
    case 2:
        return ldw_le_p(p);
    case 4:
        return ldl_le_p(p);
    default:
        return ldq_le_p(p);
    }
}

static inline void stn_le_p(void *p, unsigned size, uint64_t v)
{
    switch (size) {
    case 1:
        stb_p(p, v);
        break;
    case 2:
        stw_le_p(p, v);
        break;
    case 4:
        stl_le_p(p, v);
        break;
    default:
        stq_le_p(p, v);
        break;
    }
}

#endif
