/* TB cache: finding translated code, direct links between units, invalidation, flush. */
/* SPDX-License-Identifier: MIT */
/*
 * A TranslationBlock is in the hash table <=> it is on the list of each page of RAM that
 * it was made from <=> these pages have RAM_PAGE_CODE. One that is being invalidated
 * first leaves the hash table, then the page lists, then loses its links in both
 * directions and its jump-table entries. Its memory and host code stay until tb_flush().
 *
 * Look-up takes no lock (the vCPU is inside an epoch); everything else holds the
 * engine's.
 *
 * Why a link is right. While unit A runs, the pages that A was made from are mapped as
 * they were when it was found. So:
 *   - A link from A to a unit B whose code is all in A's pages is always right.
 *   - A link to another page in kernel modes stands in kernel_links: they are all undone
 *     when a kernel mapping from which code was run may have changed.
 *   - A link to another page in user mode has a guard (guest-desc.h): it compares the
 *     token of the page that B was found in with that of the page there now. A unit in
 *     two pages guards its second page itself, at its head, so a link to it is like one
 *     to any other.
 *   - Relative units are linked only to those of the same page.
 * Jump-table entries carry the epoch of their code space (tlb.h), which moves in the same
 * case.
 */
#include "accel/tcg/lockstep.h"
#include "accel/tcg/tb.h"

#include "util/atomic.h"
#include "util/bitops.h"
#include "util/host.h"
#include "util/log.h"

#define TB_FIRST_CHUNK (1u << 18)
#define TB_POPULATE    (1u << 16)
#define UNITS_AT_ONCE  1024 /* of the list of units: pages for so many come together */

/* Looking up. */

typedef struct TBQuery {
    CPUState *cpu;
    const TBKey *key;
    ram_addr_t addr;
    CodeFetch second; /* of the unit that was found, if it has a second page */
    bool unshared;
    TBKind want;
} TBQuery;

/*
 * Code that runs one after the other lies side by side: the units of a page are together
 * in 64 buckets, in the order of their addresses, and mostly found in a line of the cache
 * that has just been used. The table takes 26 bits of a hash at the most to choose a
 * bucket; the others tell units of one bucket apart.
 */
static uint64_t tb_hash(ram_addr_t addr, vaddr pc, uint64_t cs_base, uint32_t flags)
{
    uint64_t offset = pc & ~PAGE_MASK;
    uint64_t h = (addr >> PAGE_BITS) * UINT64_C(0x9e3779b97f4a7c15);

    h ^= (pc >> PAGE_BITS ^ cs_base << 7) * UINT64_C(0xc2b2ae3d27d4eb4f);
    h ^= flags * UINT64_C(0x165667b19e3779f9);
    return (offset & 63) << 26 | h >> 44 << 6 | offset >> 6;
}

/* Where units may be relative they are found by their place in RAM alone. */
static uint64_t tb_hash_at(const TCGEngine *e, ram_addr_t addr, vaddr pc,
                           uint64_t cs_base, uint32_t flags)
{
    return tb_hash(addr, e->relative ? pc & ~PAGE_MASK : pc, cs_base, flags);
}

static uint64_t tb_hash_of(const TCGEngine *e, const TranslationBlock *tb)
{
    return tb_hash_at(e, tb->addr, tb->pc, tb->cs_base, tb->flags);
}

/* Tokens. */

typedef struct PageToken {
    uint64_t vpage, ram_page;
    uint32_t token;
} PageToken;

static guint page_token_hash(gconstpointer p)
{
    const PageToken *k = p;

    return (k->vpage * UINT64_C(0x9e3779b97f4a7c15) ^
            k->ram_page * UINT64_C(0xc2b2ae3d27d4eb4f)) >>
           32;
}

static gboolean page_token_equal(gconstpointer a, gconstpointer b)
{
    const PageToken *x = a, *y = b;

    return x->vpage == y->vpage && x->ram_page == y->ram_page;
}

void tb_tokens_init(TCGEngine *e)
{
    e->tokens = g_hash_table_new_full(page_token_hash, page_token_equal, g_free, NULL);
}

uint32_t tb_token(TCGEngine *e, vaddr pc, ram_addr_t page)
{
    PageToken key = {pc >> PAGE_BITS, page >> PAGE_BITS, 0};
    PageToken *t = g_hash_table_lookup(e->tokens, &key);

    if (!t) {
        t = g_memdup2(&key, sizeof key);
        t->token = ++e->last_token;
        assert(t->token != UINT32_MAX);
        g_hash_table_add(e->tokens, t);
    }
    return t->token;
}

