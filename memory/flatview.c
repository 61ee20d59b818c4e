/* FlatView: a MemoryRegion tree painted into sorted sections; listeners are told of
 * changes. */
/* SPDX-License-Identifier: MIT */
#include "memory/memory-internal.h"

#include "util/atomic.h"
#include "util/epoch.h"

/*
 * Painting goes from the region that wins to the one that loses, so a region fills only
 * what is still free. Positions are 128-bit while painting, because an alias may put the
 * start of its target below address 0. A finished view is published by one store and
 * never changed; readers hold an epoch. The list of address spaces is changed inside a
 * transaction only.
 */

typedef __int128 Wide;

typedef struct Clip {
    Wide lo, hi; /* hi belongs to it; empty when lo > hi */
} Clip;

static AddressSpace *address_spaces;
static MemoryListener *listeners;

/* ---- painting ---- */

static void fill(GArray *out, unsigned at, Clip part, const MemorySection *proto,
                 Wide base)
{
    MemorySection s = *proto;
    s.start = part.lo;
    s.last = part.hi;
    s.offset = part.lo - base;
    g_array_insert_val(out, at, s);
}

/* Puts a leaf region whose byte 0 is at `base` into the free parts of `clip`. */
static void paint_leaf(GArray *out, MemoryRegion *mr, Wide base, Clip clip, bool readonly)
{
    MemorySection proto = {.mr = mr, .readonly = readonly};
    unsigned i = 0;
    while (clip.lo <= clip.hi) {
        while (i < out->len && g_array_index(out, MemorySection, i).last < clip.lo) {
            i++;
        }
        const MemorySection *taken = NULL;
        if (i < out->len) {
            taken = &g_array_index(out, MemorySection, i);
        }
        if (!taken || taken->start > clip.hi) {
            fill(out, i, clip, &proto, base);
            return;
        }
        Clip gap = {clip.lo, (Wide)taken->start - 1};
        clip.lo = (Wide)taken->last + 1;
        if (gap.lo <= gap.hi) {
            fill(out, i, gap, &proto, base);
        }
    }
}

static void paint(GArray *out, MemoryRegion *mr, Wide base, Clip clip, bool readonly)
{
    if (!mr->enabled || !mr->size) {
        return;
    }
    Wide last = mr->size == UINT64_MAX ? base + UINT64_MAX : base + mr->size - 1;
    clip = (Clip){MAX(clip.lo, base), MIN(clip.hi, last)};
    if (clip.lo > clip.hi) {
        return;
    }
    readonly |= mr->readonly;
    if (mr->alias) {
        paint(out, mr->alias, base - mr->alias_offset, clip, readonly);
    } else if (mr->ram || mr->ops) {
        paint_leaf(out, mr, base, clip, readonly);
    } else {
        for (MemoryRegion *child = mr->children; child; child = child->next) {
            paint(out, child, base + child->addr, clip, readonly);
        }
    }
}

static bool sections_join(const MemorySection *a, const MemorySection *b)
{
    return a->mr == b->mr && a->readonly == b->readonly && a->last + 1 == b->start &&
           a->offset + (b->start - a->start) == b->offset;
}

/* The view that the tree under `root` makes. */
static FlatView *flatview_render(MemoryRegion *root)
{
    g_autoptr(GArray) out = g_array_new(false, false, sizeof(MemorySection));
    paint(out, root, 0, (Clip){0, UINT64_MAX}, false);

    FlatView *view = g_malloc0(sizeof(FlatView) + out->len * sizeof(MemorySection));
    for (unsigned i = 0; i < out->len; i++) {
        const MemorySection *s = &g_array_index(out, MemorySection, i);
        MemorySection *prev = view->nr ? &view->sections[view->nr - 1] : NULL;
        if (prev && sections_join(prev, s)) {
            prev->last = s->last;
        } else {
            view->sections[view->nr++] = *s;
        }
    }
    return view;
}

/* ---- look-up ---- */

const MemorySection *flatview_search(FlatView *view, hwaddr addr)
{
    unsigned lo = 0, hi = view->nr;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        const MemorySection *s = &view->sections[mid];
        if (addr < s->start) {
            hi = mid;
        } else if (addr > s->last) {
            lo = mid + 1;
        } else {
            atomic_set(&view->hint, mid);
            return s;
        }
    }
    return NULL;
}

/* The hole around an address that no section holds. */
static MemorySection flatview_hole(const FlatView *view, hwaddr addr)
{
    MemorySection hole = {.mr = &memory_unassigned, .start = 0, .last = UINT64_MAX};
    for (unsigned i = 0; i < view->nr; i++) {
        const MemorySection *s = &view->sections[i];
        if (s->start > addr) {
            hole.last = s->start - 1;
            break;
        }
        hole.start = s->last + 1;
    }
    hole.offset = hole.start;
    return hole;
}

