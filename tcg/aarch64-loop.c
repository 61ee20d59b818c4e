/* Units of the aarch64 back end that lead to themselves: tcg/loop.h. */
/* SPDX-License-Identifier: MIT */
#include "tcg/aarch64-simd.h"

/* ---- heads ---- */

static void begin_head(A64 *x, LoopHead *h)
{
    h->at = x->a.p;
    h->vec_state = x->vec_state;
    h->jump = a64_test_exit_request(x);
}

void a64_loop_head(A64 *x)
{
    bool vec, x87;
    loop_wants(x->s, &vec, &x87);
    if (vec) {
        v_need(x);
    }
    begin_head(x, &x->loop.heads[0]);
}

/* ---- edges ---- */

/* The head finds what it relies on. */
static bool fits(const A64 *x, const LoopHead *h)
{
    return h->vec_state != VEC_IN_REGS || x->vec_state == VEC_IN_REGS;
}

LoopEdge a64_loop_edge(A64 *x, const IROp *exit)
{
    A64Loop *l = &x->loop;
    if (!l->u.is_loop || (uint64_t)exit->imm != x->s->pc || !fits(x, &l->heads[0])) {
        return EDGE_NONE;
    }
    x->align = a64_lasting_facts(x);
    bool lazy = exit->ccmask && cc_is_pending(x);
    if (!l->u.may_copy || (!lazy && !x->align.n)) {
        return EDGE_HEAD;
    }
    if (!exit->ccmask) {
        cc_drop(x);
    }
    cc_own(x, false); /* temps end here */
    CCInfo now = x->cc;
    now.nz = 0;
    if (!l->u.copied) {
        l->u.copied = true;
        l->cc = now;
        l->align = x->align;
        l->heads[1].vec_state = x->vec_state == VEC_IN_REGS ? VEC_IN_REGS : VEC_UNKNOWN;
    }
    return cc_same(&now, &l->cc) && a64_knows_all(x, &l->align) && fits(x, &l->heads[1])
               ? EDGE_LAZY
               : EDGE_HEAD;
}

uint32_t a64_loop_target(const A64 *x, const Exit *e)
{
    return e->edge == EDGE_NONE ? 0 : x->loop.heads[e->edge == EDGE_LAZY].at - x->entry;
}

/* ---- the second copy ---- */

bool a64_loop_copy(A64 *x)
{
    A64Loop *l = &x->loop;
    if (!l->u.copied) {
        return true;
    }
    forget_ops(x);
    loop_forget_temps(&x->ra);
    v_forget_temps(x);
    x->slot_base = x->s->nexits;
    x->cc = l->cc;
    x->align = l->align;
    x->vec_state = l->heads[1].vec_state;
    begin_head(x, &l->heads[1]);
    return a64_emit_ops(x);
}

/* ---- out of line ---- */

/* Stores the flags, when nothing but pinned registers is where it was. */
static void store_late(A64 *x)
{
    ra_reset(&x->ra);
    x->ra.locked = 0;
    x->cc = x->loop.cc;
    cc_store(x);
}

void a64_loop_stub(A64 *x, const Exit *e)
{
    if (e->edge == EDGE_LAZY) {
        store_late(x);
    }
}

void a64_loop_cold(A64 *x)
{
    A64Loop *l = &x->loop;
    if (!l->u.is_loop) {
        return;
    }
    asm_patch(l->heads[0].jump, x->a.p);
    a64_head_exit(x, 0);
    if (l->u.copied) {
        asm_patch(l->heads[1].jump, x->a.p);
        store_late(x);
        a64_head_exit(x, 0);
    }
}
