/* Integer square roots. */
/* SPDX-License-Identifier: MIT */
/*
 * Of numbers with one of the top two bits set: root and remainder of twice the bits come
 * from those of the upper half by one division (P. Zimmermann, "Karatsuba Square Root",
 * 1999). Calls nothing.
 */
#ifndef FPU_ISQRT_H
#define FPU_ISQRT_H

#include "util/common.h"
#include "util/int128.h"

static inline uint32_t isqrt_u16(uint32_t n, uint32_t *rest)
{
    uint32_t root = 0x80;
    for (uint32_t bit = 0x40; bit; bit >>= 1) {
        uint32_t larger = root | bit;
        root = larger * larger <= n ? larger : root;
    }
    *rest = n - root * root;
    return root;
}

static inline uint32_t isqrt_u32(uint32_t n, uint32_t *rest)
{
    uint32_t high_rest, high = isqrt_u16(n >> 16, &high_rest);
    uint32_t dividend = high_rest << 8 | (n >> 8 & 0xff);
    uint32_t q = dividend / (2 * high), u = dividend % (2 * high);
    uint32_t root = (high << 8) + q;
    int32_t r = (int32_t)((u << 8) + (n & 0xff)) - (int32_t)(q * q);
    if (r < 0) {
        r += 2 * root - 1;
        root--;
    }
    *rest = r;
    return root;
}

static inline uint32_t isqrt_u64(uint64_t n, uint64_t *rest)
{
    uint32_t high_rest;
    uint64_t high = isqrt_u32(n >> 32, &high_rest);
    uint64_t dividend = (uint64_t)high_rest << 16 | (n >> 16 & 0xffff);
    uint64_t q = dividend / (2 * high), u = dividend % (2 * high);
    uint64_t root = (high << 16) + q;
    int64_t r = (int64_t)((u << 16) + (n & 0xffff)) - (int64_t)(q * q);
    if (r < 0) {
        r += 2 * root - 1;
        root--;
    }
    *rest = r;
    return root;
}

static inline uint64_t isqrt_u128(u128 n, u128 *rest)
{
    uint64_t high_rest, low = n, high = isqrt_u64(n >> 64, &high_rest);
    /* the dividend has 65 bits: half of it by `high`, its bit 0 to the remainder */
    uint64_t half = high_rest << 31 | low >> 33;
    uint64_t q = half / high, u = (half % high) << 1 | (low >> 32 & 1);
    u128 root = ((u128)high << 32) + q;
    i128 r = (i128)(((u128)u << 32) + (uint32_t)low) - (i128)((u128)q * q);
    if (r < 0) {
        r += 2 * root - 1;
        root--;
    }
    *rest = r;
    return root;
}

#endif
