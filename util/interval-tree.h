/* IntervalTree: which of many intervals touch a range, in order of their start. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_INTERVAL_TREE_H
#define UTIL_INTERVAL_TREE_H

#include "util/common.h"

/*
 * Nodes are embedded in their objects (container_of). Intervals may overlap and be equal;
 * both ends belong to an interval. A node's start and last may not change while it is in
 * a tree. There is no lock inside.
 */

typedef struct IntervalNode {
    uint64_t start, last;
    /* the tree's own: */
    struct IntervalNode *left, *right;
    uint64_t max_last; /* of this subtree */
    uint32_t priority; /* heap order: keeps the expected depth logarithmic */
} IntervalNode;

typedef struct IntervalTree {
    IntervalNode *root;
    uint32_t seed;
} IntervalTree;

/* An all-zero IntervalTree is empty. */

/* Puts in a node whose start and last are set; start <= last. */
void interval_tree_insert(IntervalTree *t, IntervalNode *node);
/* Takes out a node that is in the tree. */
void interval_tree_remove(IntervalTree *t, IntervalNode *node);

/* The first interval, by start, that touches start .. last; NULL when there is none. */
IntervalNode *interval_tree_first(const IntervalTree *t, uint64_t start, uint64_t last);
/* The one after `node`, which must still be in the tree. */
IntervalNode *interval_tree_next(const IntervalTree *t, const IntervalNode *node,
                                 uint64_t start, uint64_t last);

#endif