MemorySection address_space_find(AddressSpace *as, hwaddr addr)
{
    epoch_enter();
    FlatView *view = atomic_load_acquire(&as->view);
    const MemorySection *found = flatview_find(view, addr);
    MemorySection s = found ? *found : flatview_hole(view, addr);
    epoch_leave();
    return s;
}

/* ---- changes ---- */

static bool sections_equal(const MemorySection *a, const MemorySection *b)
{
    return a->mr == b->mr && a->offset == b->offset && a->start == b->start &&
           a->last == b->last && a->readonly == b->readonly;
}

static bool view_has(const FlatView *view, const MemorySection *s)
{
    unsigned lo = 0, hi = view->nr;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (view->sections[mid].start < s->start) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < view->nr && sections_equal(&view->sections[lo], s);
}

/* Calls fn for each section of `in` that is not in `other`. */
static void tell(MemoryListener *l, const FlatView *in, const FlatView *other,
                 void (*fn)(MemoryListener *, const MemorySection *))
{
    for (unsigned i = 0; fn && i < in->nr; i++) {
        if (!view_has(other, &in->sections[i])) {
            fn(l, &in->sections[i]);
        }
    }
}

static bool views_equal(const FlatView *a, const FlatView *b)
{
    bool equal = a->nr == b->nr;
    for (unsigned i = 0; equal && i < a->nr; i++) {
        equal = sections_equal(&a->sections[i], &b->sections[i]);
    }
    return equal;
}

static void update_one(AddressSpace *as)
{
    FlatView *old = as->view, *view = flatview_render(as->root);
    if (views_equal(old, view)) {
        g_free(view);
        return;
    }
    atomic_store_release(&as->view, view);
    for (MemoryListener *l = listeners; l; l = l->next) {
        if (l->as == as) {
            tell(l, old, view, l->region_del);
            tell(l, view, old, l->region_add);
            if (l->commit) {
                l->commit(l);
            }
        }
    }
    epoch_retire(old, g_free);
}

void flatview_update_all(void)
{
    for (AddressSpace *as = address_spaces; as; as = as->next) {
        update_one(as);
    }
}

void address_space_init(AddressSpace *as, MemoryRegion *root, const char *name)
{
    memory_transaction_begin();
    *as = (AddressSpace){.name = name, .root = root, .next = address_spaces};
    as->view = flatview_render(root);
    address_spaces = as;
    memory_transaction_commit();
}

void address_space_destroy(AddressSpace *as)
{
    memory_transaction_begin();
    AddressSpace **p = &address_spaces;
    while (*p != as) {
        p = &(*p)->next;
    }
    *p = as->next;
    epoch_retire(as->view, g_free);
    as->view = NULL;
    memory_transaction_commit();
}

void memory_listener_register(MemoryListener *l, AddressSpace *as)
{
    static const FlatView nothing;
    memory_transaction_begin();
    l->as = as;
    l->next = listeners;
    listeners = l;
    tell(l, as->view, &nothing, l->region_add);
    if (l->commit) {
        l->commit(l);
    }
    memory_transaction_commit();
}

void memory_listener_unregister(MemoryListener *l)
{
    memory_transaction_begin();
    MemoryListener **p = &listeners;
    while (*p != l) {
        p = &(*p)->next;
    }
    *p = l->next;
    memory_transaction_commit();
}

/* ---- checks and text ---- */

void memory_verify(AddressSpace *as)
{
    epoch_enter();
    const FlatView *view = atomic_load_acquire(&as->view);
    for (unsigned i = 0; i < view->nr; i++) {
        const MemorySection *s = &view->sections[i];
        assert(s->start <= s->last);
        assert(i == 0 || s[-1].last < s->start);
        assert(s->offset + (s->last - s->start) <= s->mr->size - 1);
    }
    epoch_leave();
}

char *address_space_describe(AddressSpace *as)
{
    GString *text = g_string_new(NULL);
    epoch_enter();
    const FlatView *view = atomic_load_acquire(&as->view);
    for (unsigned i = 0; i < view->nr; i++) {
        const MemorySection *s = &view->sections[i];
        const char *kind = !s->mr->ram ? "i/o" : s->readonly ? "rom" : "ram";
        g_string_append_printf(text, "%016" PRIx64 "-%016" PRIx64 " %s %s", s->start,
                               s->last, kind, s->mr->name);
        if (s->offset) {
            g_string_append_printf(text, " @%" PRIx64, s->offset);
        }
        g_string_append_c(text, '\n');
    }
    epoch_leave();
    return g_string_free(text, false);
}
