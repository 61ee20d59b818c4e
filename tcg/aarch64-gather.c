/* Gathers on an aarch64 host: element by element, where there is no TLB. */
/* SPDX-License-Identifier: MIT */
/*
 * Elements are loaded from the lowest on. Each goes to its place and leaves the mask,
 * asked for or not, before the next one is loaded: a fault finds both as the architecture
 * wants them (SDM vol. 2, VPGATHERDD). In line is what runs when all elements are asked
 * for; code behind the unit looks at the mask of each.
 */
#include "tcg/aarch64-simd.h"

#include "tcg/aarch64-simd-enc.h"
#include "tcg/gather-op.h"

/* A vector register of the guest whose elements are written. */
typedef struct Place {
    IRRef ref;
    int pin[2]; /* registers of its halves; -1: that one is in env */
} Place;

typedef struct Gather {
    unsigned how, n;           /* n: elements */
    unsigned size, index_size; /* log2 of bytes */
    Place data, mask;
    uint8_t index[2]; /* registers of its halves */
    uint8_t base;
    TCGRestore state;
} Gather;

struct GatherCold {
    struct GatherCold *next;
    uint8_t *jump, *resume;
    Gather g;
};

static bool on_host(const A64 *x, const IROp *op)
{
    return ir_helper(op)->flags & HELPER_GATHER && ir_is_const(x->s, op->in[0]) &&
           ir_t(x->s, op->in[0])->val & GATHER_PLAIN && x->g->direct &&
           a64_thunks.has_vecs && !TCG_OPT_OFF(x->s, vector);
}

/* ---- elements ---- */

/* An element of 1 << size bytes: which half it is in, and its number there. */
static unsigned half_of(unsigned size, unsigned i)
{
    return i << size >> 4;
}
static unsigned lane_of(unsigned size, unsigned i)
{
    return i & ((16u >> size) - 1);
}

static int32_t env_at(const A64 *x, const Place *p, unsigned size, unsigned i)
{
    return ir_t(x->s, p->ref)->env_offset + (int32_t)(i << size);
}

static void put_element(A64 *x, const Gather *g, const Place *p, unsigned i, unsigned reg)
{
    int pin = p->pin[half_of(g->size, i)];
    if (pin >= 0) {
        asm_v2(&x->a, V_INS_GPR | v_lane(g->size, lane_of(g->size, i)), pin, reg);
    } else {
        a64_env(x, ls_opc(STR, g->size), reg, env_at(x, p, g->size, i));
    }
}

/* A branch where the element is not asked for. Destroys T0. */
static uint8_t *skip_element(A64 *x, const Gather *g, unsigned i)
{
    int pin = g->mask.pin[half_of(g->size, i)];
    if (pin >= 0) {
        asm_v2(&x->a,
               (g->size == 3 ? V_UMOV_X : V_UMOV) | v_lane(g->size, lane_of(g->size, i)),
               T0, pin);
    } else {
        a64_env(x, ls_opc(LDR, g->size), T0, env_at(x, &g->mask, g->size, i));
    }
    return asm_branch(&x->a, tb_opc(TBZ, T0, (8u << g->size) - 1));
}

/* T0 = the element. Destroys T1. */
static void load_element(A64 *x, const Gather *g, unsigned i)
{
    unsigned scale = g->how >> GATHER_SCALE_SHIFT & 3;
    bool wide = g->index_size == 3;
    asm_v2(&x->a,
           (wide ? V_UMOV_X : V_UMOV) | v_lane(g->index_size, lane_of(g->index_size, i)),
           T1, g->index[half_of(g->index_size, i)]);
    if (scale == 0 || scale == g->size) {
        add_side(x, &g->state);
        asm_ls_extended(&x->a, ls_opc(LDR, g->size), T0, from_to(g->base, T1), !wide,
                        scale != 0);
    } else {
        asm_shifted(&x->a, ADD, IR_I64, T1, g->base,
                    wide ? shifted(T1, LSL, scale) : extended(T1, IR_I32, true, scale));
        add_side(x, &g->state);
        asm_ls(&x->a, ls_opc(LDR, g->size), T0, T1, 0);
    }
}

