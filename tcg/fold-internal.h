/* What folding knows of a unit at one op, for the pass and for its rules. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_FOLD_INTERNAL_H
#define TCG_FOLD_INTERNAL_H

#include "tcg/ir.h"
#include "util/bitops.h"

typedef struct Known {
    IRRef copy;        /* or IR_NONE; of a global only a constant */
    uint16_t def;      /* op that defines the temp */
    uint8_t copy_type; /* an IRType */
    uint8_t width;     /* the value is below 2^width; 0: nobody has asked yet */
    uint32_t clock; /* when its op was reached: what was written later is not its input */
} Known;

typedef struct Fold {
    TCGContext *s;
    IROp *op;
    Known *known; /* by ref: of temps that have been defined, and of what is `noted` */
    uint64_t noted, constant; /* bits of globals: known, and known to be a constant */
    bool copied;              /* some temp is a copy */
    bool dce;
    uint32_t clock, base;
    uint32_t written[IR_MAX_GLOBALS];
    uint16_t *branches; /* by label; NULL until a branch was decided */
    bool unreachable;   /* control does not reach this op any more */
} Fold;
static_assert(IR_MAX_GLOBALS < 64, "a set of globals is a word");

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
    return fold_is_const(f, i) &&
           !((fold_temp(f, f->op->in[i])->val ^ v) & ir_type_mask(ir_in_type(f->op, i)));
}

/* A fact of time `clock` about r still holds. */
static inline bool fold_still(const Fold *f, IRRef r, uint32_t clock)
{
    return !ir_is_global(f->s, r) || (f->base <= clock && f->written[r] <= clock);
}

/* Low bits that the value can have set. */
unsigned fold_width(const Fold *f, IRRef r);

static inline bool fold_fits_int32(int64_t v)
{
    return v == (int32_t)v;
}

/* A constant, or IR_NONE when the unit has no room for another one. */
static inline IRRef fold_constant(Fold *f, uint64_t v)
{
    return f->s->ntemps < IR_MAX_TEMPS ? ir_const(f->s, v) : IR_NONE;
}

/*
 * Rules by opcode: true if the op has changed, and another one may apply. The laws of
 * rules are at the head of fold.c.
 */
typedef bool FoldRule(Fold *f);
extern FoldRule *const fold_rules[NR_OPS];

/* The rule of all others: inputs are constants, and so is the result. */
bool fold_constants(Fold *f);

#endif
