/* A random sequence that is the same on every host. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_RAND_H
#define TESTS_UNIT_RAND_H

#include "util/common.h"

/* xorshift64*; the state must not be 0. */
typedef struct Rand {
    uint64_t state;
} Rand;

static inline uint64_t rand_u64(Rand *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 .. n - 1. */
static inline unsigned rand_below(Rand *r, unsigned n)
{
    return (rand_u64(r) >> 33) % n;
}

#endif
