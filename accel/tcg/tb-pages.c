/* Which units were made from a page of RAM; stores to such pages; self-modifying code. */
/* SPDX-License-Identifier: MIT */
/*
 * A CodePage exists for each page of RAM that units were made from. It has the list of
 * them and a bitmap of its 64-byte granules in which their code lies, so that a store to
 * data beside code costs a test of one bit. The page has RAM_PAGE_CODE while the list is
 * not empty, and as long no TLB lets generated code write to it directly.
 *
 * A unit is on the lists of at most two pages: page_next[0] goes on in the list of the
 * page of `addr`, page_next[1] in that of `second`. When both are the same page of RAM
 * (mapped twice) it is on the list once, by page_next[0].
 *
 * The order that makes a write by anybody seen: tb_page_protect() sets the flag and takes
 * the direct writes away before the first byte is read for translation.
 */
#include "accel/tcg/tb-leaf.h"

#include "util/host.h"
#include "util/log.h"

#include <sys/mman.h>

#define GRANULE_SHIFT 6

/* A table of which few pages are ever touched. */
static void *sparse_new(size_t size)
{
    void *p = host_map_apart(size);
    if (!p) {
        out_of_memory("a table of code pages");
    }
    return p;
}

void tb_pages_init(TCGEngine *e)
{
    e->pages = sparse_new(sizeof(PageTable));
}

/* Calls fn for each leaf and the address of its first page. */
static void for_each_leaf(TCGEngine *e,
                          void (*fn)(TCGEngine *e, Leaf *leaf, ram_addr_t base))
{
    for (size_t i = 0; i < 1 << ROOT_BITS; i++) {
        Mid *mid = e->pages->mid[i];

        for (size_t j = 0; mid && j < 1 << MID_BITS; j++) {
            if (mid->leaf[j]) {
                fn(e, mid->leaf[j], (i << MID_BITS | j) << (LEAF_BITS + PAGE_BITS));
            }
        }
    }
}

static void free_leaf(TCGEngine *e, Leaf *leaf, ram_addr_t base)
{
    g_free(leaf);
}

void tb_pages_free(TCGEngine *e)
{
    for_each_leaf(e, free_leaf);
    for (size_t i = 0; i < 1 << ROOT_BITS; i++) {
        if (e->pages->mid[i]) {
            munmap(e->pages->mid[i], sizeof(Mid));
        }
    }
    munmap(e->pages, sizeof(PageTable));
}

static unsigned leaf_index(ram_addr_t addr)
{
    return addr >> PAGE_BITS & (LEAF_PAGES - 1);
}

/* Where the next leaf may begin, seen from an address that has none. */
static ram_addr_t skip_leaf(const TCGEngine *e, ram_addr_t addr)
{
    unsigned bits = LEAF_BITS + PAGE_BITS + (leaf_slot(e, addr) ? 0 : MID_BITS);

    return ((addr >> bits) + 1) << bits;
}

static CodePage *page_find(const TCGEngine *e, ram_addr_t addr)
{
    Leaf *leaf = leaf_find(e, addr);

    return leaf ? &leaf->page[leaf_index(addr)] : NULL;
}

static Leaf *leaf_get(TCGEngine *e, ram_addr_t addr)
{
    Leaf **slot = leaf_slot(e, addr);

    if (!slot) {
        atomic_store_release(&e->pages->mid[addr >> (PAGE_BITS + LEAF_BITS + MID_BITS)],
                             sparse_new(sizeof(Mid)));
        slot = leaf_slot(e, addr);
    }
    if (!*slot) {
        atomic_store_release(slot, g_new0(Leaf, 1));
    }
    return *slot;
}

uint16_t *tb_page_note(TCGEngine *e, ram_addr_t page)
{
    return &leaf_get(e, page)->note[leaf_index(page)];
}

uint16_t tb_page_note_peek(const TCGEngine *e, ram_addr_t page)
{
    Leaf *leaf = leaf_find(e, page);

    return leaf ? atomic_read(&leaf->note[leaf_index(page)]) : 0;
}

