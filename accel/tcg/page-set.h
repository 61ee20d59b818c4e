/* PageSet: an exact set of page numbers, for questions that an invalidation asks. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_PAGE_SET_H
#define ACCEL_TCG_PAGE_SET_H

#include "util/common.h"

/*
 * Open addressing, at most half full; a slot holds the number + 1, 0 is free. Members
 * only go all at once.
 */
typedef struct PageSet {
    uint64_t *slot;
    unsigned nslots, count; /* nslots: 0 or a power of two */
} PageSet;

static inline unsigned page_set_slot(const PageSet *s, uint64_t n)
{
    uint64_t h = n * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    unsigned i = h & (s->nslots - 1);

    while (s->slot[i] && s->slot[i] != n + 1) {
        i = (i + 1) & (s->nslots - 1);
    }
    return i;
}

static inline bool page_set_has(const PageSet *s, uint64_t n)
{
    return s->count && s->slot[page_set_slot(s, n)];
}

/* Doubles the table, or makes the first one. */
void page_set_grow(PageSet *s);

static inline void page_set_add(PageSet *s, uint64_t n)
{
    if (unlikely(2 * s->count >= s->nslots)) {
        page_set_grow(s);
    }
    unsigned i = page_set_slot(s, n);

    if (!s->slot[i]) {
        s->slot[i] = n + 1;
        s->count++;
    }
}

static inline void page_set_clear(PageSet *s)
{
    if (s->count) {
        memset(s->slot, 0, s->nslots * sizeof s->slot[0]);
        s->count = 0;
    }
}

static inline void page_set_free(PageSet *s)
{
    g_free(s->slot);
    *s = (PageSet){0};
}

#endif
