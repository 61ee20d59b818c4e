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
#include "accel/tcg/tb.h"

#include "util/atomic.h"
#include "util/log.h"

#define LEAF_BITS     9
#define LEAF_PAGES    (1u << LEAF_BITS)
#define GRANULE_SHIFT 6

typedef struct CodePage {
    TranslationBlock *first;
    uint64_t granules;
} CodePage;

/*
 * Which TLB entries may write to a page directly: none (0), those with one index of level
 * 1 (index + 1), or more. It says too many rather than too few: entries go without
 * notice.
 */
#define WRITERS_MANY UINT16_MAX
static_assert(TLB_ENTRIES < WRITERS_MANY, "indexes fit");

typedef struct Leaf {
    CodePage page[LEAF_PAGES];
    uint16_t writers[LEAF_PAGES];
} Leaf;

/* Indexed by page of ram_addr_t, two levels; a leaf covers 2 MiB. */
typedef struct PageTable {
    Leaf **leaf;
    size_t nleaves;
} PageTable;

void tb_pages_init(TCGEngine *e)
{
    e->pages = g_new0(PageTable, 1);
}

void tb_pages_free(TCGEngine *e)
{
    for (size_t i = 0; i < e->pages->nleaves; i++) {
        g_free(e->pages->leaf[i]);
    }
    g_free(e->pages->leaf);
    g_free(e->pages);
}

static CodePage *page_find(const TCGEngine *e, ram_addr_t addr)
{
    size_t n = addr >> (PAGE_BITS + LEAF_BITS);

    if (n >= e->pages->nleaves || !e->pages->leaf[n]) {
        return NULL;
    }
    return &e->pages->leaf[n]->page[addr >> PAGE_BITS & (LEAF_PAGES - 1)];
}

static Leaf *leaf_get(TCGEngine *e, ram_addr_t addr)
{
    PageTable *pt = e->pages;
    size_t n = addr >> (PAGE_BITS + LEAF_BITS);

    if (n >= pt->nleaves) {
        size_t more = MAX(n + 1, 2 * pt->nleaves);

        pt->leaf = g_renew(Leaf *, pt->leaf, more);
        memset(pt->leaf + pt->nleaves, 0, (more - pt->nleaves) * sizeof *pt->leaf);
        pt->nleaves = more;
    }
    if (!pt->leaf[n]) {
        pt->leaf[n] = g_new0(Leaf, 1);
    }
    return pt->leaf[n];
}

static unsigned leaf_index(ram_addr_t addr)
{
    return addr >> PAGE_BITS & (LEAF_PAGES - 1);
}

void tb_page_writable(TCGEngine *e, ram_addr_t page, unsigned index)
{
    uint16_t *w = &leaf_get(e, page)->writers[leaf_index(page)];

    if (*w != index + 1) {
        *w = *w ? WRITERS_MANY : index + 1;
    }
}

/* Granules of 64 bytes that bytes offset .. offset + len - 1 of a page lie in. */
static uint64_t granule_mask(unsigned offset, unsigned len)
{
    unsigned first = offset >> GRANULE_SHIFT, last = (offset + len - 1) >> GRANULE_SHIFT;

    return len ? ~UINT64_C(0) >> (63 - (last - first)) << first : 0;
}

void peek_add(PeekSet *s, unsigned offset, unsigned len)
{
    unsigned end = offset + len;

    for (unsigned i = 0; i < s->n; i++) {
        bool last = i == PEEK_RANGES - 1;

        if (last || (offset <= s->range[i].end && s->range[i].start <= end)) {
            s->range[i].start = MIN(s->range[i].start, offset);
            s->range[i].end = MAX(s->range[i].end, end);
            return;
        }
    }
    s->range[s->n].start = offset;
    s->range[s->n++].end = end;
}

static bool peek_hit(const PeekSet *s, unsigned offset, unsigned len)
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

bool tb_page_knows_writer(const TCGEngine *e, ram_addr_t page, unsigned index)
{
    size_t n = page >> (PAGE_BITS + LEAF_BITS);
    const Leaf *leaf = n < e->pages->nleaves ? e->pages->leaf[n] : NULL;
    uint16_t w = leaf ? leaf->writers[leaf_index(page)] : 0;

    return w == WRITERS_MANY || w == index + 1;
}

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

static void page_clear_flag(ram_addr_t page)
{
    RAMBlock *block = ram_block_find(page);

    if (block) { /* at the program's end memory may be gone already */
        ram_page_clear_code(block, page - block->base);
    }
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
        page_clear_flag(page);
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
    RAMBlock *block = ram_block_find(page);
    bool found = false;

    for (TranslationBlock *i = p ? p->first : NULL; i; i = *next_in(i, page)) {
        found |= i == tb;
    }
    return found && !(granules_in(tb, page) & ~p->granules) &&
           ram_page_flags(block, page - block->base) & RAM_PAGE_CODE;
}

bool tb_page_lists(const TCGEngine *e, const TranslationBlock *tb)
{
    return on_list(e, tb, tb->addr & PAGE_MASK) &&
           (tb->second == RAM_ADDR_NONE || on_list(e, tb, tb->second));
}

void tb_pages_reset(TCGEngine *e)
{
    for (size_t n = 0; n < e->pages->nleaves; n++) {
        Leaf *leaf = e->pages->leaf[n];

        for (unsigned i = 0; leaf && i < LEAF_PAGES; i++) {
            if (leaf->page[i].first) {
                page_clear_flag((n << LEAF_BITS | i) << PAGE_BITS);
                leaf->page[i] = (CodePage){0};
            }
        }
    }
}

void tb_page_protect(TCGEngine *e, MemoryRegion *mr, ram_addr_t page)
{
    RAMBlock *block = mr->ram;
    hwaddr offset = page - block->base;

    if (ram_page_flags(block, offset) & RAM_PAGE_CODE) {
        return;
    }
    ram_page_set_code(block, offset);
    uint16_t *w = &leaf_get(e, page)->writers[leaf_index(page)];

    for (unsigned i = 0; *w && i < e->cpus->len; i++) {
        CPUTCG *t = e->cpus->pdata[i];

        tlb_protect_page(t->cpu, block->host + offset, *w == WRITERS_MANY ? -1 : *w - 1);
    }
    *w = 0;
    smp_mb();
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
        hit |= running && *running - tb->pc < tb->size;
        tb_invalidate(e, tb);
    }
    return hit;
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
        page_clear_flag(addr & PAGE_MASK);
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