/* Of a unit at pc. */
static vaddr second_pc(vaddr pc)
{
    return (pc & PAGE_MASK) + PAGE_SIZE;
}

static bool tb_answers(const void *entry, const void *opaque)
{
    const TranslationBlock *tb = entry;
    TBQuery *q = (TBQuery *)opaque;

    if (tb->addr != q->addr || (tb->pc != q->key->pc && !tb->relative) ||
        q->want == (tb->relative ? TB_FIXED : TB_RELATIVE) ||
        tb->flags != q->key->flags || tb->cs_base != q->key->cs_base ||
        tb->unshared != q->unshared) {
        return false;
    }
    return likely(tb->second == RAM_ADDR_NONE) ||
           (tlb_code_page(q->cpu, second_pc(q->key->pc), true, &q->second) &&
            q->second.page == tb->second);
}

/* Code from the page is about to be run: the mapping has to be watched. */
static void note_page(CPUState *cpu, vaddr pc, ram_addr_t page, bool global)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (!tlb_note_code(cpu, pc, global)) {
        return;
    }
    if (t->tlb.mode == 0 && t->engine->backend->guard) {
        tlb_map_code(cpu, pc, tb_token(t->engine, pc, page));
    }
}

/* The unit is going to be run at pc. */
static void note_pages(CPUState *cpu, const TranslationBlock *tb, vaddr pc, bool global,
                       bool second_global)
{
    note_page(cpu, pc, tb->addr & PAGE_MASK, global);
    if (tb->second != RAM_ADDR_NONE) {
        note_page(cpu, second_pc(pc), tb->second, second_global);
    }
}

/* A relative unit does not test whether direct branches lead out of the canonical
 * addresses, beyond a limit, or over the end of 32-bit ones: they do not from these. Code
 * that is not 64-bit is all below. */
bool tb_may_be_relative(const CPUTCG *t, const TBKey *key)
{
    return t->engine->relative && t->tlb.mode == 0 && !key->cs_base &&
           key->pc >= BIT64(32) && key->pc < BIT64(47) - BIT64(32);
}

RUN_AT_FORK TranslationBlock *tb_find(CPUState *cpu, bool nofault)
{
    CPUTCG *t = cpu_tcg(cpu);
    TBKey key = cpu->ops->tb_key(cpu);
    TBQuery q = {.cpu = cpu, .key = &key, .unshared = t->unshared};
    q.want = tb_may_be_relative(t, &key) ? t->want : TB_FIXED;
    CodeFetch f;

    t->stats.lookups++;
    if (!tlb_code_page(cpu, key.pc, nofault, &f) || !f.mr) {
        return NULL;
    }
    q.addr = f.page + (key.pc & ~PAGE_MASK);
    TranslationBlock *tb = htab_find(
        &t->engine->tbs, tb_hash_at(t->engine, q.addr, key.pc, key.cs_base, key.flags),
        tb_answers, &q);
    if (tb) {
        t->stats.lookup_hits++;
        note_pages(cpu, tb, key.pc, f.global, q.second.global);
    }
    return tb;
}

const void *tb_lookup_code(void *env)
{
    CPUState *cpu = env_cpu(env);
    CPUTCG *t = cpu_tcg(cpu);

    t->stats.jump_misses++;
    if (t->engine->no_chain || t->in_one_shot) {
        return NULL;
    }
    TranslationBlock *tb = tb_find(cpu, true);

    if (!tb) {
        return NULL;
    }
    tb_remember_jump(cpu, tb);
    return tb->code.entry;
}

/* Where the host code is in code memory: an address of it is never NULL. */
static uint32_t code_offset(const TCGEngine *e, const void *code)
{
    return (const char *)code - (const char *)code_buf_start(e->code);
}

/*
 * The search is among those that begin in the same page of code memory, and the last one
 * in front. first_in[] of the page of unit number n, and of those before it, is written
 * before ntbs becomes n + 1; it is 0 for pages not reached yet.
 */
