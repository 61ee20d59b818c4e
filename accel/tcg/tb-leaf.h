/* The table of pages that units were made from: tb-pages.c. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_TB_LEAF_H
#define ACCEL_TCG_TB_LEAF_H

#include "accel/tcg/tb.h"
#include "util/atomic.h"

#define LEAF_BITS  7
#define LEAF_PAGES (1u << LEAF_BITS)

typedef struct CodePage {
    TranslationBlock *first;
    uint64_t granules;
} CodePage;

typedef struct Leaf {
    CodePage page[LEAF_PAGES];
    uint16_t note[LEAF_PAGES];
} Leaf;

/* Indexed by page of ram_addr_t, of up to 47 bits, three levels: a leaf covers 512 KiB, a
 * Mid 8 GiB. What is there once stays, so that readers need no lock. */
#define MID_BITS  14
#define ROOT_BITS 14
typedef struct Mid {
    Leaf *leaf[1 << MID_BITS];
} Mid;
typedef struct PageTable {
    Mid *mid[1 << ROOT_BITS];
} PageTable;

/* The place of the leaf's pointer; NULL: there is not even that. */
static inline Leaf **leaf_slot(const TCGEngine *e, ram_addr_t addr)
{
    size_t n = addr >> (PAGE_BITS + LEAF_BITS);
    Mid *mid = n >> (MID_BITS + ROOT_BITS)
                   ? NULL
                   : atomic_load_acquire(&e->pages->mid[n >> MID_BITS]);

    return mid ? &mid->leaf[n & ((1 << MID_BITS) - 1)] : NULL;
}

static inline Leaf *leaf_find(const TCGEngine *e, ram_addr_t addr)
{
    Leaf **slot = leaf_slot(e, addr);

    return slot ? atomic_load_acquire(slot) : NULL;
}

#endif
