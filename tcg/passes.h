/* The passes over a unit that tcg_optimize() runs, in its order. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_PASSES_H
#define TCG_PASSES_H

#include "tcg/ir.h"

/* Constants, identities, copies, addresses: forward over the unit (opt "fold"). */
void opt_fold(TCGContext *s);

/* One check for several accesses off one base: forward over the unit (opt "share"), if
 * s->share. */
void opt_share(TCGContext *s);

/*
 * Backward over the unit. Sets op->dead, op->ccmask, op->ccfault, temp->uses; turns
 * shifts by a constant zero into moves. With "dce" removes what nobody reads (ops become
 * nop) and clears setcc where nobody can see the flags; with "coalesce" makes `op t; mov
 * G,t` one op.
 */
void live_run(TCGContext *s);

#endif
