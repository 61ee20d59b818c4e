/* Integers of 128 bits, and quotients as the divide instructions want them. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_INT128_H
#define UTIL_INT128_H

#include "util/common.h"

/* All hosts have 64-bit registers, and there the compiler has this type. */
typedef unsigned __int128 u128;
typedef __int128 i128;

static inline u128 u128_make(uint64_t lo, uint64_t hi)
{
    return (u128)hi << 64 | lo;
}

static inline uint64_t u128_hi(u128 v)
{
    return v >> 64;
}

/*
 * Divides hi:lo by d. Returns false, and changes nothing, when d is 0 or the quotient
 * does not fit in 64 bits.
 */
static inline bool divu128(uint64_t *quot, uint64_t *rem, u128 n, uint64_t d)
{
    if (d <= u128_hi(n)) { /* holds for d = 0 as well */
        return false;
    }
    *quot = n / d;
    *rem = n % d;
    return true;
}

/* As divu128(), signed; the quotient is rounded towards 0, the remainder has n's sign. */
static inline bool divs128(int64_t *quot, int64_t *rem, i128 n, int64_t d)
{
    bool n_neg = n < 0, d_neg = d < 0;
    u128 un = n_neg ? -(u128)n : (u128)n;
    uint64_t ud = d_neg ? -(uint64_t)d : (uint64_t)d, uq, ur;
    if (!divu128(&uq, &ur, un, ud)) {
        return false;
    }
    uint64_t limit = (uint64_t)INT64_MAX + (n_neg != d_neg);
    if (uq > limit) {
        return false;
    }
    *quot = n_neg != d_neg ? -uq : uq;
    *rem = n_neg ? -ur : ur;
    return true;
}

#endif
