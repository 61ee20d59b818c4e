/* Bump allocator that is reset as a whole: one per translation, so passes neither free
 * nor leak. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include "util/common.h"

typedef struct Arena {
    char *base, *cur, *end;
} Arena;

/* An arena of `size` bytes, or of none: arena_alloc() then is a bug. Freed with
 * arena_free(). */
static inline void arena_init(Arena *a, size_t size)
{
    a->base = a->cur = g_malloc(size);
    a->end = a->base + size;
}

static inline void arena_free(Arena *a)
{
    g_free(a->base);
    *a = (Arena){0};
}

static inline void arena_reset(Arena *a)
{
    a->cur = a->base;
}

static inline size_t arena_room(const Arena *a)
{
    return (size_t)(a->end - a->cur);
}

/* n bytes, aligned to 16, not cleared. The caller bounds what a unit needs: running out
 * is a bug. */
static inline void *arena_alloc(Arena *a, size_t n)
{
    n = ROUND_UP(n, 16);
    assert(n <= arena_room(a));
    void *p = a->cur;
    a->cur += n;
    return p;
}

#endif