bool tb_range_has_notes(const TCGEngine *e, ram_addr_t start, ram_addr_t last)
{
    for (ram_addr_t page = start & PAGE_MASK; page <= last;) {
        Leaf *leaf = leaf_find(e, page);

        if (leaf) {
            return true;
        }
        page = skip_leaf(e, page);
    }
    return false;
}

void tb_range_clear_notes(TCGEngine *e, ram_addr_t start, ram_addr_t last)
{
    for (ram_addr_t page = start & PAGE_MASK; page <= last;) {
        Leaf *leaf = leaf_find(e, page);

        if (leaf) {
            atomic_set(&leaf->note[leaf_index(page)], 0);
            page += PAGE_SIZE;
        } else {
            page = skip_leaf(e, page);
        }
    }
}

/* Granules of 64 bytes that bytes offset .. offset + len - 1 of a page lie in. */
static uint64_t granule_mask(unsigned offset, unsigned len)
{
    unsigned first = offset >> GRANULE_SHIFT, last = (offset + len - 1) >> GRANULE_SHIFT;

    return len ? ~UINT64_C(0) >> (63 - (last - first)) << first : 0;
}

bool peek_hit(const PeekSet *s, unsigned offset, unsigned len)
{
    for (unsigned i = 0; i < s->n; i++) {
        if (s->range[i].start < offset + len && offset < s->range[i].end) {
            return true;
        }
    }
    return false;
}

static uint64_t peek_granules(const PeekSet *s)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < s->n; i++) {
        mask |= granule_mask(s->range[i].start, s->range[i].end - s->range[i].start);
    }
    return mask;
}

/* Where the unit's code lies in a page. */
typedef struct Extent {
    unsigned offset, len;
} Extent;

static Extent first_extent(const TranslationBlock *tb)
{
    unsigned offset = tb->addr & ~PAGE_MASK;

    return (Extent){offset, MIN(tb->size, PAGE_SIZE - offset)};
}

static Extent second_extent(const TranslationBlock *tb)
{
    return (Extent){0, tb->size - first_extent(tb).len};
}

static bool in_first(const TranslationBlock *tb, ram_addr_t page)
{
    return (tb->addr & PAGE_MASK) == page;
}

static TranslationBlock **next_in(TranslationBlock *tb, ram_addr_t page)
{
    return &tb->page_next[in_first(tb, page) ? 0 : 1];
}

static uint64_t granules_in(const TranslationBlock *tb, ram_addr_t page)
{
    Extent a = first_extent(tb), b = second_extent(tb);
    uint64_t mask = 0;

    if (in_first(tb, page)) {
        mask |= granule_mask(a.offset, a.len) | peek_granules(&tb->peeked);
    }
    if (tb->second == page) {
        mask |= granule_mask(b.offset, b.len);
    }
    return mask;
}

static bool extent_hit(Extent x, unsigned offset, unsigned len)
{
    return x.offset < offset + len && offset < x.offset + x.len;
}

/* The unit depends on one of these bytes. */
static bool tb_hit(const TranslationBlock *tb, ram_addr_t addr, unsigned len)
{
    ram_addr_t page = addr & PAGE_MASK;
    unsigned offset = addr & ~PAGE_MASK;

    return (in_first(tb, page) && (extent_hit(first_extent(tb), offset, len) ||
                                   peek_hit(&tb->peeked, offset, len))) ||
           (tb->second == page && extent_hit(second_extent(tb), offset, len));
}

/* Lists. */

static void page_list_add(TCGEngine *e, TranslationBlock *tb, ram_addr_t page)
{
    CodePage *p = &leaf_get(e, page)->page[leaf_index(page)];

    if (!p->first) {
        e->stats.code_pages++;
    }
    *next_in(tb, page) = p->first;
    p->first = tb;
    p->granules |= granules_in(tb, page);
}

