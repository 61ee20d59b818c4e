/* What the Check programs share: a fixed random sequence and the usual main(). */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <check.h>
#include <stdlib.h>

#include "util/common.h"

/* xorshift64*: the same numbers on every host. */
typedef struct Rand {
    uint64_t state;
} Rand;

static inline uint64_t rand_u64(Rand *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 .. n - 1. */
static inline unsigned rand_below(Rand *r, unsigned n)
{
    return (rand_u64(r) >> 33) % n;
}

/* Runs the tests of one program; the result is main()'s. */
static inline int unit_main(const char *name, void (*add)(TCase *tc))
{
    Suite *suite = suite_create(name);
    TCase *tc = tcase_create(name);
    tcase_set_timeout(tc, 0); /* meson has one */
    add(tc);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
