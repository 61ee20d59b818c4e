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

/* The recipe that the exit leaves. */
static CCInfo cc_left(const A64 *x, const IROp *exit)
{
    CCInfo cc = x->cc;
    if (!exit->ccmask && cc.base != CC_BASE_ENV) {
        cc = (CCInfo){.base = CC_BASE_NONE};
    }
    cc.host = 0;
    return cc;
}

LoopEdge a64_loop_edge(A64 *x, const IROp *exit)
{
    const A64Loop *l = &x->loop;
    if (!l->u.is_loop || (uint64_t)exit->imm != x->s->pc || !fits(x, &l->heads[0])) {
        return EDGE_NONE;
    }
    VHeld held[NR_VTEMPS];
    bool lazy = exit->ccmask && recipe_is_pending(&x->cc);
    if (!l->u.may_copy || (!lazy && !a64_lasting_facts(x).n && !v_lasting(x, held))) {
        return EDGE_HEAD;
    }
    if (exit->ccmask) {
        cc_own(x, false); /* temps end here */
    }
    CCInfo now = cc_left(x, exit);
    return !l->u.copied || (recipe_same(&now, &l->cc) && a64_knows_all(x, &l->align) &&
                            v_can_make(x, l->held) && fits(x, &l->heads[1]))
               ? EDGE_LAZY
               : EDGE_HEAD;
}

/* The first edge that wants a copy says what that begins with. */
void a64_loop_take_edge(A64 *x, const IROp *exit, LoopEdge edge)
{
    A64Loop *l = &x->loop;
    if (edge == EDGE_LAZY && l->u.copied) {
        v_make_held(x, l->held);
    } else if (edge == EDGE_LAZY) {
        l->u.copied = true;
        l->cc = cc_left(x, exit);
        l->align = a64_lasting_facts(x);
        v_lasting(x, l->held);
        l->heads[1].vec_state = x->vec_state == VEC_IN_REGS ? VEC_IN_REGS : VEC_UNKNOWN;
    }
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
    memcpy(x->vheld, l->held, sizeof l->held);
    x->vmask[0] = x->vmask[1] = 0;
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
