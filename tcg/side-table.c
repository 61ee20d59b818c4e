/* Writing and searching the compressed table of points that can fault. */
/* SPDX-License-Identifier: MIT */
#include "tcg/side-table.h"

/* First byte of an entry's recipe. */
enum {
    SAME = 1 << 0, /* as that of the entry before */
    BASE = 1 << 1,
    OVERLAY = 1 << 2,
    X87 = 1 << 3,
    RESUME = 1 << 4, /* as an integer of RESUME_BYTES, which stand last */
    SP = 1 << 5,     /* is another one: comes next */
};
enum { RESUME_BYTES = 3 };
/* Kind of a value: low bits of its first integer; the env offset or constant follows in
 * the others. */
enum {
    VALUE_ENV = 0,
    VALUE_CONST = 1,
    VALUE_SUM = 2, /* env offset, then what is added */
};

/* ---- integers ---- */

/* There is room: the put_ functions return where the next byte goes. */
static inline uint8_t *put(uint8_t *p, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) {
        *p++ = v | 0x80;
    }
    *p++ = v;
    return p;
}

static inline uint8_t *put_signed(uint8_t *p, int64_t v)
{
    return put(p, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

static uint64_t get(const uint8_t **p)
{
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t b = *(*p)++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            return v;
        }
    }
}

static int64_t get_signed(const uint8_t **p)
{
    uint64_t v = get(p);
    return (int64_t)(v >> 1 ^ -(v & 1));
}

/* ---- values and recipes ---- */

static uint8_t *put_value(uint8_t *p, const TCGValue *v)
{
    if (v->is_const) {
        return put_signed(put(p, VALUE_CONST), v->val);
    }
    int64_t off = v->env_offset;
    p = put(p, ((uint64_t)off << 1 ^ (uint64_t)(off >> 63)) << 2 |
                   (v->val ? VALUE_SUM : VALUE_ENV));
    return v->val ? put_signed(p, v->val) : p;
}

static TCGValue get_value(const uint8_t **p)
{
    uint64_t head = get(p);
    if ((head & 3) == VALUE_CONST) {
        return (TCGValue){.is_const = true, .val = get_signed(p)};
    }
    uint64_t off = head >> 2;
    TCGValue v = {.env_offset = (int32_t)(off >> 1 ^ -(off & 1))};
    if ((head & 3) == VALUE_SUM) {
        v.val = get_signed(p);
    }
    return v;
}

static bool same_value(const TCGValue *x, const TCGValue *y)
{
    return x->is_const == y->is_const && x->val == y->val &&
           x->env_offset == y->env_offset;
}

static bool same_recipe(const TCGRestore *x, const TCGRestore *y)
{
    if (x->resume != y->resume || x->base_pending != y->base_pending ||
        x->overlay_pending != y->overlay_pending || x->x87_pending != y->x87_pending ||
        x->cc_op != y->cc_op) {
        return false;
    }
    return (!x->base_pending || (same_value(&x->a, &y->a) && same_value(&x->b, &y->b) &&
                                 same_value(&x->c, &y->c))) &&
           (!x->overlay_pending || same_value(&x->r, &y->r)) &&
           (!x->x87_pending || (x->fip == y->fip && x->fop == y->fop));
}

void side_set_resume(uint8_t *at, uint32_t resume)
{
    assert(resume >> 7 * RESUME_BYTES == 0);
    for (unsigned i = 0; i < RESUME_BYTES; i++) {
        at[i] = (resume >> 7 * i & 0x7f) | (i + 1 < RESUME_BYTES ? 0x80 : 0);
    }
}

uint8_t *side_resume(const SideWriter *w)
{
    return w->p - RESUME_BYTES;
}

/* The head, and sp if it is not `was`. */
static uint8_t *put_head(uint8_t *p, unsigned head, int8_t sp, int8_t was)
{
    *p++ = head | (sp != was ? SP : 0);
    return sp != was ? put_signed(p, sp) : p;
}

static uint8_t *put_recipe(uint8_t *p, const TCGRestore *r, int8_t was)
{
    unsigned head = (r->base_pending ? BASE : 0) | (r->overlay_pending ? OVERLAY : 0) |
                    (r->x87_pending ? X87 : 0) | (r->resume ? RESUME : 0);
    p = put_head(p, head, r->sp, was);
    if (r->base_pending) {
        p = put(p, r->cc_op & 0xffff);
        p = put_value(p, &r->a);
        p = put_value(p, &r->b);
        p = put_value(p, &r->c);
    }
    if (r->overlay_pending) {
        p = put(p, r->cc_op >> 16);
        p = put_value(p, &r->r);
    }
    if (r->x87_pending) {
        p = put_signed(p, r->fip - r->pc);
        p = put(p, r->fop);
    }
    if (r->resume) {
        side_set_resume(p, r->resume);
        p += RESUME_BYTES;
    }
    return p;
}

static void get_recipe(const uint8_t **p, TCGRestore *r)
{
    unsigned what = get(p);
    if (what & SP) {
        r->sp = get_signed(p);
    }
    if (what & SAME) {
        return;
    }
    *r = (TCGRestore){
        .pc = r->pc,
        .sp = r->sp,
        .base_pending = what & BASE,
        .overlay_pending = what & OVERLAY,
        .x87_pending = what & X87,
    };
    if (r->base_pending) {
        r->cc_op = get(p);
        r->a = get_value(p);
        r->b = get_value(p);
        r->c = get_value(p);
    }
    if (r->overlay_pending) {
        r->cc_op |= get(p) << 16;
        r->r = get_value(p);
    }
    if (r->x87_pending) {
        r->fip = r->pc + get_signed(p);
        r->fop = get(p);
    }
    if (what & RESUME) {
        r->resume = get(p);
    }
}

/* ---- tables ---- */

void side_begin(SideWriter *w, uint8_t *p, uint8_t *limit)
{
    *w = (SideWriter){.start = p, .p = p, .limit = limit};
}

void side_add(SideWriter *w, uint32_t offset, const TCGRestore *state)
{
    assert(offset > w->offset);
    if (w->limit - w->p <= SIDE_MAX_ENTRY) {
        w->p = w->limit; /* side_end() says so */
        return;
    }
    uint8_t *p = put(w->p, offset - w->offset);
    p = put_signed(p, state->pc - w->last.pc);
    if (same_recipe(state, &w->last)) {
        p = put_head(p, SAME, state->sp, w->last.sp);
        w->last.pc = state->pc;
        w->last.sp = state->sp;
    } else {
        p = put_recipe(p, state, w->last.sp);
        w->last = *state;
    }
    w->p = p;
    w->offset = offset;
}

/* A difference of 0 in the offset ends the table. */
size_t side_end(SideWriter *w)
{
    if (w->p >= w->limit) {
        return 0;
    }
    *w->p++ = 0;
    return w->p - w->start;
}

bool side_find(const uint8_t *p, uint32_t offset, TCGRestore *out)
{
    uint32_t at = 0;
    *out = (TCGRestore){0};
    for (uint32_t d; at < offset && (d = get(&p));) {
        at += d;
        out->pc += get_signed(&p);
        get_recipe(&p, out);
    }
    return at == offset && offset;
}
