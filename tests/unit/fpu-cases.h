/* Operands for tests of floating point: special values, random ones near the edges. */
/* SPDX-License-Identifier: MIT */
/*
 * The random generator is seeded by the test, so a run is reproducible. MYNAH_FPU_CASES
 * in the environment sets the number of random cases per operation for longer runs.
 */
#ifndef TESTS_UNIT_FPU_CASES_H
#define TESTS_UNIT_FPU_CASES_H

#include <stdlib.h>

#include "fpu/fpu.h"

typedef struct Random {
    uint64_t state;
} Random;

/* splitmix64 */
static inline uint64_t random_u64(Random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline long random_case_count(void)
{
    const char *count = getenv("MYNAH_FPU_CASES");
    return count ? atol(count) : 200000;
}

/* Zeros, denormals, boundaries, integers, halves, infinities, NaNs. The sign is added. */
static const uint32_t special_f32[] = {
    0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007fffff, 0x007ffffe, 0x00800000,
    0x00800001, 0x00ffffff, 0x01000000, 0x1f800000, 0x33800000, 0x34000000, 0x3effffff,
    0x3f000000, 0x3f000001, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fc00000, 0x40200000,
    0x4affffff, 0x4b000001, 0x4effffff, 0x4f000000, 0x4f7fffff, 0x4f800000, 0x5effffff,
    0x5f000000, 0x5f7fffff, 0x5f800000, 0x7f000000, 0x7f7fffff, 0x7f800000, 0x7f800001,
    0x7fa12345, 0x7fbfffff, 0x7fc00000, 0x7fc00001, 0x7fe54321, 0x7fffffff, 0x477fe000,
    0x477ff000, 0x477fefff, 0x38800000, 0x387fffff, 0x33000000, 0x33000001,
};

static const uint64_t special_f64[] = {
    0x0000000000000000, 0x0000000000000001, 0x0008000000000000, 0x000fffffffffffff,
    0x000ffffffffffffe, 0x0010000000000000, 0x0010000000000001, 0x001fffffffffffff,
    0x0020000000000000, 0x1ff0000000000000, 0x3690000000000000, 0x3690000000000001,
    0x36a0000000000000, 0x380fffffffffffff, 0x380fffffe0000000, 0x380fffffefffffff,
    0x380ffffff0000000, 0x3810000000000000, 0x3ca0000000000000, 0x3fdfffffffffffff,
    0x3fe0000000000000, 0x3fe0000000000001, 0x3fefffffffffffff, 0x3ff0000000000000,
    0x3ff0000000000001, 0x3ff8000000000000, 0x4004000000000000, 0x41dfffffffc00000,
    0x41dfffffffe00000, 0x41e0000000000000, 0x41e0000000100000, 0x41efffffffe00000,
    0x41f0000000000000, 0x433fffffffffffff, 0x43dfffffffffffff, 0x43e0000000000000,
    0x43efffffffffffff, 0x43f0000000000000, 0x47efffffe0000000, 0x47efffffefffffff,
    0x47effffff0000000, 0x47f0000000000000, 0x7fe0000000000000, 0x7fefffffffffffff,
    0x7ff0000000000000, 0x7ff0000000000001, 0x7ff4123456789abc, 0x7ff7ffffffffffff,
    0x7ff8000000000000, 0x7ff8000000000001, 0x7ffcba9876543210, 0x7fffffffffffffff,
};

/* The same, and pseudo-denormals, unnormals, pseudo-infinities and pseudo-NaNs. */
static const floatx80 special_fx80[] = {
    {0x0000000000000000, 0x0000},
    {0x0000000000000001, 0x0000},
    {0x4000000000000000, 0x0000},
    {0x7fffffffffffffff, 0x0000},
    {0x8000000000000000, 0x0000},
    {0xffffffffffffffff, 0x0000},
    {0x8000000000000001, 0x0000},
    {0x8000000000000000, 0x0001},
    {0x8000000000000001, 0x0001},
    {0xffffffffffffffff, 0x0001},
    {0x8000000000000000, 0x2000},
    {0x8000000000000000, 0x3fbf},
    {0xffffffffffffffff, 0x3ffd},
    {0x8000000000000000, 0x3ffe},
    {0x8000000000000001, 0x3ffe},
    {0xffffffffffffffff, 0x3ffe},
    {0x8000000000000000, 0x3fff},
    {0x8000000000000001, 0x3fff},
    {0xc000000000000000, 0x3fff},
    {0xa000000000000000, 0x4000},
    {0xfffe000000000000, 0x400d},
    {0xffff000000000000, 0x400d},
    {0x8000000000000000, 0x400e},
    {0xfffffffe00000000, 0x401d},
    {0xffffffff00000000, 0x401d},
    {0x8000000000000000, 0x401e},
    {0xde0b6b3a763fffff, 0x403a},
    {0xde0b6b3a763ffff0, 0x403a},
    {0xde0b6b3a763ffff8, 0x403a},
    {0xffffffffffffffff, 0x403c},
    {0xffffffffffffffff, 0x403d},
    {0x8000000000000000, 0x403e},
    {0xffffffffffffffff, 0x403e},
    {0xffffffffffffffff, 0x407e},
    {0xffffff0000000000, 0x407e},
    {0xffffff8000000000, 0x407e},
    {0xfffffffffffff800, 0x43fe},
    {0xfffffffffffffc00, 0x43fe},
    {0x8000000000000000, 0x43ff},
    {0x8000000000000000, 0x3c01},
    {0xfffffffffffffc00, 0x3c00},
    {0x8000000000000000, 0x3bcd},
    {0x8000000000000000, 0x3f81},
    {0xffffff8000000000, 0x3f80},
    {0x8000000000000000, 0x7ffe},
    {0xffffffffffffffff, 0x7ffe},
    {0xffffff0000000000, 0x7ffe},
    {0x8000000000000000, 0x7fff},
    {0x8000000000000001, 0x7fff},
    {0xbfffffffffffffff, 0x7fff},
    {0xa123456789abcdef, 0x7fff},
    {0xc000000000000000, 0x7fff},
    {0xc000000000000001, 0x7fff},
    {0xe123456789abcdef, 0x7fff},
    {0xffffffffffffffff, 0x7fff},
    {0x0000000000000000, 0x7fff},
    {0x4000000000000000, 0x7fff},
    {0x0000000000000000, 0x3fff},
    {0x7fffffffffffffff, 0x3fff},
    {0x4000000000000000, 0x0001},
    {0x8000000000000000, 0x400b},
    {0xc90fdaa22168c235, 0x4000},
    {0xb504f333f9de6484, 0x3ffe},
    {0x8000000000000000, 0xc00b},
};

/* A significand: all bits random, or a few at the top, or all ones but a few. */
static inline uint64_t random_significand(Random *r)
{
    uint64_t v = random_u64(r);
    unsigned keep = random_u64(r) % 64;
    switch (random_u64(r) % 4) {
    case 0:
        return v;
    case 1:
        return v >> keep << keep;
    case 2:
        return ~(v >> keep << keep);
    default:
        return v & random_u64(r) & random_u64(r) & random_u64(r);
    }
}

/* An exponent field: anywhere, or close to a place where something happens. */
static inline int random_exponent(Random *r, int bits)
{
    int max = (1 << bits) - 1, bias = max / 2;
    int near = (int)(random_u64(r) % 17) - 8, far = random_u64(r) % 70;
    switch (random_u64(r) % 8) {
    case 0:
        return random_u64(r) % (max + 1);
    case 1:
        return MAX(near, 0);
    case 2:
        return MIN(max + near, max);
    case 3:
        return MIN(bias + far, max);
    case 4:
        return bias / 2 + near > 0 ? bias / 2 + near : 0;
    default:
        return bias + near > 0 ? MIN(bias + near, max) : 0;
    }
}

/* A random encoding of `exp_bits` and `frac_bits` (fraction without integer bit). */
static inline uint64_t random_float(Random *r, int exp_bits, int frac_bits)
{
    uint64_t sign = random_u64(r) & 1;
    uint64_t frac = random_significand(r) >> (64 - frac_bits);
    return (sign << exp_bits | random_exponent(r, exp_bits)) << frac_bits | frac;
}

static inline uint64_t random_f32(Random *r)
{
    uint64_t pick = random_u64(r);
    if (pick % 8 == 0) {
        return special_f32[pick / 8 % ARRAY_SIZE(special_f32)] | (pick >> 63 << 31);
    }
    return random_float(r, 8, 23);
}

static inline uint64_t random_f64(Random *r)
{
    uint64_t pick = random_u64(r);
    if (pick % 8 == 0) {
        return special_f64[pick / 8 % ARRAY_SIZE(special_f64)] | pick >> 63 << 63;
    }
    return random_float(r, 11, 52);
}

static inline floatx80 random_fx80(Random *r)
{
    uint64_t pick = random_u64(r);
    uint16_t sign = pick >> 63 << 15;
    if (pick % 8 == 0) {
        floatx80 v = special_fx80[pick / 8 % ARRAY_SIZE(special_fx80)];
        return (floatx80){v.lo, v.hi ^ sign};
    }
    uint16_t exp = random_exponent(r, 15);
    uint64_t integer = (uint64_t)(exp != 0) << 63;
    if (pick / 8 % 32 == 0) {
        integer ^= (uint64_t)1 << 63;
    }
    return (floatx80){random_significand(r) >> 1 | integer, sign | exp};
}

/* An integer of a random length: edges of i16, i32 and i64 are likely. */
static inline uint64_t random_integer(Random *r)
{
    int64_t v = random_significand(r); /* first: C does not say which operand is */
    return v >> random_u64(r) % 64;
}

/* Steps between two values of one sign; any other pair but the zeros is far apart. */
static inline uint64_t fx80_distance(floatx80 a, floatx80 b)
{
    if ((a.hi ^ b.hi) >> 15) {
        return UINT64_MAX;
    }
    unsigned __int128 x = (unsigned __int128)(a.hi & 0x7fff) << 63 | (a.lo & INT64_MAX);
    unsigned __int128 y = (unsigned __int128)(b.hi & 0x7fff) << 63 | (b.lo & INT64_MAX);
    unsigned __int128 d = x > y ? x - y : y - x;
    return MIN(d, UINT64_MAX);
}

#endif
