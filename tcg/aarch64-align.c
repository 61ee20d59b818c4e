/* What is known of the alignment of guest addresses, so that each is checked once. */
/* SPDX-License-Identifier: MIT */
/*
 * The host does not check alignment where there is no TLB, so a vector access that wants
 * it is checked by code, and one that is not aligned does not come back from its slow
 * path. From then on base + (index << scale) is known modulo 1 << bits, whatever is added
 * to the two; behind a label that several paths reach, what all of them know.
 *
 * In a unit that leads to itself, what no op of it changes holds in all rounds but the
 * first: the second copy (tcg/loop.h) begins with it.
 */
#include "tcg/aarch64-internal.h"

/* The address without what is added, and that. */
static bool fact_of(const A64 *x, const IROp *op, AlignFact *f)
{
    uint64_t disp = op->imm;
    *f = (AlignFact){IR_NONE, IR_NONE, op->scale, op->memop & MO_SIZE, 0};
    IRRef *parts[] = {&f->base, &f->index};
    for (unsigned i = 0; i < 2; i++) {
        IRRef in = op->in[i];
        if (in != IR_NONE && ir_is_const(x->s, in)) {
            disp += ir_t(x->s, in)->val << (i ? op->scale : 0);
        } else {
            *parts[i] = in;
        }
    }
    f->disp = disp;
    return f->base != IR_NONE || f->index != IR_NONE;
}

/* The same sum of registers. */
static bool same_sum(const AlignFact *a, const AlignFact *b)
{
    return a->base == b->base && a->index == b->index &&
           (a->index == IR_NONE || a->scale == b->scale);
}

/* a says that b is aligned. */
static bool implies(const AlignFact *a, const AlignFact *b)
{
    return same_sum(a, b) && a->bits >= b->bits &&
           !((a->disp - b->disp) & ((1u << b->bits) - 1));
}

static bool is_known(const AlignFacts *known, const AlignFact *f)
{
    for (unsigned i = 0; i < known->n; i++) {
        if (implies(&known->f[i], f)) {
            return true;
        }
    }
    return false;
}

bool a64_is_aligned(const A64 *x, const IROp *op)
{
    AlignFact f;
    if (!fact_of(x, op, &f)) { /* a constant */
        return !(f.disp & ((1u << f.bits) - 1)) && !TCG_OPT_OFF(x->s, align);
    }
    return is_known(&x->align, &f);
}

void a64_note_aligned(A64 *x, const IROp *op)
{
    AlignFacts *known = &x->align;
    AlignFact f;
    if (TCG_OPT_OFF(x->s, align) || !fact_of(x, op, &f)) {
        return;
    }
    if (known->n == ARRAY_SIZE(known->f)) { /* the oldest goes */
        known->n--;
        memmove(&known->f[0], &known->f[1], known->n * sizeof known->f[0]);
    }
    known->f[known->n++] = f;
}

/* The fact behind an op that writes the global; false: none any more. */
static bool after_write(const A64 *x, AlignFact *f, const IROp *op, IRRef global)
{
    int64_t n;
    if (f->base != global && f->index != global) {
        return true;
    }
    if (!a64_adds(x, op, global, &n)) {
        return false;
    }
    f->disp -=
        (f->base == global ? n : 0) + (f->index == global ? (uint64_t)n << f->scale : 0);
    return true;
}

void a64_align_write(A64 *x, const IROp *op, IRRef global)
{
    AlignFacts *known = &x->align;
    unsigned n = 0;
    for (unsigned i = 0; i < known->n; i++) {
        AlignFact f = known->f[i];
        if (after_write(x, &f, op, global)) {
            known->f[n++] = f;
        }
    }
    known->n = n;
}

/* No op of the unit changes what f says. */
static bool lasts(const A64 *x, const AlignFact *f)
{
    const TCGContext *s = x->s;
    bool lasts = (f->base == IR_NONE || ir_is_global(s, f->base)) &&
                 (f->index == IR_NONE || ir_is_global(s, f->index));
    for (unsigned i = 0; i < s->nops && lasts; i++) {
        const IROp *op = &s->ops[i];
        AlignFact after = *f;
        for (unsigned k = 0; k < op_info[op->code].outs && lasts; k++) {
            lasts = op->out[k] == IR_NONE || after_write(x, &after, op, op->out[k]);
        }
        lasts &= !((after.disp - f->disp) & ((1u << f->bits) - 1)) &&
                 !(op->code == OP_call && ir_helper(op)->writes & HS_GPR);
    }
    return lasts;
}

void a64_meet_facts(const A64 *x, AlignFacts *facts)
{
    unsigned n = 0;
    for (unsigned i = 0; i < facts->n; i++) {
        if (is_known(&x->align, &facts->f[i])) {
            facts->f[n++] = facts->f[i];
        }
    }
    facts->n = n;
}

AlignFacts a64_lasting_facts(const A64 *x)
{
    AlignFacts all = {0};
    for (unsigned i = 0; i < x->align.n; i++) {
        if (lasts(x, &x->align.f[i])) {
            all.f[all.n++] = x->align.f[i];
        }
    }
    return all;
}

bool a64_knows_all(const A64 *x, const AlignFacts *facts)
{
    bool all = true;
    for (unsigned i = 0; i < facts->n && all; i++) {
        all = is_known(&x->align, &facts->f[i]);
    }
    return all;
}