RUN_AT_FORK TranslationBlock *tb_by_code(const TCGEngine *e, const void *code)
{
    size_t n = atomic_load_acquire(&e->ntbs);

    if (!n || !code_buf_contains(e->code, code)) {
        return NULL;
    }
    uint32_t at = code_offset(e, code);
    size_t lo = atomic_read(&e->first_in[at >> PAGE_BITS]);
    size_t hi = atomic_read(&e->first_in[(at >> PAGE_BITS) + 1]);

    hi = hi && hi < n ? hi : n;
    lo = lo && lo <= hi ? lo - 1 : 0;
    if (e->code_at[n - 1] <= at) { /* often it is the newest */
        lo = hi = n;
    }
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (e->code_at[mid] <= at) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    TranslationBlock *tb = lo ? e->by_code[lo - 1] : NULL;

    return tb && at - e->code_at[lo - 1] < tb->code.size ? tb : NULL;
}

/* Making. */

/* Short programs need no more than the first chunk, the others have huge pages. */
static void add_chunk(TCGEngine *e)
{
    bool first = !e->chunks->len;
    size_t size = first ? TB_FIRST_CHUNK : HOST_HUGE_PAGE;

    e->chunk_cur = first ? g_malloc(size) : aligned_alloc(HOST_HUGE_PAGE, size);
    if (!e->chunk_cur) {
        out_of_memory("the list of units");
    }
    if (!first) {
        host_want_huge(e->chunk_cur, size);
    }
    e->chunk_end = e->chunk_cur + size;
    e->chunk_ready = (char *)ROUND_UP((uintptr_t)e->chunk_cur, host_page_size());
    g_ptr_array_add(e->chunks, e->chunk_cur);
}

TranslationBlock *tb_alloc(TCGEngine *e, const TCGCode *code)
{
    size_t code_size = offsetof(TCGCode, exits) + code->nexits * sizeof(code->exits[0]);
    size_t links = ROUND_UP(offsetof(TranslationBlock, code) + code_size, 8);
    size_t size = links + code->nexits * sizeof(TBLink);

    if ((size_t)(e->chunk_end - e->chunk_cur) < size) {
        add_chunk(e);
    }
    TranslationBlock *tb = (TranslationBlock *)e->chunk_cur;

    e->chunk_cur += size;
    if (e->chunk_cur > e->chunk_ready &&
        (size_t)(e->chunk_end - e->chunk_ready) >= TB_POPULATE) {
        host_populate(e->chunk_ready, TB_POPULATE, true);
        e->chunk_ready += TB_POPULATE;
    }
    memset(tb, 0, size);
    memcpy(&tb->code, code, code_size);
    for (unsigned i = 0; i < code->nexits; i++) {
        tb_links(tb)[i].from = tb;
    }
    return tb;
}

/* Units with equal keys may differ in their second page. */
static void enter_table(TCGEngine *e, TranslationBlock *tb)
{
    htab_insert(&e->tbs, tb, tb_hash_of(e, tb), NULL, NULL);
}

static void populate_list(TCGEngine *e)
{
    size_t n = MIN(UNITS_AT_ONCE, e->max_tbs - e->ntbs);

    host_populate(&e->by_code[e->ntbs], n * sizeof *e->by_code, true);
    host_populate(&e->code_at[e->ntbs], n * sizeof *e->code_at, true);
}

void tb_install(TCGEngine *e, TranslationBlock *tb)
{
    uint32_t at = code_offset(e, tb->code.entry);

    assert(!e->ntbs || e->code_at[e->ntbs - 1] < at);
    assert(e->ntbs < e->max_tbs);
    if (e->ntbs % UNITS_AT_ONCE == 0) {
        populate_list(e);
    }
    e->by_code[e->ntbs] = tb;
    e->code_at[e->ntbs] = at;
    for (size_t page = at >> PAGE_BITS; page && !e->first_in[page]; page--) {
        atomic_set(&e->first_in[page], e->ntbs);
    }
    atomic_store_release(&e->ntbs, e->ntbs + 1);
    if (!tb->one_shot) {
        tb_page_add(e, tb);
        enter_table(e, tb);
    }
}

/* Links. */

/* Where a jump from one to the other goes. All ways that come back to a unit have a jump
 * backward or an indirect one, and it is enough that those look at exit_request. */
static const void *link_target(const TCGEngine *e, const TranslationBlock *from,
                               const TranslationBlock *to)
{
    vaddr mask = from->relative ? ~PAGE_MASK : UINT64_MAX; /* they share the page */
    vaddr a = from->pc & mask, b = to->pc & mask;
    bool forward = b > a && b - a >= from->size;
    bool may = forward && !(e->opts.opt_off >> OPTBIT_forward & 1) && to->code.body;

    return (const char *)to->code.entry + (may ? to->code.body : to->code.direct);
}