static void page_list_remove(TCGEngine *e, TranslationBlock *tb, ram_addr_t page)
{
    CodePage *p = page_find(e, page);

    p->granules = 0;
    for (TranslationBlock **link = &p->first; *link;) {
        if (*link == tb) {
            *link = *next_in(tb, page);
        } else {
            p->granules |= granules_in(*link, page);
            link = next_in(*link, page);
        }
    }
    if (!p->first) {
        tb_page_unprotect(e, page);
    }
}

void tb_page_add(TCGEngine *e, TranslationBlock *tb)
{
    ram_addr_t page = tb->addr & PAGE_MASK;

    page_list_add(e, tb, page);
    if (tb->second != RAM_ADDR_NONE && tb->second != page) {
        page_list_add(e, tb, tb->second);
    }
}

void tb_page_remove(TCGEngine *e, TranslationBlock *tb)
{
    ram_addr_t page = tb->addr & PAGE_MASK;

    page_list_remove(e, tb, page);
    if (tb->second != RAM_ADDR_NONE && tb->second != page) {
        page_list_remove(e, tb, tb->second);
    }
}

static bool on_list(const TCGEngine *e, const TranslationBlock *tb, ram_addr_t page)
{
    const CodePage *p = page_find(e, page);
    bool found = false;

    for (TranslationBlock *i = p ? p->first : NULL; i; i = *next_in(i, page)) {
        found |= i == tb;
    }
    return found && !(granules_in(tb, page) & ~p->granules) &&
           (tb_page_is_protected(e, page) || tb_page_self_checks(e, page));
}

bool tb_page_lists(const TCGEngine *e, const TranslationBlock *tb)
{
    return on_list(e, tb, tb->addr & PAGE_MASK) &&
           (tb->second == RAM_ADDR_NONE || on_list(e, tb, tb->second));
}

static void reset_leaf(TCGEngine *e, Leaf *leaf, ram_addr_t base)
{
    for (unsigned i = 0; i < LEAF_PAGES; i++) {
        if (leaf->page[i].first) {
            tb_page_unprotect(e, base + ((ram_addr_t)i << PAGE_BITS));
            leaf->page[i] = (CodePage){0};
        }
    }
}

void tb_pages_reset(TCGEngine *e)
{
    for_each_leaf(e, reset_leaf);
}

/* Writes. */

/* The list behind `tb` that has the next unit that depends on the bytes; NULL: no more.
 */
static TranslationBlock *next_hit(TranslationBlock *tb, ram_addr_t addr, unsigned len)
{
    while (tb && !tb_hit(tb, addr, len)) {
        tb = *next_in(tb, addr & PAGE_MASK);
    }
    return tb;
}

static bool holds_code(const TranslationBlock *tb, const void *code)
{
    return (const char *)code - (const char *)tb->code.entry < (ptrdiff_t)tb->code.size &&
           (const char *)code >= (const char *)tb->code.entry;
}

/* The instruction at linear address pc, whose bytes are on the unit's pages, is or may be
 * the unit's. */
static bool has_insn_at(const TranslationBlock *tb, vaddr pc)
{
    uint64_t offset = pc - tb->pc;

    return (tb->relative ? offset & ~PAGE_MASK : offset) < tb->size;
}

/* Invalidates all units that depend on the bytes. True: the code at linear address
 * `running` was in one. */
static bool invalidate_bytes(TCGEngine *e, ram_addr_t addr, unsigned len,
                             const vaddr *running)
{
    CodePage *p = page_find(e, addr);
    bool hit = false;

    if (!p || !(p->granules & granule_mask(addr & ~PAGE_MASK, len))) {
        return false;
    }
    for (TranslationBlock *tb = next_hit(p->first, addr, len), *next; tb; tb = next) {
        next = next_hit(*next_in(tb, addr & PAGE_MASK), addr, len);
        hit |= running && has_insn_at(tb, *running);
        tb_invalidate(e, tb);
    }
    return hit;
}

/* The same for all pages that start .. last touches; nothing but tables is looked at
 * where there is no code. */
