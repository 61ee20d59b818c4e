/* What is the same in the emission of units on all hosts. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_EMISSION_H
#define TCG_EMISSION_H

/*
 * Included by the internal header of the host's back end, behind `Emission` (its state),
 * Label, asm_full(), asm_patch() and cc_set_env(). Inline: the state of each host is
 * another, and translation is not to be slower for what it shares.
 */
#include "tcg/backend-internal.h"
#include "util/host.h"

static inline Emission *emission_of(RegAlloc *ra)
{
    return container_of(ra, Emission, ra);
}

/* The members of RAHost that emit. */
#define RA_HOOKS                                                   \
    .mov = hook_mov, .movi = hook_movi, .load_env = hook_load_env, \
    .store_env = hook_store_env, .load_slot = hook_load_slot,      \
    .store_slot = hook_store_slot

/* The address where what is at `rw` runs. */
static inline const uint8_t *rx_of(const Emission *x, const uint8_t *rw)
{
    return code_buf_rx(x->buf, rw);
}

/* ---- labels ---- */

/* A branch to the label has been emitted `at`. Before temps that it leaves are dropped.
 */
static inline void label_branched(Emission *x, Label *l, uint8_t *at)
{
    Fixup *f = arena_alloc(&x->s->arena, sizeof *f);
    *f = (Fixup){l->fixups, at};
    l->fixups = f;
    if (l->preds == 1) {
        l->ra = ra_save(&x->ra);
        l->cc = x->cc;
    }
}

/* The label is here. */
static inline void label_reached(Emission *x, const Label *l)
{
    for (const Fixup *f = l->fixups; f; f = f->next) {
        asm_patch(f->at, x->a.p);
    }
    if (l->preds == 1 && l->ra) {
        ra_restore(&x->ra, l->ra);
        x->cc = l->cc;
    } else if (l->preds > 1) {
        ra_reset(&x->ra);
        cc_set_env(x);
    }
}

/* ---- ops ---- */

/* Before the first op. */
static inline void begin_ops(Emission *x)
{
    TCGContext *s = x->s;
    x->slow_tail = &x->slow;
    x->exits = arena_alloc(&s->arena, TCG_MAX_EXITS * sizeof(Exit));
    x->labels = arena_alloc(&s->arena, s->nlabels * sizeof(Label));
    for (unsigned i = 0; i < s->nlabels; i++) {
        x->labels[i] = (Label){.preds = s->labels[i].preds, .at = s->labels[i].at};
    }
}

/* All ops, from the first on, by emit(): which is best inline, too. It says by `ended`
 * that a call does not return. What control does not reach, or has left in front of, is
 * left out. False: no room. */
static inline bool emit_ops(Emission *x, void (*emit)(Emission *x, const IROp *op))
{
    const IROp *ops = x->s->ops, *op = ops;
    unsigned n = x->s->nops;
    for (unsigned at = 0; at < n && !asm_full(&x->a); at++, op++) {
        if (op->code == OP_nop) {
            continue;
        }
        x->at = at;
        x->pc = ir_insn_pc(x->s, op);
        x->sp = op->sp;
        unsigned flags = op_info[op->code].flags;
        if (flags & OPF_CONTROL) {
            x->ra.path += (flags & OPF_BB_END) != 0;
            if (flags & OPF_LABEL ? !x->labels[op->label].is_exit : !x->ended) {
                emit(x, op);
                x->ended = flags & OPF_BB_END;
            }
            continue;
        }
        if (!x->ended) {
            emit(x, op);
            at = x->at; /* it may have emitted the next ones, too */
            op = &ops[at];
        }
    }
    x->at = n;
    return !asm_full(&x->a);
}

/* The exit that comes next behind op number `at`, or NULL. */
static inline const IROp *exit_behind(const Emission *x, unsigned at)
{
    const IROp *op = NULL;
    while (++at < x->s->nops && (op = &x->s->ops[at])->code == OP_nop) {
        op = NULL;
    }
    return op && op->code == OP_exit_link ? op : NULL;
}

/* Before the ops are emitted once more: no branch has been met. */
static inline void forget_ops(Emission *x)
{
    for (unsigned i = 0; i < x->s->nlabels; i++) {
        Label *l = &x->labels[i];
        *l = (Label){.preds = l->preds, .at = l->at};
    }
    x->pc = x->s->pc;
    x->ended = false;
}

/* The exit leads to another page than the unit's, and so has a guard. */
static inline bool is_guarded(const Emission *x, const IROp *exit)
{
    return x->s->guard_links && ((uint64_t)exit->imm ^ x->s->pc) >> x->g->page_bits;
}

/* The page that addresses of a relative unit are seen from. */
static inline uint64_t page_of_unit(const Emission *x)
{
    return x->s->pc >> x->g->page_bits << x->g->page_bits;
}

/* Where the code map has the token of pc's page, from the TLB's base on (guest-desc.h).
 */
static inline uint32_t guard_offset(const Emission *x, uint64_t pc)
{
    uint64_t index = pc >> x->g->page_bits & ((1u << x->g->tlb_index_bits) - 1);
    return x->g->code_map + index * 4;
}

/* ---- the side table ---- */

/* Room for all points that can fault: `points` an op. */
static inline void begin_sides(Emission *x, unsigned points)
{
    size_t size = points * (x->s->nfaults + 1) * SIDE_MAX_ENTRY;
    uint8_t *p = arena_alloc(&x->s->arena, size);
    side_begin(&x->side, p, p + size);
}

/* A fault at the host address that comes next has this state. */
static inline void add_side(Emission *x, const TCGRestore *state)
{
    side_add(&x->side, x->a.p - x->entry, state);
}

/* Behind the code. False: no room. */
static inline bool emit_side_table(Emission *x, TCGCode *out)
{
    size_t n = side_end(&x->side);
    out->code_size = x->a.p - x->entry;
    if (!n || n > (size_t)(x->a.limit - x->a.p)) {
        return false;
    }
    memcpy(x->a.p, x->side.start, n);
    x->a.p += n;
    out->size = out->code_size + n;
    return true;
}

/* What comes next is rarely reached. */
static inline void end_hot(const Emission *x, TCGCode *out)
{
    out->body = x->body;
    out->direct = x->direct;
    out->hot_size = x->a.p - x->entry;
}

/* All of it is there. Always true. */
static inline bool end_unit(Emission *x, const TCGCode *out)
{
    host_flush_icache(out->entry, x->entry, out->code_size);
    x->buf->used += out->size;
    return true;
}

#endif