static void link_set(TCGEngine *e, TBLink *l, TranslationBlock *to)
{
    l->to = to;
    l->next = to->incoming;
    to->incoming = l;
    e->backend->link(e->code, &l->from->code, l - tb_links(l->from),
                     link_target(e, l->from, to));
}

static void link_clear(TCGEngine *e, TBLink *l)
{
    TBLink **p = &l->to->incoming;

    while (*p != l) {
        p = &(*p)->next;
    }
    *p = l->next;
    l->to = NULL;
    e->backend->link(e->code, &l->from->code, l - tb_links(l->from), NULL);
}

/* All of B's code is in the pages of A, or what is not is guarded by B. */
static bool inside_pages_of(const TranslationBlock *a, const TranslationBlock *b)
{
    vaddr page = b->pc & PAGE_MASK;

    if (b->second != RAM_ADDR_NONE && !b->head_guard) {
        return false;
    }
    if (a->relative) { /* its links stay in the page that it is in, wherever that is */
        return (a->addr & PAGE_MASK) == (b->addr & PAGE_MASK);
    }
    return ((a->pc & PAGE_MASK) == page &&
            (a->addr & PAGE_MASK) == (b->addr & PAGE_MASK)) ||
           (a->second != RAM_ADDR_NONE && second_pc(a->pc) == page &&
            a->second == (b->addr & PAGE_MASK));
}

static bool may_be_linked(const TranslationBlock *tb)
{
    return !tb->invalid && !tb->one_shot;
}

/* The token that the guard of an exit has to have for a link to `to`. */
static void set_guard(TCGEngine *e, TBLink *l, const TranslationBlock *to)
{
    e->backend->guard(e->code, &l->from->code, l - tb_links(l->from),
                      tb_token(e, to->pc, to->addr & PAGE_MASK));
}

RUN_AT_FORK void tb_try_link(CPUState *cpu, TranslationBlock *from, unsigned slot,
                             TranslationBlock *to)
{
    CPUTCG *t = cpu_tcg(cpu);
    TCGEngine *e = t->engine;
    TBLink *l = &tb_links(from)[slot];
    bool inside = tcg_one_space || inside_pages_of(from, to),
         guarded = from->code.exits[slot].guard;

    if (!may_be_linked(from) || !may_be_linked(to) || l->to == to ||
        from->relative != to->relative || (from->relative && !inside) ||
        e->opts.opt_off >> OPTBIT_chain & 1 || e->no_chain ||
        (!inside && !guarded && t->tlb.mode == 0) || (guarded && from->cs_base)) {
        return;
    }
    engine_lock(t);
    if (!may_be_linked(from) || !may_be_linked(to)) { /* by another vCPU, just now */
        engine_unlock(t);
        return;
    }
    if (unlikely(cpu->rseq_area)) {
        tcg_rseq_disturb(cpu, to->pc);
    }
    if (l->to) { /* the page is another one in this address space */
        link_clear(e, l);
    }
    if (guarded) {
        set_guard(e, l, to);
    }
    link_set(e, l, to);
    e->stats.links++;
    if (e->fork_tell) {
        fork_note_link(e->fork_tell, from->pc, slot, to->pc);
    }
    if (!inside) {
        e->stats.cross_links++;
        if (!guarded) {
            g_ptr_array_add(e->kernel_links, l);
        }
    }
    engine_unlock(t);
}

void tb_unlink_kernel(CPUTCG *t)
{
    TCGEngine *e = t->engine;

    engine_lock(t);
    for (unsigned i = e->kernel_links->len;
         i-- > 0;) { /* the newest are first in `incoming` */
        TBLink *l = e->kernel_links->pdata[i];

        if (l->to && !inside_pages_of(l->from, l->to)) {
            link_clear(e, l);
            e->stats.kernel_unlinks++;
        }
    }
    g_ptr_array_set_size(e->kernel_links, 0);
    engine_unlock(t);
}

/* Invalidation. */

