/* Random units: valid by construction, over all ops. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_IR_GEN_H
#define TESTS_IR_GEN_H

#include "tcg/ir.h"
#include "tests/unit/rand.h"

typedef struct GenOptions {
    unsigned size;        /* about how many ops */
    bool undefined;       /* ops may leave flags undefined (nobody reads those) */
    bool relative;        /* TCGContext.relative may be set */
    bool vectors;         /* vmov and vector loads and stores too */
    bool without[NR_OPS]; /* ops not to use */
} GenOptions;

/* Builds a unit in `s`. Returns the flags (CC_*) that may be undefined at some point of
 * it. */
uint32_t gen_unit(TCGContext *s, Rand *r, const GenOptions *opt);

/* A number that is often an edge: 0, -1, a power of two or next to one. */
uint64_t gen_edge(Rand *r);

#endif
