/* A hash of bytes: fast, for tables and to find damage; not against who looks for equals.
 */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include "util/bitops.h"
#include "util/common.h"

static inline uint64_t hash_mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

/* Of n bytes at p; `seed` makes hashes of another kind, or goes on with that of what came
 * before. Two halves at a time, since each waits for its multiplications. */
static inline uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
    const uint8_t *b = p;
    uint64_t h[2] = {seed ^ n, ~seed};
    uint64_t tail[2] = {0};
    for (; n >= 16; n -= 16, b += 16) {
        h[0] = hash_mix(h[0], ldq_he_p(b));
        h[1] = hash_mix(h[1], ldq_he_p(b + 8));
    }
    memcpy(tail, b, n);
    return hash_mix(hash_mix(hash_mix(h[0], tail[0]), tail[1]), h[1]);
}

#endif
