/* Units of the x86_64 back end that are taken out of a process and put into another. */
/* SPDX-License-Identifier: MIT */
/*
 * A unit refers to what is outside of it by rel32 only: to the thunks in code memory, and
 * to C functions of the program. Where that does not do (a function is too far away, or
 * in a library) it stays where it is. Behind the side table stand its places, 16 bits
 * each: the offset of a rel32 and, in bit 0, whether that leads out of code memory. Taken
 * out, they hold what they would at the start of code memory, or at x64_begin_places().
 */
#include "tcg/x86_64-internal.h"
#include "util/host.h"

enum { MAX_PLACES = 1 << 10, PLACE_OUTSIDE = 1, MAX_OFFSET = UINT16_MAX >> 1 };

/* The linker's: what is between them moves as one. */
extern const char __executable_start[], _end[];

static bool is_of_program(const void *p)
{
    return (uintptr_t)p - (uintptr_t)__executable_start <
           (size_t)(_end - __executable_start);
}

/* ---- while a unit is emitted ---- */

void x64_begin_places(X64 *x)
{
    x->places =
        x->s->movable ? arena_alloc(&x->s->arena, MAX_PLACES * sizeof *x->places) : NULL;
}

void x64_fixed(X64 *x)
{
    x->places = NULL;
}

void x64_note_place(X64 *x, const uint8_t *field, const void *to)
{
    ptrdiff_t at = field - x->entry;
    bool own = code_buf_contains(x->buf, to);
    if (x->nplaces == MAX_PLACES || at > MAX_OFFSET || (!own && !is_of_program(to))) {
        x64_fixed(x);
        return;
    }
    x->places[x->nplaces++] = at << 1 | (own ? 0 : PLACE_OUTSIDE);
}

bool x64_end_places(X64 *x, TCGCode *out)
{
    size_t n = x->places ? x->nplaces * sizeof *x->places : 0;
    if (n > (size_t)(x->a.limit - x->a.p)) {
        return false;
    }
    if (n) {
        memcpy(x->a.p, x->places, n);
    }
    x->a.p += n;
    out->movable = x->places != NULL;
    out->nplaces = n / sizeof *x->places;
    out->size += n;
    return true;
}

/* ---- moving ---- */

static unsigned place(const TCGCode *code, const uint8_t *bytes, unsigned i)
{
    return ldw_he_p(bytes + code->size - 2 * (code->nplaces - i));
}

/* What a place's rel32 is to be increased by when the unit goes from where it is at no
 * place to `entry`. */
static int64_t distance(const CodeBuf *b, const uint8_t *entry, unsigned place)
{
    const void *base = place & PLACE_OUTSIDE ? (const void *)x64_begin_places : b->rx;
    return (int64_t)((uintptr_t)base - (uintptr_t)entry);
}

static void take(const CodeBuf *b, const TCGCode *code, void *to)
{
    uint8_t *p = memcpy(to, code->entry, code->size);
    for (unsigned i = 0; i < code->nplaces; i++) {
        unsigned pl = place(code, p, i);
        uint8_t *field = p + (pl >> 1);
        stl_he_p(field, ldl_he_p(field) - distance(b, code->entry, pl));
    }
    for (unsigned i = 0; i < code->nexits; i++) {
        uint32_t jump = code->exits[i].jump;
        if (jump) {
            stl_he_p(p + jump + 1, code->exits[i].unlinked - (jump + 5));
        }
        if (code->exits[i].guard) {
            stl_he_p(p + code->exits[i].guard, UINT32_MAX);
        }
    }
}

static bool put_place(const CodeBuf *b, const uint8_t *entry, uint8_t *p, unsigned pl)
{
    uint8_t *field = p + (pl >> 1);
    int64_t d = distance(b, entry, pl), rel = (int32_t)ldl_he_p(field) + d;
    stl_he_p(field, rel);
    return rel == (int32_t)rel;
}

static bool put(TCGContext *s, CodeBuf *b, const void *from, TCGCode *code)
{
    uint8_t *p = x64_next_unit(s, b);
    const uint8_t *entry = code_buf_rx(b, p);
    bool ok = true;
    if (!p || code->size > code_buf_room(b)) {
        return false;
    }
    memcpy(p, from, code->size);
    for (unsigned i = 0; i < code->nplaces && ok; i++) {
        ok = put_place(b, entry, p, place(code, p, i));
    }
    if (ok) {
        code->backend = tcg_native_backend;
        code->entry = entry;
        b->used += code->size;
    }
    return ok;
}

/* ---- what else units depend on ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint64_t mix_addresses(uint64_t h, const uint8_t *const *at, unsigned n,
                              const CodeBuf *b)
{
    for (unsigned i = 0; i < n; i++) {
        h = mix(h, at[i] ? at[i] - b->rx : 0);
    }
    return h;
}

/* Where the thunks are in code memory, and what the host's CPU can do. */
static uint64_t basis(TCGContext *s, CodeBuf *b)
{
    enum {
        SHARED = offsetof(Thunks, use_tlb) / sizeof(uint8_t *),
        FIRST = offsetof(X64Thunks, unlinked) / sizeof(uint8_t *),
        LAST = offsetof(X64Thunks, bmi1) / sizeof(uint8_t *),
    };
    const uint8_t *const *shared = &tcg_thunks.enter;
    const uint8_t *const *own = (const uint8_t *const *)(const void *)&x64_thunks;
    uint64_t h = host_features();
    x64_next_unit(s, b);
    h = mix_addresses(h, shared, SHARED, b);
    h = mix_addresses(h, own + FIRST, LAST - FIRST, b);
    return mix(h, x64_thunks.avx | tcg_thunks.use_tlb << 1 | x64_thunks.has_vecs << 2);
}

const TCGMover x64_mover = {.basis = basis, .take = take, .put = put};