static void elements(A64 *x, const Gather *g, bool all)
{
    for (unsigned i = 0; i < g->n; i++) {
        uint8_t *skip = all ? NULL : skip_element(x, g, i);
        load_element(x, g, i);
        put_element(x, g, &g->data, i, T0);
        if (skip) {
            asm_patch(skip, x->a.p);
        }
        put_element(x, g, &g->mask, i, XZR);
    }
}

/* ---- the whole ---- */

static Place place_of(A64 *x, unsigned n)
{
    Place p = {.ref = v_ymm(x, n)};
    for (unsigned half = 0; half < 2; half++) {
        p.pin[half] = v_pin(x, p.ref, half);
    }
    return p;
}

/* A register, which is none of 31. */
static unsigned base_of(A64 *x, IRRef ref)
{
    unsigned from = a64_in(x, ref, IR_I64);
    if (from != XZR && !x->g->guest_base) {
        return from;
    }
    unsigned r = ra_alloc(&x->ra);
    if (x->g->guest_base) {
        asm_rrr(&x->a, ADD, IR_I64, r, MEM, from);
    } else {
        asm_movi(&x->a, r, 0);
    }
    return r;
}

/* A branch where not all elements are asked for. Destroys T0. */
static uint8_t *test_mask(A64 *x, const Gather *g)
{
    unsigned bytes = g->n << g->size, t = v_tmp(x), m = v_in(x, g->mask.ref, 0);
    if (bytes == 32) {
        asm_v3(&x->a, V_AND, t, m, v_in(x, g->mask.ref, 1));
        m = t;
    }
    asm_v2(&x->a, V_CMGE0 | V16B | g->size << 22, t, m);
    if (bytes > 8) {
        asm_v3(&x->a, V_UMAXP | V4S, t, t, t);
    }
    asm_v2(&x->a, FMOV_X_D, T0, t);
    return asm_branch(&x->a, cb(CBNZ, IR_I64, T0));
}

/* The mask is zero, and what of the data no element is for. */
static void clear_rest(A64 *x, const Gather *g)
{
    unsigned bytes = g->n << g->size;
    v_drop(x, g->mask.ref);
    v_drop(x, g->data.ref);
    for (unsigned half = 0; half < 2; half++) {
        v_set_zero(x, g->mask.ref, half);
    }
    if (bytes == 8) {
        asm_v2(&x->a, V_DUP_D, g->data.pin[0], g->data.pin[0]);
    }
    if (bytes < 32) {
        v_set_zero(x, g->data.ref, 1);
    }
}

bool a64_emit_gather(A64 *x, const IROp *op)
{
    if (!on_host(x, op)) {
        return false;
    }
    struct GatherCold *c = arena_alloc(&x->s->arena, sizeof *c);
    unsigned how = ir_t(x->s, op->in[0])->val;
    v_need(x);
    c->g = (Gather){
        .how = how,
        .size = how & GATHER_DATA_64 ? 3 : 2,
        .index_size = how & GATHER_INDEX_64 ? 3 : 2,
        .data = place_of(x, how >> GATHER_DATA_SHIFT & 15),
        .mask = place_of(x, how >> GATHER_MASK_SHIFT & 15),
        .base = base_of(x, op->in[1]),
    };
    Gather *g = &c->g;
    IRRef index = v_ymm(x, how >> GATHER_INDEX_SHIFT & 15);
    g->n = (how & GATHER_256 ? 32u : 16u) >> MAX(g->size, g->index_size);
    for (unsigned half = 0; half <= (g->n - 1) << g->index_size >> 4; half++) {
        g->index[half] = v_in(x, index, half);
    }
    cc_describe_fault(x, &g->state);
    c->jump = test_mask(x, g);
    elements(x, g, true);
    c->resume = x->a.p;
    clear_rest(x, g);
    a64_after_load(x);
    c->next = x->gather_cold;
    x->gather_cold = c;
    a64_end_op(x, op);
    return true;
}

void a64_gather_cold(A64 *x)
{
    for (const struct GatherCold *c = x->gather_cold; c && !asm_full(&x->a);
         c = c->next) {
        asm_patch(c->jump, x->a.p);
        elements(x, &c->g, false);
        asm_insn(&x->a, branch_word(B, c->resume - x->a.p));
    }
}