bool tb_invalidate_range(TCGEngine *e, ram_addr_t start, ram_addr_t last,
                         const void *running)
{
    bool hit = false;
    /* A helper that the interpreter has called: any unit may be the running one. */
    bool any = running && !code_buf_contains(e->code, running);

    for (ram_addr_t page = start & PAGE_MASK; page <= last;) {
        Leaf *leaf = leaf_find(e, page);

        if (!leaf) {
            page = skip_leaf(e, page);
            continue;
        }
        for (TranslationBlock *tb = leaf->page[leaf_index(page)].first, *next; tb;
             tb = next) {
            next = *next_in(tb, page);
            ram_addr_t from = MAX(start, page), to = MIN(last, page + PAGE_SIZE - 1);

            if (tb_hit(tb, from, to - from + 1)) {
                hit |= any || holds_code(tb, running);
                tb_invalidate(e, tb);
            }
        }
        page += PAGE_SIZE;
    }
    return hit;
}

void tb_sleep_range(TCGEngine *e, ram_addr_t start, ram_addr_t last)
{
    for (ram_addr_t page = start & PAGE_MASK; page <= last;) {
        Leaf *leaf = leaf_find(e, page);
        TranslationBlock *tb = leaf ? leaf->page[leaf_index(page)].first : NULL;

        for (; tb; tb = *next_in(tb, page)) {
            tb_sleep(e, tb);
        }
        page = leaf ? page + PAGE_SIZE : skip_leaf(e, page);
    }
}

TranslationBlock *tb_page_find_asleep(const TCGEngine *e, ram_addr_t page,
                                      const TBKey *key)
{
    const CodePage *p = page_find(e, page);
    TranslationBlock *tb = p ? p->first : NULL;

    while (tb && !(tb->asleep && tb->pc == key->pc && tb->flags == key->flags &&
                   tb->cs_base == key->cs_base)) {
        tb = *next_in(tb, page);
    }
    return tb;
}

TBPagePlace tb_page_place(const TCGEngine *e, ram_addr_t page, const TBKey *key)
{
    const CodePage *p = page_find(e, page);
    TBPagePlace place = TB_PAGE_NEW;

    for (TranslationBlock *tb = p ? p->first : NULL; tb; tb = *next_in(tb, page)) {
        if (!in_first(tb, page) || tb->flags != key->flags) {
            continue;
        }
        if (tb->relative || (tb->pc ^ key->pc) & PAGE_MASK) {
            return TB_PAGE_ELSEWHERE;
        }
        place = TB_PAGE_HERE;
    }
    return place;
}

/* Some unit depends on the bytes. */
static bool bytes_are_code(TCGEngine *e, ram_addr_t addr, unsigned len)
{
    CodePage *p = page_find(e, addr);

    return p && p->granules & granule_mask(addr & ~PAGE_MASK, len) &&
           next_hit(p->first, addr, len);
}

bool tb_before_store(CPUState *cpu, ram_addr_t addr, unsigned len, uintptr_t ra)
{
    CPUTCG *t = cpu_tcg(cpu);
    TCGEngine *e = t->engine;
    bool redo = false;

    engine_lock(t);
    e->stats.code_stores++;
    if (bytes_are_code(e, addr, len)) {
        vaddr running = tcg_pc_at(cpu, ra);

        redo = invalidate_bytes(e, addr, len, &running) && ra && !t->in_one_shot;
    } else {
        e->stats.code_stores_miss++;
    }
    CodePage *p = page_find(e, addr);
    bool code = p && p->first;

    if (!code) { /* or a translation was given up after it had set the flag */
        tb_page_unprotect(e, addr & PAGE_MASK);
    }
    engine_unlock(t);
    if (redo) {
        tcg_redo_alone(cpu, ra);
    }
    return code;
}

void tb_code_written(void *opaque, ram_addr_t addr, hwaddr len)
{
    TCGEngine *e = opaque;

    mutex_lock(&e->lock);
    invalidate_bytes(e, addr, len, NULL);
    mutex_unlock(&e->lock);
}
