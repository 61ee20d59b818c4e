/* IntervalTree: a treap ordered by (start, address), each node with the largest end below
 * it. */
/* SPDX-License-Identifier: MIT */
#include "util/interval-tree.h"

static bool node_before(const IntervalNode *a, const IntervalNode *b)
{
    return a->start != b->start ? a->start < b->start : (uintptr_t)a < (uintptr_t)b;
}

static void node_update(IntervalNode *n)
{
    n->max_last = n->last;
    if (n->left) {
        n->max_last = MAX(n->max_last, n->left->max_last);
    }
    if (n->right) {
        n->max_last = MAX(n->max_last, n->right->max_last);
    }
}

/* Cuts t into the nodes before `at` and the others. */
static void split(IntervalNode *t, const IntervalNode *at, IntervalNode **lo,
                  IntervalNode **hi)
{
    if (!t) {
        *lo = *hi = NULL;
    } else if (node_before(t, at)) {
        split(t->right, at, &t->right, hi);
        *lo = t;
        node_update(t);
    } else {
        split(t->left, at, lo, &t->left);
        *hi = t;
        node_update(t);
    }
}

/* Joins two trees; every node of lo is before every node of hi. */
static IntervalNode *join(IntervalNode *lo, IntervalNode *hi)
{
    if (!lo || !hi) {
        return lo ? lo : hi;
    }
    if (lo->priority > hi->priority) {
        lo->right = join(lo->right, hi);
        node_update(lo);
        return lo;
    }
    hi->left = join(lo, hi->left);
    node_update(hi);
    return hi;
}

static IntervalNode *insert(IntervalNode *t, IntervalNode *node)
{
    if (!t || node->priority > t->priority) {
        split(t, node, &node->left, &node->right);
        node_update(node);
        return node;
    }
    if (node_before(node, t)) {
        t->left = insert(t->left, node);
    } else {
        t->right = insert(t->right, node);
    }
    node_update(t);
    return t;
}

static IntervalNode *take_out(IntervalNode *t, const IntervalNode *node)
{
    assert(t);
    if (t == node) {
        return join(t->left, t->right);
    }
    if (node_before(node, t)) {
        t->left = take_out(t->left, node);
    } else {
        t->right = take_out(t->right, node);
    }
    node_update(t);
    return t;
}

void interval_tree_insert(IntervalTree *t, IntervalNode *node)
{
    assert(node->start <= node->last);
    t->seed = t->seed * 1664525 + 1013904223;
    node->priority = t->seed ^ t->seed >> 15;
    t->root = insert(t->root, node);
}

void interval_tree_remove(IntervalTree *t, IntervalNode *node)
{
    t->root = take_out(t->root, node);
}

/* The first node after `after` (NULL: of all) in the subtree that touches start .. last.
 */
static IntervalNode *find(IntervalNode *t, const IntervalNode *after, uint64_t start,
                          uint64_t last)
{
    while (t && t->max_last >= start) {
        if (!after || node_before(after, t)) {
            IntervalNode *found = find(t->left, after, start, last);
            if (found) {
                return found;
            }
            if (t->start > last) {
                return NULL; /* and so is all that is right of it */
            }
            if (t->last >= start) {
                return t;
            }
        }
        t = t->right;
    }
    return NULL;
}

IntervalNode *interval_tree_first(const IntervalTree *t, uint64_t start, uint64_t last)
{
    return find(t->root, NULL, start, last);
}

IntervalNode *interval_tree_next(const IntervalTree *t, const IntervalNode *node,
                                 uint64_t start, uint64_t last)
{
    return find(t->root, node, start, last);
}
