/* Bitmaps: ranges and searches, a word at a time. */
/* SPDX-License-Identifier: MIT */
#include "util/bitmap.h"

#include "util/bitops.h"

uint64_t *bitmap_new(size_t nbits)
{
    return g_new0(uint64_t, BITMAP_WORDS(nbits));
}

/* The part of [start, end) that lies in word w, as a mask. */
static uint64_t word_mask(size_t w, size_t start, size_t end)
{
    size_t lo = MAX(start, w * 64), hi = MIN(end, w * 64 + 64);
    return MASK64(lo % 64, hi - lo);
}

void bitmap_set_range(uint64_t *map, size_t start, size_t n)
{
    for (size_t w = start / 64; n && w <= (start + n - 1) / 64; w++) {
        map[w] |= word_mask(w, start, start + n);
    }
}

void bitmap_clear_range(uint64_t *map, size_t start, size_t n)
{
    for (size_t w = start / 64; n && w <= (start + n - 1) / 64; w++) {
        map[w] &= ~word_mask(w, start, start + n);
    }
}

/* First bit at or after `from` that is set in map ^ flip. */
static size_t find(const uint64_t *map, size_t nbits, size_t from, uint64_t flip)
{
    while (from < nbits) {
        uint64_t word = (map[from / 64] ^ flip) >> (from % 64);
        if (word) {
            return MIN(from + ctz64(word), nbits);
        }
        from = (from / 64 + 1) * 64;
    }
    return nbits;
}

size_t bitmap_find_set(const uint64_t *map, size_t nbits, size_t from)
{
    return find(map, nbits, from, 0);
}

size_t bitmap_find_clear(const uint64_t *map, size_t nbits, size_t from)
{
    return find(map, nbits, from, ~UINT64_C(0));
}

size_t bitmap_count(const uint64_t *map, size_t nbits)
{
    size_t n = 0;
    for (size_t w = 0; w < BITMAP_WORDS(nbits); w++) {
        n += popcount64(map[w] & word_mask(w, 0, nbits));
    }
    return n;
}