static void leave_tables(TCGEngine *e, TranslationBlock *tb)
{
    atomic_set(&tb->invalid, true);
    htab_remove(&e->tbs, tb, tb_hash_of(e, tb));
    while (tb->incoming) {
        link_clear(e, tb->incoming);
    }
    for (unsigned i = 0; i < tb->code.nexits; i++) {
        if (tb_links(tb)[i].to) {
            link_clear(e, &tb_links(tb)[i]);
        }
    }
    tb_forget_jump(e, tb);
}

void tb_invalidate(TCGEngine *e, TranslationBlock *tb)
{
    if ((tb->invalid && !tb->asleep) || tb->one_shot) {
        return;
    }
    e->stats.invalidated++;
    tb_page_remove(e, tb);
    if (!tb->asleep) {
        leave_tables(e, tb);
    }
    e->nasleep -= tb->asleep;
    tb->asleep = false;
}

void tb_sleep(TCGEngine *e, TranslationBlock *tb)
{
    if (!tb->invalid && !tb->one_shot) {
        leave_tables(e, tb);
        tb->asleep = true;
        e->nasleep++;
    }
}

TranslationBlock *tb_wake(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (!t->engine->nasleep) {
        return NULL;
    }
    TBKey key = cpu->ops->tb_key(cpu);
    TranslationBlock *tb = tb_page_find_asleep(t->engine, key.pc & PAGE_MASK, &key);

    if (!tb || tb->unshared != t->unshared || !tb_page_may_run(key.pc & PAGE_MASK) ||
        (tb->second != RAM_ADDR_NONE && !tb_page_may_run(tb->second))) {
        return NULL;
    }
    tb->asleep = false;
    t->engine->nasleep--;
    enter_table(t->engine, tb);
    atomic_set(&tb->invalid, false);
    return tb;
}

void tb_invalidate_at(CPUTCG *t, vaddr pc)
{
    engine_lock(t);
    for (size_t i = 0; i < t->engine->ntbs; i++) {
        TranslationBlock *tb = t->engine->by_code[i];

        bool peeked =
            !((pc ^ tb->pc) & PAGE_MASK) && peek_hit(&tb->peeked, pc & ~PAGE_MASK, 1);

        if (tb->relative || peeked || pc - tb->pc < MAX(tb->size, 1)) {
            tb_invalidate(t->engine, tb);
        }
    }
    engine_unlock(t);
}

void tb_flush_from_loop(CPUState *cpu, bool one_shot)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (t->engine->cpus->len > 1) {
        t->want_flush = true;
        t->one_shot |= one_shot;
        cpu->exception_index = CPU_EXCP_LEAVE;
        cpu_loop_exit(cpu);
    }
}

void tb_flush(TCGEngine *e)
{
    e->stats.flushes++;
    e->flush_count++;
    htab_reset(&e->tbs);
    tb_pages_reset(e);
    g_ptr_array_set_size(e->kernel_links, 0);
    e->ntbs = e->nasleep = 0;
    memset(e->first_in, 0, tb_first_in_size(e));
    for (unsigned i = 0; i < e->cpus->len; i++) {
        CPUTCG *t = e->cpus->pdata[i];

        tb_jump_table_clear(t);
    }
    g_ptr_array_set_size(e->chunks, 0);
    e->chunk_cur = e->chunk_ready = e->chunk_end = NULL;
    code_buf_reset(e->code);
    lockstep_flush(e);
}

/* Invariants: see the head of this file. */

static void count_entry(void *entry, void *opaque)
{
    const TranslationBlock *tb = entry;

    assert(!tb->invalid && !tb->one_shot);
    ++*(size_t *)opaque;
}

static void verify_links(const TranslationBlock *tb)
{
    for (unsigned i = 0; i < tb->code.nexits; i++) {
        const TBLink *l = &tb_links(tb)[i];
        bool listed = !l->to;

        assert(!l->to || !l->to->invalid);
        for (const TBLink *in = l->to ? l->to->incoming : NULL; in; in = in->next) {
            listed |= in == l;
        }
        assert(listed);
    }
}

void tb_verify(TCGEngine *e)
{
    size_t valid = 0, in_table = 0;

    for (size_t i = 0; i < e->ntbs; i++) {
        const TranslationBlock *tb = e->by_code[i];

        assert(tb_by_code(e, tb->code.entry) == tb);
        if (!tb->invalid && !tb->one_shot) {
            valid++;
            assert(tb_page_lists(e, tb));
            verify_links(tb);
        }
    }
    htab_foreach(&e->tbs, count_entry, &in_table);
    assert(in_table == valid);
}
