/* Units of the x86_64 back end that lead to themselves. */
/* SPDX-License-Identifier: MIT */
/* What a loop is, its heads and edges: tcg/loop.h. */
#include "tcg/x86_64-internal.h"

/* ---- heads ---- */

void x64_loop_begin(X64 *x)
{
    x->loop.u = loop_begin(x->s);
}

/* The same test where EFLAGS count: by RCX, which goes to r10 meanwhile. */
static uint8_t *test_keeping_eflags(X64 *x)
{
    asm_mov(&x->a, IR_I64, R10, RCX);
    asm_load(&x->a, IR_I32, RCX, env_mem(x->g->exit_request));
    asm_b(&x->a, 0xe3); /* jrcxz, over the jump */
    asm_b(&x->a, 5);
    uint8_t *jump = asm_jmp(&x->a);
    asm_mov(&x->a, IR_I64, RCX, R10);
    return jump;
}

static void begin_head(X64 *x, LoopHead *h)
{
    h->at = x->a.p;
    h->vec_state = x->vec_state;
    h->x87_state = x->x87_state;
    h->jump = x->cc.host ? test_keeping_eflags(x) : x64_test_exit_request(x);
}

void x64_loop_head(X64 *x)
{
    bool vec, x87;
    loop_wants(x->s, &vec, &x87);
    if (vec) {
        x64_vec_want(x);
    }
    if (x87) {
        x64_x87_want(x);
    }
    begin_head(x, &x->loop.heads[0]);
}

/* ---- edges ---- */

/* The head finds what it relies on. */
static bool fits(const X64 *x, const LoopHead *h)
{
    return (h->vec_state != VEC_IN_REGS || x->vec_state == VEC_IN_REGS) &&
           (h->x87_state != VEC_IN_REGS || x->x87_state == VEC_IN_REGS);
}

/* Without a recipe EFLAGS have what the exit shows, and accesses leave them alone. */
static bool flags_stay(const X64 *x, const IROp *exit)
{
    return x->g->direct && x->cc.base == CC_BASE_NONE && !x->cc.ov &&
           (x->cc.host & exit->ccmask) == exit->ccmask && !TCG_OPT_OFF(x->s, carries);
}

LoopEdge x64_loop_edge(const X64 *x, const IROp *exit)
{
    const X64Loop *l = &x->loop;
    if (!l->u.is_loop || (uint64_t)exit->imm != x->s->pc || !fits(x, &l->heads[0])) {
        return EDGE_NONE;
    }
    bool lazy = exit->ccmask && l->u.may_copy &&
                (recipe_is_pending(&x->cc) || flags_stay(x, exit));
    bool same = recipe_same(&x->cc, &l->cc) && !(l->cc.host & ~x->cc.host);
    if (lazy && (!l->u.copied || (same && fits(x, &l->heads[1])))) {
        return EDGE_LAZY;
    }
    return EDGE_HEAD;
}

/* The first edge that wants a copy says what that begins with. */
void x64_loop_take_edge(X64 *x, Exit *e, const IROp *exit, LoopEdge edge)
{
    X64Loop *l = &x->loop;
    e->edge = edge;
    if (edge != EDGE_LAZY) {
        return;
    }
    e->cc = x->cc;
    e->cc.host = x->cc.base == CC_BASE_NONE ? exit->ccmask : 0;
    if (!l->u.copied) {
        l->u.copied = true;
        l->cc = e->cc;
        l->heads[1].vec_state = x->vec_state == VEC_IN_REGS ? VEC_IN_REGS : VEC_UNKNOWN;
        l->heads[1].x87_state = x->x87_state == VEC_IN_REGS ? VEC_IN_REGS : VEC_UNKNOWN;
    }
}

uint32_t x64_loop_target(const X64 *x, const Exit *e)
{
    return e->edge == EDGE_NONE ? 0 : x->loop.heads[e->edge == EDGE_LAZY].at - x->entry;
}

/* ---- the second copy ---- */

/* As if nothing had been emitted: no branch has been met. */
static void forget_emission(X64 *x)
{
    forget_ops(x);
    x->nrecent = 0;
    loop_forget_temps(&x->ra);
    x->vec_last = x->vec_made = IR_NONE;
}

bool x64_loop_copy(X64 *x)
{
    X64Loop *l = &x->loop;
    if (!l->u.copied) {
        return true;
    }
    forget_emission(x);
    asm_nops(&x->a, -(uintptr_t)x->a.p & 15);
    x->slot_base = x->s->nexits;
    x->cc = l->cc;
    x->vec_state = l->heads[1].vec_state;
    x->x87_state = l->heads[1].x87_state;
    x->x87_lazy = false;
    begin_head(x, &l->heads[1]);
    return x64_emit_ops(x);
}

/* ---- out of line ---- */

/* Stores the flags, when nothing but pinned registers is where it was. */
static void store_late(X64 *x, const CCInfo *cc)
{
    ra_reset(&x->ra);
    x->ra.locked = 0;
    x->cc = *cc;
    cc_store(x);
}

void x64_loop_stub(X64 *x, const Exit *e)
{
    if (e->edge == EDGE_LAZY) {
        store_late(x, &e->cc);
    }
}

void x64_loop_cold(X64 *x)
{
    X64Loop *l = &x->loop;
    if (!l->u.is_loop) {
        return;
    }
    asm_patch(l->heads[0].jump, x->a.p);
    x64_emit_head_exit(x, 0);
    if (l->u.copied) {
        asm_patch(l->heads[1].jump, x->a.p);
        if (l->cc.host) {
            asm_mov(&x->a, IR_I64, RCX, R10);
        }
        store_late(x, &l->cc);
        x64_emit_head_exit(x, 0);
    }
}
