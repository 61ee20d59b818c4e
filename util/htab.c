/* HTab: insertion, removal and growth, under the table's lock. */
/* SPDX-License-Identifier: MIT */
#include "util/htab.h"

#include <stdlib.h>

#include "util/bitops.h"
#include "util/epoch.h"

/*
 * A slot's hash is written before its entry, and readers look at the hash first: one that
 * sees a new entry by an old hash asks `equal`, which says no. Growth copies all entries
 * to a new array and publishes that by one store; it is done when buckets are two thirds
 * full on average.
 */

/* Empty ones; returns what is to be freed. */
static void *new_buckets(size_t n, HTabBucket **out)
{
    void *p = g_malloc0_n(n + 1, sizeof(HTabBucket)); /* fresh pages are not touched */
    *out = (HTabBucket *)ROUND_UP((uintptr_t)p, sizeof(HTabBucket));
    return p;
}

static HTabBucket *new_overflow(void)
{
    HTabBucket *b = aligned_alloc(sizeof *b, sizeof *b);
    if (!b) {
        g_error("no memory for a hash table");
    }
    memset(b, 0, sizeof *b);
    return b;
}

static HTabMap *map_new(size_t expected)
{
    size_t buckets = 16;
    while (buckets * HTAB_BUCKET_SLOTS * 2 / 3 < expected) {
        buckets *= 2;
    }
    HTabMap *map = g_new(HTabMap, 1);
    map->mask = buckets - 1;
    map->memory = new_buckets(buckets, &map->buckets);
    return map;
}

static size_t map_capacity(const HTabMap *map)
{
    return (map->mask + 1) * HTAB_BUCKET_SLOTS * 2 / 3;
}

static void map_free(void *p)
{
    HTabMap *map = p;
    for (size_t i = 0; i <= map->mask; i++) {
        for (HTabBucket *b = map->buckets[i].next, *next; b; b = next) {
            next = b->next;
            free(b);
        }
    }
    g_free(map->memory);
    g_free(map);
}

static void publish(HTab *h, HTabMap *map)
{
    h->capacity = map_capacity(map);
    atomic_store_release(&h->map, map);
}

void htab_init(HTab *h, size_t expected)
{
    mutex_init(&h->lock);
    h->count = 0;
    publish(h, map_new(expected));
}

void htab_destroy(HTab *h)
{
    map_free(h->map);
    h->map = NULL;
    mutex_destroy(&h->lock);
}

/* Puts an entry into the first free slot of its bucket. */
static void map_put(HTabMap *map, void *entry, uint32_t tag)
{
    HTabBucket *b = &map->buckets[tag & map->mask];
    for (;;) {
        for (int i = 0; i < HTAB_BUCKET_SLOTS; i++) {
            if (!b->entry[i]) {
                atomic_set(&b->hash[i], tag);
                atomic_store_release(&b->entry[i], entry);
                return;
            }
        }
        if (!b->next) {
            atomic_store_release(&b->next, new_overflow());
        }
        b = b->next;
    }
}

/* Calls fn for each slot in use. */
static void map_foreach(HTabMap *map, void (*fn)(HTabBucket *b, int slot, void *opaque),
                        void *opaque)
{
    for (size_t i = 0; i <= map->mask; i++) {
        for (HTabBucket *b = &map->buckets[i]; b; b = b->next) {
            for (int slot = 0; slot < HTAB_BUCKET_SLOTS; slot++) {
                if (b->entry[slot]) {
                    fn(b, slot, opaque);
                }
            }
        }
    }
}

static void copy_slot(HTabBucket *b, int slot, void *opaque)
{
    map_put(opaque, b->entry[slot], b->hash[slot]);
}

static void grow(HTab *h)
{
    HTabMap *old = h->map, *map = map_new(h->capacity * 2);
    map_foreach(old, copy_slot, map);
    publish(h, map);
    epoch_retire(old, map_free);
}

void *htab_insert(HTab *h, void *entry, uint64_t hash, HTabEqual *equal, const void *key)
{
    mutex_lock(&h->lock);
    void *present = htab_find(h, hash, equal, key);
    if (!present) {
        if (h->count >= h->capacity) {
            grow(h);
        }
        map_put(h->map, entry, hash);
        h->count++;
    }
    mutex_unlock(&h->lock);
    return present;
}

bool htab_remove(HTab *h, const void *entry, uint64_t hash)
{
    bool found = false;
    mutex_lock(&h->lock);
    HTabBucket *b = &h->map->buckets[hash & h->map->mask];
    for (; b && !found; b = b->next) {
        for (int i = 0; i < HTAB_BUCKET_SLOTS; i++) {
            if (b->entry[i] == entry) {
                atomic_store_release(&b->entry[i], NULL);
                h->count--;
                found = true;
                break;
            }
        }
    }
    mutex_unlock(&h->lock);
    return found;
}

void htab_reset(HTab *h)
{
    mutex_lock(&h->lock);
    HTabMap *old = h->map;
    publish(h, map_new(h->capacity));
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
