/* Containers: arena, interval tree, hash table with concurrent readers, epochs. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "util/arena.h"
#include "util/atomic.h"
#include "util/epoch.h"
#include "util/htab.h"
#include "util/interval-tree.h"
#include "util/thread.h"

START_TEST(arena)
{
    Arena a;
    Rand r = {1};
    arena_init(&a, 20000);
    for (int round = 0; round < 3; round++) {
        struct {
            uint8_t *p;
            size_t n;
        } got[150];
        for (size_t i = 0; i < ARRAY_SIZE(got); i++) {
            got[i].n = rand_below(&r, 100);
            got[i].p = arena_alloc(&a, got[i].n);
            CHECK((uintptr_t)got[i].p % 16 == 0);
            memset(got[i].p, i, got[i].n);
        }
        for (size_t i = 0; i < ARRAY_SIZE(got); i++) { /* nobody else wrote there */
            for (size_t k = 0; k < got[i].n; k++) {
                CHECK(got[i].p[k] == (uint8_t)i);
            }
        }
        ck_assert_uint_lt(arena_room(&a), 20000 - 150 * 40);
        arena_reset(&a);
        CHECK(arena_room(&a) == 20000);
    }
    arena_free(&a);
}
END_TEST

/* What the tree says about a range, against a look at every node. */
static void check_query(const IntervalTree *t, const IntervalNode *nodes, const bool *in,
                        size_t n, uint64_t start, uint64_t last)
{
    size_t expected = 0, found = 0;
    for (size_t i = 0; i < n; i++) {
        expected += in[i] && nodes[i].start <= last && nodes[i].last >= start;
    }
    const IntervalNode *prev = NULL;
    for (IntervalNode *p = interval_tree_first(t, start, last); p;
         p = interval_tree_next(t, p, start, last)) {
        CHECK(in[p - nodes] && p->start <= last && p->last >= start);
        CHECK(!prev || prev->start < p->start || (prev->start == p->start && prev < p));
        prev = p;
        found++;
    }
    CHECK(found == expected);
}

START_TEST(interval_tree)
{
    enum { N = 64 };
    IntervalNode nodes[N];
    bool in[N] = {false};
    IntervalTree t = {0};
    Rand r = {1};
    for (int round = 0; round < 5000; round++) {
        size_t i = rand_below(&r, N);
        if (in[i]) {
            interval_tree_remove(&t, &nodes[i]);
        } else {
            nodes[i].start = rand_below(&r, 100);
            nodes[i].last = nodes[i].start + rand_below(&r, 1 + rand_below(&r, 40));
            interval_tree_insert(&t, &nodes[i]);
        }
        in[i] = !in[i];
        uint64_t start = rand_below(&r, 120);
        check_query(&t, nodes, in, N, start, start + rand_below(&r, 20));
    }
    check_query(&t, nodes, in, N, 0, UINT64_MAX);
}
END_TEST

typedef struct Item {
    uint64_t key;
} Item;

static bool item_equal(const void *entry, const void *key)
{
    return ((const Item *)entry)->key == *(const uint64_t *)key;
}

/* Few different hashes, so that buckets get long chains. */
static uint64_t poor_hash(uint64_t key)
{
    return (key * UINT64_C(0x9e3779b97f4a7c15)) & UINT64_C(0xffffffff0000003f);
}

static void count_item(void *entry, void *opaque)
{
    ++*(size_t *)opaque;
}

