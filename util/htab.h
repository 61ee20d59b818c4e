/* HTab: hash table that is read without a lock, for look-up of translated blocks. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_HTAB_H
#define UTIL_HTAB_H

#include "util/atomic.h"
#include "util/common.h"
#include "util/thread.h"

/*
 * Entries are pointers with a 64-bit hash that the caller computes. An entry never moves
 * inside a bucket array, so a reader that runs beside writers finds every entry that is
 * in the table from before its look-up to after it. Readers are inside an epoch
 * (util/epoch.h): bucket arrays are retired by it, and the owner of an entry retires the
 * entry so after removing it. Writers take the table's lock.
 */

#define HTAB_BUCKET_SLOTS 5

typedef struct HTabBucket {
    void *entry[HTAB_BUCKET_SLOTS];   /* NULL: free */
    uint32_t hash[HTAB_BUCKET_SLOTS]; /* lower half of the hash */
    uint32_t spilled; /* entries of this bucket may be in the next: stays so */
} __attribute__((aligned(64))) HTabBucket; /* a cache line */
static_assert(sizeof(HTabBucket) == 64, "no byte is left over");

typedef struct HTabMap {
    size_t mask; /* buckets - 1 */
    HTabBucket *buckets;
} HTabMap;

/* Whether `entry` is what `key` asks for. */
typedef bool HTabEqual(const void *entry, const void *key);

typedef struct HTab {
    HTabMap *map;
    Mutex lock;
    /* A new array is made when there are as many entries, or as many buckets have
     * spilled. */
    size_t count, capacity, spills, most_spills;
} HTab;

/* expected: number of entries that it holds before it first grows. */
void htab_init(HTab *h, size_t expected);
/* With no readers left. Entries are the owner's. */
void htab_destroy(HTab *h);

/*
 * Puts in `entry` unless one that is equal to `key` is there already; returns that one,
 * or NULL when `entry` went in. Without `equal` nothing is equal.
 */
void *htab_insert(HTab *h, void *entry, uint64_t hash, HTabEqual *equal, const void *key);
/* Takes out this very entry; false: it was not there. */
bool htab_remove(HTab *h, const void *entry, uint64_t hash);
/* Takes out all entries. */
void htab_reset(HTab *h);
/* Calls fn for each entry, with the lock held. */
void htab_foreach(HTab *h, void (*fn)(void *entry, void *opaque), void *opaque);
size_t htab_count(HTab *h);

/* The entry that is equal to `key`, or NULL. Inline, so that `equal` is inlined as well.
 */
static inline void *htab_find(const HTab *h, uint64_t hash, HTabEqual *equal,
                              const void *key)
{
    const HTabMap *map = atomic_load_acquire(&h->map);
    uint32_t tag = hash;
    for (size_t n = 0; n <= map->mask; n++) { /* all may have spilled */
        const HTabBucket *b = &map->buckets[(hash + n) & map->mask];
        for (int i = 0; i < HTAB_BUCKET_SLOTS; i++) {
            if (atomic_read(&b->hash[i]) == tag) {
                void *entry = atomic_load_acquire(&b->entry[i]);
                if (likely(entry && equal(entry, key))) {
                    return entry;
                }
            }
        }
        if (likely(!atomic_read(&b->spilled))) {
            break;
        }
    }
    return NULL;
}

#endif
