/* HTab: insertion, removal and growth, under the table's lock. */
/* SPDX-License-Identifier: MIT */
#include "util/htab.h"

#include "util/bitops.h"
#include "util/epoch.h"
#include "util/error.h"
#include "util/host.h"

#include <sys/mman.h>

/*
 * A slot's hash is written before its entry, and readers look at the hash first: one that
 * sees a new entry by an old hash asks `equal`, which says no. An entry that finds its
 * bucket full goes into the next one that has room; those that it passed say so before it
 * is there. Growth copies all entries to a new array and publishes that by one store.
 */

/* Empty ones. Hashes lead to all pages of them, so these come at once. */
static HTabBucket *new_buckets(size_t n)
{
    size_t size = n * sizeof(HTabBucket);
    HTabBucket *b = host_map_apart(size);
    if (!b) {
        out_of_memory("a hash table");
    }
    if (size >= HOST_HUGE_PAGE) {
        host_want_huge(b, size);
    }
    host_populate(b, size, true);
    return b;
}

/* So many for each 2 buckets. */
enum { FILL = 7 };

static HTabMap *map_new(size_t expected)
{
    size_t buckets = 16;
    while (buckets * FILL / 2 < expected) {
        buckets *= 2;
    }
    if (buckets * sizeof(HTabBucket) > HOST_SMALL_TABLE) {
        buckets = MAX(buckets, HOST_HUGE_PAGE / sizeof(HTabBucket));
    }
    HTabMap *map = g_new(HTabMap, 1);
    map->mask = buckets - 1;
    map->buckets = new_buckets(buckets);
    return map;
}

static void map_free(void *p)
{
    HTabMap *map = p;
    munmap(map->buckets, (map->mask + 1) * sizeof(HTabBucket));
    g_free(map);
}

/* With so many buckets of it that have spilled. */
static void publish(HTab *h, HTabMap *map, size_t spills)
{
    h->capacity = (map->mask + 1) * FILL / 2;
    h->spills = spills;
    h->most_spills = MAX((map->mask + 1) / 2, 2 * spills);
    atomic_store_release(&h->map, map);
}

void htab_init(HTab *h, size_t expected)
{
    mutex_init(&h->lock);
    h->count = 0;
    publish(h, map_new(expected), 0);
}

void htab_destroy(HTab *h)
{
    map_free(h->map);
    h->map = NULL;
    mutex_destroy(&h->lock);
}

static int free_slot(const HTabBucket *b)
{
    for (int i = 0; i < HTAB_BUCKET_SLOTS; i++) {
        if (!b->entry[i]) {
            return i;
        }
    }
    return -1;
}

/* Puts an entry into the first free slot; there is one. Returns how many buckets have
 * spilled for the first time. */
static size_t map_put(HTabMap *map, void *entry, uint32_t tag)
{
    size_t spills = 0;
    for (size_t n = tag;; n++) {
        HTabBucket *b = &map->buckets[n & map->mask];
        int i = free_slot(b);
        if (i >= 0) {
            atomic_set(&b->hash[i], tag);
            atomic_store_release(&b->entry[i], entry);
            return spills;
        }
        spills += !b->spilled;
        atomic_set(&b->spilled, 1);
    }
}

/* Calls fn for each slot in use. */
static void map_foreach(HTabMap *map, void (*fn)(HTabBucket *b, int slot, void *opaque),
                        void *opaque)
{
    for (size_t i = 0; i <= map->mask; i++) {
        HTabBucket *b = &map->buckets[i];
        for (int slot = 0; slot < HTAB_BUCKET_SLOTS; slot++) {
            if (b->entry[slot]) {
                fn(b, slot, opaque);
            }
        }
    }
}

typedef struct Copy {
    HTabMap *to;
    size_t spills;
} Copy;

static void copy_slot(HTabBucket *b, int slot, void *opaque)
{
    Copy *c = opaque;
    c->spills += map_put(c->to, b->entry[slot], b->hash[slot]);
}

/* A new array: four times as large, if it is not only that entries came and went. */
static void renew(HTab *h)
{
    HTabMap *old = h->map;
    bool full = h->count > h->capacity / 2;
    Copy c = {map_new(full ? h->capacity * 4 : h->capacity), 0};
    map_foreach(old, copy_slot, &c);
    publish(h, c.to, c.spills);
    epoch_retire(old, map_free);
}

void *htab_insert(HTab *h, void *entry, uint64_t hash, HTabEqual *equal, const void *key)
{
    mutex_lock(&h->lock);
    void *present = equal ? htab_find(h, hash, equal, key) : NULL;
    if (!present) {
        if (h->count >= h->capacity || h->spills > h->most_spills) {
            renew(h);
        }
        h->spills += map_put(h->map, entry, hash);
        h->count++;
    }
    mutex_unlock(&h->lock);
    return present;
}

static bool bucket_remove(HTabBucket *b, const void *entry)
{
    for (int i = 0; i < HTAB_BUCKET_SLOTS; i++) {
        if (b->entry[i] == entry) {
            atomic_store_release(&b->entry[i], NULL);
            return true;
        }
    }
    return false;
}

bool htab_remove(HTab *h, const void *entry, uint64_t hash)
{
    bool found = false;
    mutex_lock(&h->lock);
    for (size_t n = 0; n <= h->map->mask && !found; n++) {
        HTabBucket *b = &h->map->buckets[(hash + n) & h->map->mask];
        found = bucket_remove(b, entry);
        if (!b->spilled) {
            break;
        }
    }
    h->count -= found;
    mutex_unlock(&h->lock);
    return found;
}

void htab_reset(HTab *h)
{
    mutex_lock(&h->lock);
    HTabMap *old = h->map;
    publish(h, map_new(h->capacity), 0);
    h->count = 0;
    mutex_unlock(&h->lock);
    epoch_retire(old, map_free);
}

typedef struct Visit {
    void (*fn)(void *entry, void *opaque);
    void *opaque;
} Visit;

static void visit_slot(HTabBucket *b, int slot, void *opaque)
{
    Visit *v = opaque;
    v->fn(b->entry[slot], v->opaque);
}

void htab_foreach(HTab *h, void (*fn)(void *entry, void *opaque), void *opaque)
{
    Visit v = {fn, opaque};
    mutex_lock(&h->lock);
    map_foreach(h->map, visit_slot, &v);
    mutex_unlock(&h->lock);
}

size_t htab_count(HTab *h)
{
    mutex_lock(&h->lock);
    size_t n = h->count;
    mutex_unlock(&h->lock);
    return n;
}
