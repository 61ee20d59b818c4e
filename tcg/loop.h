/* Units that lead to themselves: what back ends share. */
/* SPDX-License-Identifier: MIT */
/*
 * An exit to the unit's own pc is an edge: once linked it goes not to the entry, but to a
 * head behind the tests of where vectors and the x87 state are. So a loop tests
 * exit_request, and nothing else.
 *
 *   entry:    are vectors in registers?
 *   heads[0]: exit_request?
 *             the ops ... to heads[1]
 *   heads[1]: exit_request?
 *             the ops ... to heads[1]
 *
 * The flags that an edge leaves are mostly wanted by nobody but a fault early in the next
 * round. Were they to be stored, each round would store a recipe. So the ops are emitted
 * a second time, for all rounds but the first; there the recipe at the head is known, and
 * stays where its operands are: in registers, and in the side table. Who leaves by such
 * an edge, because it is not linked or since exit_request is set, stores it then. A back
 * end may rely in the second copy on other things that the first has found out, too.
 */
#ifndef TCG_LOOP_H
#define TCG_LOOP_H

#include "tcg/regalloc.h"
#include "tcg/tcg.h"

/* How an exit leads to the unit it is in. */
typedef enum LoopEdge {
    EDGE_NONE, /* not at all, or as to any other */
    EDGE_HEAD, /* to heads[0]; all is in env */
    EDGE_LAZY, /* to heads[1]; the flags are not stored */
} LoopEdge;

typedef struct Loop {
    bool is_loop;  /* some exit leads to the unit's own pc, and may be an edge */
    bool may_copy; /* there is room for the ops once more */
    bool copied;   /* ... and they are emitted once more */
} Loop;

/* Behind the passes, before the first op is emitted. */
Loop loop_begin(const TCGContext *s);
/* Whether an op in front of the first branch or call works on vectors, or the x87. */
void loop_wants(const TCGContext *s, bool *vec, bool *x87);
/* Before the second copy: as if nothing had been emitted, temps are nowhere. */
void loop_forget_temps(RegAlloc *ra);
/* Where a link of the exit slot to `to` (NULL: to nothing) has to go. An edge may rely on
 * its stub, so it does not go to another unit directly. */
const uint8_t *loop_link_target(const TCGCode *from, unsigned slot, const void *to);

#endif
