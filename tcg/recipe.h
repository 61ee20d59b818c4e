/* A recipe of flags while a unit is emitted, for hosts that store it late. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_RECIPE_H
#define TCG_RECIPE_H

#include "tcg/backend-internal.h"

/* Where an operand of the pending recipe is. OWN: in its own place, cc_a ... cc_r in env,
 * or in a register that the back end keeps for it. */
enum { CCV_NONE, CCV_CONST, CCV_REF, CCV_OWN };
typedef struct CCVal {
    uint8_t kind;
    IRRef ref;    /* CCV_REF: a global, or a temp where the back end takes them */
    uint64_t val; /* the constant, or what is to be added to the global */
} CCVal;

enum {
    CC_BASE_NONE,  /* only the host's flags have them, or nobody wants them */
    CC_BASE_ENV,   /* env has a recipe that is not known here */
    CC_BASE_KNOWN, /* `kind`, `type` of `v`; cc_op is in env if op_stored */
};
typedef struct CCInfo {
    uint32_t host; /* flags of the guest that the host's hold */
    bool borrow;   /* aarch64: C of NZCV is CF inverted, as subtractions leave it */
    uint8_t base;
    bool op_stored;
    uint8_t kind, type;
    uint8_t ov, ov_type; /* pending overlay over the base, or CC_OV_NONE */
    CCVal v[4];          /* a b c, and r of the overlay */
} CCInfo;

/* Operands of a recipe of this kind (a CCKind). */
static inline unsigned recipe_operands(unsigned kind)
{
    const uint32_t one = 1u << CC_EFLAGS | 1u << CC_AH | 1u << CC_LOGIC;
    const uint32_t three = 1u << CC_ADC | 1u << CC_SBB;
    return 2 - (one >> kind & 1) + (three >> kind & 1);
}

/* The recipe's kind for a comparison with b: with 0 its flags are those of the other
 * operand, as of a result of logic, so that there is one word to keep. */
static inline unsigned recipe_of_compare(const TCGContext *s, IRType t, IRRef b)
{
    bool zero = ir_is_const(s, b) && !(ir_t(s, b)->val & ir_type_mask(t));
    return zero ? CC_LOGIC : CC_CMP;
}

/* The base, or the overlay, is not in env yet. */
static inline bool recipe_base_pending(const CCInfo *cc)
{
    return cc->base == CC_BASE_KNOWN && !cc->op_stored;
}

static inline bool recipe_overlay_pending(const CCInfo *cc)
{
    return cc->ov && cc->v[3].kind != CCV_NONE;
}

static inline bool recipe_is_pending(const CCInfo *cc)
{
    return recipe_base_pending(cc) ||
           (cc->base != CC_BASE_NONE && recipe_overlay_pending(cc));
}

/* One recipe, at the same places. What the host's flags hold is not compared. */
static inline bool recipe_same(const CCInfo *a, const CCInfo *b)
{
    bool same = a->base == b->base && a->op_stored == b->op_stored && a->ov == b->ov &&
                a->ov_type == b->ov_type && a->kind == b->kind && a->type == b->type;
    for (unsigned i = 0; i < ARRAY_SIZE(a->v); i++) {
        const CCVal *v = &a->v[i], *w = &b->v[i];
        same &= v->kind == w->kind && v->ref == w->ref && v->val == w->val;
    }
    return same;
}

/* Operand v for the side table; `own`: env offset of its own place. */
static inline TCGValue recipe_value(const TCGContext *s, const CCVal *v, int32_t own)
{
    switch (v->kind) {
    case CCV_CONST:
        return (TCGValue){.is_const = true, .val = v->val};
    case CCV_REF:
        return (TCGValue){.val = v->val, .env_offset = ir_t(s, v->ref)->env_offset};
    case CCV_OWN:
        return (TCGValue){.env_offset = own};
    default:
        return (TCGValue){.is_const = true};
    }
}

/* Where operand i is. x: the emission. */
typedef TCGValue RecipeValueFn(const void *x, unsigned i);

/* What env lacks of the recipe, into r. What is not pending is left as it is: this is a
 * large struct, and asked for at each access. */
static inline void recipe_describe(const CCInfo *cc, TCGRestore *r, RecipeValueFn *value,
                                   const void *x)
{
    r->base_pending = recipe_base_pending(cc);
    r->overlay_pending = recipe_overlay_pending(cc);
    r->cc_op = 0;
    if (r->base_pending) {
        r->cc_op = CC_OP(cc->kind, cc->type);
        r->a = value(x, 0);
        r->b = value(x, 1);
        r->c = value(x, 2);
    }
    if (r->overlay_pending) {
        r->cc_op |= CC_OP_OVERLAY(cc->ov, cc->ov_type);
        r->r = value(x, 3);
    }
}

#endif
