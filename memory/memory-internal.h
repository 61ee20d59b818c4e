/* What the files of memory/ share: the flat view and the block list. */
/* SPDX-License-Identifier: MIT */
#ifndef MEMORY_MEMORY_INTERNAL_H
#define MEMORY_MEMORY_INTERNAL_H

#include "memory/memory.h"
#include "util/atomic.h"

/* Sorted by start, no overlap, never changed once it is published; freed by epoch. */
struct FlatView {
    unsigned nr;
    unsigned hint; /* section of the last look-up: any value below nr is right */
    MemorySection sections[];
};

/* flatview_find() when the hint does not help. */
const MemorySection *flatview_search(FlatView *view, hwaddr addr);

/* The section that holds addr, or NULL for a hole. The caller is inside an epoch. */
static inline const MemorySection *flatview_find(FlatView *view, hwaddr addr)
{
    unsigned hint = atomic_read(&view->hint);
    if (likely(hint < view->nr)) {
        const MemorySection *s = &view->sections[hint];
        if (likely(addr >= s->start && addr <= s->last)) {
            return s;
        }
    }
    return flatview_search(view, addr);
}

/* Renders all address spaces anew and tells their listeners. */
void flatview_update_all(void);

bool ram_block_new(MemoryRegion *mr, hwaddr size, GError **errp);
void ram_block_free(RAMBlock *block);

#endif