START_TEST(htab)
{
    enum { N = 2000 };
    static Item items[N];
    static bool in[N];
    HTab h;
    Rand r = {1};
    size_t count = 0;
    htab_init(&h, 8);
    for (int round = 0; round < 40000; round++) {
        size_t i = rand_below(&r, N);
        uint64_t key = items[i].key = i, hash = poor_hash(key);
        CHECK(htab_find(&h, hash, item_equal, &key) == (in[i] ? &items[i] : NULL));
        if (rand_below(&r, 2)) {
            Item other = {key};
            void *there =
                htab_insert(&h, in[i] ? &other : &items[i], hash, item_equal, &key);
            CHECK(there == (in[i] ? &items[i] : NULL));
            count += !in[i];
            in[i] = true;
        } else {
            CHECK(htab_remove(&h, &items[i], hash) == in[i]);
            count -= in[i];
            in[i] = false;
        }
        CHECK(htab_count(&h) == count);
    }
    size_t seen = 0;
    htab_foreach(&h, count_item, &seen);
    CHECK(seen == count);
    htab_reset(&h);
    for (uint64_t key = 0; key < N; key++) {
        ck_assert_ptr_null(htab_find(&h, poor_hash(key), item_equal, &key));
    }
    htab_destroy(&h);
}
END_TEST

/* Readers want the stable items always; a writer makes others come and go, and the table
 * grow. */
typedef struct Race {
    HTab h;
    Item stable[100];
    bool stop;
    unsigned long missed;
} Race;

static void *race_reader(void *opaque)
{
    Race *race = opaque;
    unsigned long missed = 0;
    while (!atomic_read(&race->stop)) {
        epoch_enter();
        for (uint64_t key = 0; key < ARRAY_SIZE(race->stable); key++) {
            missed += htab_find(&race->h, poor_hash(key), item_equal, &key) == NULL;
        }
        epoch_leave();
    }
    atomic_fetch_add(&race->missed, missed);
    return NULL;
}

START_TEST(htab_readers)
{
    static Race race;
    Thread t[2];
    Rand r = {1};
    htab_init(&race.h, 4);
    for (uint64_t i = 0; i < ARRAY_SIZE(race.stable); i++) {
        race.stable[i].key = i;
        htab_insert(&race.h, &race.stable[i], poor_hash(i), item_equal, &i);
    }
    thread_create(&t[0], "reader", race_reader, &race);
    thread_create(&t[1], "reader", race_reader, &race);
    for (int round = 0; round < 300; round++) {
        Item *many = g_new(Item, 200);
        for (int i = 0; i < 200; i++) {
            many[i].key = 1000 + rand_below(&r, 100000);
            if (htab_insert(&race.h, &many[i], poor_hash(many[i].key), item_equal,
                            &many[i].key)) {
                many[i].key = 0;
            }
        }
        for (int i = 0; i < 200; i++) {
            if (many[i].key) {
                CHECK(htab_remove(&race.h, &many[i], poor_hash(many[i].key)));
            }
        }
        epoch_retire(many, g_free);
    }
    atomic_set(&race.stop, true);
    thread_join(&t[0]);
    thread_join(&t[1]);
    CHECK(race.missed == 0);
    CHECK(htab_count(&race.h) == ARRAY_SIZE(race.stable));
    CHECK(epoch_reap() == 0);
    htab_destroy(&race.h);
}
END_TEST

static int freed;

static void count_free(void *p)
{
    freed++;
}

START_TEST(epochs)
{
    freed = 0;
    epoch_retire(&freed, count_free); /* nobody is inside */
    ck_assert_int_eq(freed, 1);

    epoch_enter();
    epoch_enter();
    epoch_retire(&freed, count_free);
    epoch_leave();
    ck_assert_uint_eq(epoch_reap(), 1); /* the outer level is still inside */
    epoch_quiesce();
    ck_assert_uint_eq(epoch_reap(), 0);
    ck_assert_int_eq(freed, 2);

    epoch_retire(&freed, count_free);
    ck_assert_int_eq(freed, 2);
    epoch_leave();
    ck_assert_uint_eq(epoch_reap(), 0);
    ck_assert_int_eq(freed, 3);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, arena);
    tcase_add_test(tc, interval_tree);
    tcase_add_test(tc, htab);
    tcase_add_test(tc, htab_readers);
    tcase_add_test(tc, epochs);
}

int main(void)
{
    return unit_main("containers", add_tests);
}
