/* Bitmaps: dirty maps and sets of small numbers, as arrays of 64-bit words. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_BITMAP_H
#define UTIL_BITMAP_H

#include "util/common.h"

#define BITMAP_WORDS(nbits) (((nbits) + 63) / 64)

/* Declares an empty bitmap as a variable or member. */
#define BITMAP_DECLARE(name, nbits) uint64_t name[BITMAP_WORDS(nbits)]

/* All bits clear; freed by g_free(). */
uint64_t *bitmap_new(size_t nbits);

static inline bool bitmap_test(const uint64_t *map, size_t bit)
{
    return map[bit / 64] >> (bit % 64) & 1;
}

static inline void bitmap_set(uint64_t *map, size_t bit)
{
    map[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void bitmap_clear(uint64_t *map, size_t bit)
{
    map[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

/* The atomic forms return the bit's old value. */
static inline bool bitmap_test_and_set_atomic(uint64_t *map, size_t bit)
{
    uint64_t mask = UINT64_C(1) << (bit % 64);
    return __atomic_fetch_or(&map[bit / 64], mask, __ATOMIC_SEQ_CST) & mask;
}

static inline bool bitmap_test_and_clear_atomic(uint64_t *map, size_t bit)
{
    uint64_t mask = UINT64_C(1) << (bit % 64);
    return __atomic_fetch_and(&map[bit / 64], ~mask, __ATOMIC_SEQ_CST) & mask;
}

/* Bits start .. start + n - 1. */
void bitmap_set_range(uint64_t *map, size_t start, size_t n);
void bitmap_clear_range(uint64_t *map, size_t start, size_t n);

/* The first set (clear) bit at or after `from`; nbits when there is none. */
size_t bitmap_find_set(const uint64_t *map, size_t nbits, size_t from);
size_t bitmap_find_clear(const uint64_t *map, size_t nbits, size_t from);

size_t bitmap_count(const uint64_t *map, size_t nbits);

#endif
