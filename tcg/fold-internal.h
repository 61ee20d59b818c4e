/* What folding knows of a unit at one op, for the pass and for its rules. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_FOLD_INTERNAL_H
#define TCG_FOLD_INTERNAL_H

#include "tcg/ir.h"
#include "util/bitops.h"

typedef struct Known {
    IRRef copy;        /* or IR_NONE; of a global only a constant */
    uint16_t def;      /* op that defines the temp, NO_OP: not seen */
    uint8_t copy_type; /* an IRType */
    uint8_t width;     /* the value is below 2^width; more than 64: anything */
    uint32_t clock;    /* when all of this was noted */
} Known;

#define NO_OP UINT16_MAX

/* Nothing: all bits are set. */
static const Known fold_unknown = {IR_NONE, NO_OP, UINT8_MAX, UINT8_MAX, UINT32_MAX};

typedef struct Fold {
    TCGContext *s;
    IROp *op;
    Known *known;    /* by ref */
    unsigned nknown; /* refs that it has room for */
    uint32_t clock, base;
    uint32_t written[IR_MAX_GLOBALS];
    uint16_t *branches; /* by label; NULL until a branch was decided */
    bool unreachable;   /* control does not reach this op any more */
} Fold;

static inline IRTemp *fold_temp(const Fold *f, IRRef r)
{
    return &f->s->temps[r];
}

/* The value of a constant at type t. */
static inline uint64_t fold_value(const Fold *f, IRRef r, IRType t)
{
    return fold_temp(f, r)->val & ir_type_mask(t);
}

static inline bool fold_is_const(const Fold *f, unsigned i)
{
    return ir_is_const(f->s, f->op->in[i]);
}

/* Input i is the constant v, as far as the op looks at it. */
static inline bool fold_is_value(const Fold *f, unsigned i, uint64_t v)
{
    IRType t = ir_in_type(f->op, i);
    return fold_is_const(f, i) && fold_value(f, f->op->in[i], t) == (v & ir_type_mask(t));
}

/* A fact of time `clock` about r still holds. */
static inline bool fold_still(const Fold *f, IRRef r, uint32_t clock)
{
    return !ir_is_global(f->s, r) || (f->base <= clock && f->written[r] <= clock);
}

static inline unsigned fold_width(const Fold *f, IRRef r)
{
    if (r == IR_NONE ||
        (ir_is_global(f->s, r) &&
         (f->known[r].clock == UINT32_MAX || !fold_still(f, r, f->known[r].clock)))) {
        return 64;
    }
    if (fold_temp(f, r)->kind == TEMP_CONST) {
        return 64 - clz64(fold_temp(f, r)->val);
    }
    return f->known[r].width;
}

static inline bool fold_fits_int32(int64_t v)
{
    return v == (int32_t)v;
}

/* A constant, or IR_NONE when the unit has no room for another one. */
static inline IRRef fold_constant(Fold *f, uint64_t v)
{
    if (f->s->ntemps >= f->nknown) {
        return IR_NONE;
    }
    unsigned refs = f->s->ntemps;
    IRRef r = ir_const(f->s, v);
    if (r >= refs) {
        f->known[r] = fold_unknown;
    }
    return r;
}

/*
 * Applies one rule to f->op: true if the op has changed, and another rule may apply. The
 * laws of rules are at the head of fold.c.
 */
bool fold_rule(Fold *f);

#endif
