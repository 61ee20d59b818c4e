/* The soft-MMU TLB: filling, invalidating, address spaces, modes. */
/* SPDX-License-Identifier: MIT */
/*
 * tlb.h tells the structure. What each invalidation of cpu/mmu.h has to reach:
 *
 *   one page            level 1 of the kernel modes and of that address space, level 2;
 * if the page was part of a large one, all of that an address space    its user table and
 * generation; local kernel entries if it is the current one all that is local   every
 * user table and generation, local kernel entries everything          that, and all
 * kernel entries and the global generation
 *
 * and the epoch of a CodeSpace when code was run from a page that it reaches.
 */
#include "accel/tcg/tb.h"

#include "cpu/debug.h"
#include "util/log.h"

enum { CAN_READ = 1 << MMU_READ, CAN_WRITE = 1 << MMU_WRITE, CAN_EXEC = 1 << MMU_EXEC };

/* A translation on its way into level 1. */
typedef struct Mapping {
    hwaddr pa; /* of the 4 KiB page */
    uint8_t rights;
    bool global;
    uint8_t page_shift;
} Mapping;

static CPUTLB *cpu_tlb(CPUState *cpu)
{
    return &cpu_tcg(cpu)->tlb;
}

/* Level 1 tables. */

static void entry_clear(TLBEntry *e)
{
    e->read = e->write = e->exec = TLB_EMPTY;
}

static bool entry_is_empty(const TLBEntry *e)
{
    return (e->read & e->write & e->exec) == TLB_EMPTY;
}

static bool entry_is_of(const TLBEntry *e, vaddr va)
{
    return tlb_hit(e->read, va) || tlb_hit(e->write, va) || tlb_hit(e->exec, va);
}

/* Copies of what has been in entries. */
static void forget_recent(TLBTable *t)
{
    memset((char *)t->entry + TLB_RECENT, 0xff, RECENT_BYTES);
}

static void table_init(TLBTable *t)
{
    /* aligned: no entry lies in two cache lines */
    t->entry = g_aligned_alloc0(1, TLB_RECENT + RECENT_BYTES, 64);
    t->code_map = (uint32_t *)((char *)t->entry + TLB_CODE_MAP);
    t->full = g_malloc0(TLB_ENTRIES * sizeof *t->full);
    memset(t->entry, 0xff, TLB_ENTRIES * sizeof *t->entry);
    forget_recent(t);
}

static void table_free(TLBTable *t)
{
    g_aligned_free(t->entry);
    g_free(t->full);
    page_set_free(&t->code.pages);
}

static void table_clear(TLBTable *t)
{
    forget_recent(t);
    if (t->nlog <= TLB_LOG) {
        for (unsigned i = 0; i < t->nlog; i++) {
            entry_clear(&t->entry[t->log[i]]);
        }
    } else {
        memset(t->entry, 0xff, TLB_ENTRIES * sizeof *t->entry);
    }
    t->nlog = t->nlocal = 0;
}

/* Empties the entries of a kernel table that are not global. */
static void table_clear_local(TLBTable *t)
{
    bool logged = t->nlocal <= TLB_LOCAL_LOG;

    forget_recent(t);
    for (unsigned i = 0; i < (logged ? t->nlocal : TLB_ENTRIES); i++) {
        unsigned index = logged ? t->local[i] : i;

        if (!t->full[index].global) {
            entry_clear(&t->entry[index]);
        }
    }
    t->nlocal = 0;
}

static void clear_entry_of(TLBTable *t, vaddr va)
{
    TLBEntry *e = &t->entry[tlb_index(va)];

    if (entry_is_of(e, va)) {
        entry_clear(e);
    }
}

static void table_clear_page(TLBTable *t, vaddr va)
{
    forget_recent(t);
    clear_entry_of(t, va);
}

/* Empties what lies in the 2 MiB around va. */
static void table_clear_large(TLBTable *t, vaddr va)
{
    forget_recent(t);
    va &= ~((UINT64_C(1) << LARGE_SHIFT) - 1);
    for (unsigned i = 0; i < 1u << (LARGE_SHIFT - PAGE_BITS); i++) {
        clear_entry_of(t, va + i * PAGE_SIZE);
    }
}

/* Entry `index` is going to be filled. */
static void table_log(TLBTable *t, unsigned index, bool local)
{
    bool was_empty = entry_is_empty(&t->entry[index]);

    if (was_empty && t->nlog <= TLB_LOG) {
        if (t->nlog < TLB_LOG) {
            t->log[t->nlog] = index;
        }
        t->nlog++;
    }
    bool is_logged = !was_empty && !t->full[index].global;

    if (local && !is_logged && t->nlocal <= TLB_LOCAL_LOG) {
        if (t->nlocal < TLB_LOCAL_LOG) {
            t->local[t->nlocal] = index;
        }
        t->nlocal++;
    }
}

/* Code spaces and jump-table tags. */

static uint32_t new_id(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (unlikely(++t->tlb.next_id == 0)) {
        /* after 2^32 of them old ids must not be met again */
        t->tlb.next_id = 1;
        tb_jump_table_clear(t);
        memset(t->context, 0, sizeof t->context);
        memset(t->tlb.small2, 0, sizeof(TLB2Entry) << TLB2_SMALL_BITS);
        memset(t->tlb.large2, 0, sizeof(TLB2Entry) << TLB2_LARGE_BITS);
    }
    return t->tlb.next_id;
}

static CodeSpace *current_code(CPUTLB *tlb)
{
    return tlb->mode == 0 ? &tlb->table[0]->code : &tlb->kernel_code;
}

/* The high half of a tag: the epoch itself, or a name for epoch and cs_base. */
static uint32_t tag_context(CPUState *cpu, uint64_t cs_base, uint32_t epoch)
{
    if (likely(!cs_base)) {
        return epoch;
    }
    unsigned slot = (cs_base >> 4 ^ cs_base >> 12 ^ epoch) % JC_CONTEXTS;
    JumpContext *c = &cpu_tcg(cpu)->context[slot];

    if (c->cs_base != cs_base || c->epoch != epoch) {
        *c = (JumpContext){.cs_base = cs_base, .epoch = epoch, .id = new_id(cpu)};
    }
    return c->id;
}

void tlb_update_tag(CPUState *cpu)
{
    if (unlikely(cpu_tcg(cpu)->in_one_shot)) {
        cpu->jc_tag = JC_TAG_NONE;
        return;
    }
    TBKey key = cpu->ops->tb_key(cpu);
    uint32_t epoch = current_code(cpu_tlb(cpu))->epoch;

    cpu->jc_tag = (uint64_t)tag_context(cpu, key.cs_base, epoch) << 32 | key.flags;
}

void tlb_map_code(CPUState *cpu, vaddr pc, uint32_t token)
{
    cpu_tlb(cpu)->table[0]->code_map[tlb_index(pc)] = token;
}

static void code_space_renew(CPUState *cpu, CodeSpace *code)
{
    CPUTLB *tlb = cpu_tlb(cpu);

    if (!code->pages.count && code->epoch) {
        return; /* nothing was tagged with this epoch */
    }
    page_set_clear(&code->pages);
    code->has_local = false;
    code->last = 0;
    code->epoch = new_id(cpu);
    if (code == &tlb->kernel_code) {
        tlb->stats.kernel_epochs++;
        tb_unlink_kernel(cpu_tcg(cpu));
    } else {
        TLBTable *t = container_of(code, TLBTable, code);

        memset(t->code_map, 0, TLB_ENTRIES * sizeof *t->code_map);
    }
    if (code == current_code(tlb)) {
        tlb_update_tag(cpu);
    }
}

/* What a PageSet holds: pages and larger regions, each size with names of its own. */
static uint64_t region_name(vaddr va, unsigned shift)
{
    return va >> shift | (uint64_t)shift << 56;
}

bool tlb_note_code(CPUState *cpu, vaddr pc, bool global)
{
    CodeSpace *code = current_code(cpu_tlb(cpu));

    if (code->last == (pc >> PAGE_BITS) + 1) {
        return false;
    }
    code->last = (pc >> PAGE_BITS) + 1;

    page_set_add(&code->pages, region_name(pc, PAGE_BITS));
    page_set_add(&code->pages, region_name(pc, LARGE_SHIFT));
    code->has_local |= !global;
    return true;
}

static void code_space_flush(CPUState *cpu, CodeSpace *code, vaddr va, unsigned shift)
{
    if (page_set_has(&code->pages, region_name(va, shift))) {
        code_space_renew(cpu, code);
    }
}

/* Level 2. */

static TLB2Entry *small_entry(CPUTLB *tlb, uint64_t key)
{
    uint64_t n = key >> 2;

    return &tlb->small2[(n ^ n >> TLB2_SMALL_BITS ^ key << 6) &
                        ((1u << TLB2_SMALL_BITS) - 1)];
}

static TLB2Entry *large_entry(CPUTLB *tlb, uint64_t key)
{
    return &tlb->large2[(key >> 2 ^ key << 4) & ((1u << TLB2_LARGE_BITS) - 1)];
}

static uint64_t l2_key(vaddr va, unsigned shift, int mode)
{
    return va >> shift << 2 | (mode + 1);
}

static bool l2_hit(CPUTLB *tlb, const TLB2Entry *e, uint64_t key, MMUAccess acc)
{
    uint32_t now = e->global ? tlb->global_generation : tlb->table[0]->generation;

    return e->key == key && e->generation == now && e->rights >> acc & 1;
}

static bool l2_find(CPUTLB *tlb, int mode, vaddr va, MMUAccess acc, Mapping *out)
{
    uint64_t key = l2_key(va, PAGE_BITS, mode);
    TLB2Entry *e = small_entry(tlb, key);

    if (l2_hit(tlb, e, key, acc)) {
        tlb->stats.l2_small++;
        *out = (Mapping){e->pa, e->rights, e->global, PAGE_BITS};
        return true;
    }
    key = l2_key(va, LARGE_SHIFT, mode);
    e = large_entry(tlb, key);
    if (l2_hit(tlb, e, key, acc)) {
        tlb->stats.l2_large++;
        hwaddr offset = va & ((UINT64_C(1) << LARGE_SHIFT) - 1) & PAGE_MASK;
        *out = (Mapping){e->pa + offset, e->rights, e->global, LARGE_SHIFT};
        return true;
    }
    return false;
}

static void l2_add(CPUTLB *tlb, int mode, vaddr va, const Mapping *m)
{
    bool large = m->page_shift >= LARGE_SHIFT;
    unsigned shift = large ? LARGE_SHIFT : PAGE_BITS;
    uint64_t key = l2_key(va, shift, mode);
    TLB2Entry *e = large ? large_entry(tlb, key) : small_entry(tlb, key);

    *e = (TLB2Entry){
        .key = key,
        .pa = m->pa & ~((UINT64_C(1) << shift) - 1),
        .generation = m->global ? tlb->global_generation : tlb->table[0]->generation,
        .rights = m->rights,
        .global = m->global,
    };
    if (large) {
        page_set_add(&tlb->large, region_name(va, m->page_shift));
    }
}

static void l2_remove(CPUTLB *tlb, vaddr va, unsigned shift)
{
    for (int mode = 0; mode < MMU_MODES; mode++) {
        uint64_t key = l2_key(va, shift, mode);
        TLB2Entry *e = shift == PAGE_BITS ? small_entry(tlb, key) : large_entry(tlb, key);

        e->key = e->key == key ? 0 : e->key;
    }
}

static bool l2_has(CPUTLB *tlb, vaddr va)
{
    bool has = false;

    for (int mode = 0; mode < MMU_MODES; mode++) {
        uint64_t small = l2_key(va, PAGE_BITS, mode),
                 large = l2_key(va, LARGE_SHIFT, mode);

        has |= small_entry(tlb, small)->key == small;
        has |= large_entry(tlb, large)->key == large;
    }
    return has;
}

/* Filling. */

/* The section that `pa` lies in; the last one is kept. */
static const MemorySection *find_section(CPUState *cpu, hwaddr pa)
{
    MemorySection *s = &cpu_tlb(cpu)->section;

    if (!s->mr || pa < s->start || pa > s->last) {
        *s = address_space_find(cpu->mem, pa);
    }
    return s;
}

static uint64_t ram_write_tag(CPUState *cpu, vaddr page, const TLBFull *f)
{
    if (f->readonly) {
        return page | TLB_MMIO;
    }
    if (ram_page_flags(f->mr->ram, f->offset) & RAM_PAGE_CODE) {
        return page | TLB_NOTDIRTY;
    }
    tb_page_writable(cpu_tcg(cpu)->engine, memory_region_ram_addr(f->mr, f->offset),
                     tlb_index(page));
    return page;
}

static void describe(CPUState *cpu, vaddr page, const Mapping *m, TLBEntry *e, TLBFull *f)
{
    const MemorySection *s = find_section(cpu, m->pa);
    bool whole = m->pa >= s->start && m->pa + (PAGE_SIZE - 1) <= s->last;
    bool ram = whole && memory_region_is_ram(s->mr);
    uint64_t slow = ram ? 0 : TLB_MMIO;

    *f = (TLBFull){
        .pa = m->pa,
        .mr = whole ? s->mr : NULL,
        .offset = whole ? s->offset + (m->pa - s->start) : 0,
        .global = m->global,
        .readonly = s->readonly,
    };
    if (cpu->watchpoints && cpu_watchpoint_in_page(cpu, page)) {
        slow |= TLB_WATCH;
    }
    uint64_t write = TLB_EMPTY;

    if (m->rights & CAN_WRITE) {
        write = slow | (ram ? ram_write_tag(cpu, page, f) : page);
    }
    *e = (TLBEntry){
        .read = m->rights & CAN_READ ? page | slow : TLB_EMPTY,
        .write = write,
        .exec = m->rights & CAN_EXEC ? page | (slow & TLB_MMIO) : TLB_EMPTY,
        .addend = ram ? (uintptr_t)s->mr->ram->host + f->offset - page : 0,
    };
}

static TLBEntry *enter_mapping(CPUState *cpu, int mode, vaddr va, const Mapping *m)
{
    TLBTable *t = cpu_tlb(cpu)->table[mode];
    unsigned index = tlb_index(va);
    TLBEntry *e = &t->entry[index];

    if (entry_is_of(e, va)) {
        forget_recent(t); /* the page may be another now */
    }
    table_log(t, index, mode != 0 && !m->global);
    cpu_tlb(cpu)->user_global |= mode == 0 && m->global;
    describe(cpu, va & PAGE_MASK, m, e, &t->full[index]);
    cpu_tlb(cpu)->stats.fills++;
    return e;
}

static Mapping mapping_of(const MMUResult *res)
{
    return (Mapping){
        .pa = res->pa,
        .rights = (res->can_read ? CAN_READ : 0) | (res->can_write ? CAN_WRITE : 0) |
                  (res->can_exec ? CAN_EXEC : 0),
        .global = res->global,
        .page_shift = res->page_shift,
    };
}

static void log_walk(CPUState *cpu, int mode, vaddr va, MMUAccess acc,
                     const MMUResult *res)
{
    static const char *const names[] = {"read", "write", "exec"};

    if (res) {
        log_line("mmu: %s 0x%" PRIx64 " mode %d -> 0x%" PRIx64 " %c%c%c%s, page of 2^%u",
                 names[acc], va, mode, res->pa, res->can_read ? 'r' : '-',
                 res->can_write ? 'w' : '-', res->can_exec ? 'x' : '-',
                 res->global ? " global" : "", res->page_shift);
    } else {
        log_line("mmu: %s 0x%" PRIx64 " mode %d -> fault", names[acc], va, mode);
    }
}

/* SDM vol. 3, 4.10.4.1: a page fault invalidates what there is of its page, which mostly
 * is nothing. */
static void fault_invalidates(CPUState *cpu, vaddr va)
{
    CPUTLB *tlb = cpu_tlb(cpu);
    bool known = l2_has(tlb, va);

    for (int mode = 0; mode < MMU_MODES; mode++) {
        forget_recent(tlb->table[mode]);
        known |= entry_is_of(&tlb->table[mode]->entry[tlb_index(va)], va);
    }
    if (known) {
        tlb_flush_page(cpu, tlb->table[0]->id, va);
    }
}

static TLBEntry *fill(CPUState *cpu, int mode, vaddr va, MMUAccess acc, bool nofault,
                      uintptr_t ra)
{
    CPUTLB *tlb = cpu_tlb(cpu);
    Mapping m;
    MMUResult res;

    if (l2_find(tlb, mode, va, acc, &m)) {
        return enter_mapping(cpu, mode, va, &m);
    }
    tlb->stats.walks++;
    if (nofault && !cpu->ops->walk(cpu, va, acc, mode, true, &res)) {
        return NULL;
    }
    bool ok = cpu->ops->walk(cpu, va, acc, mode, false, &res);

    if (log_enabled(LOG_MMU)) {
        log_walk(cpu, mode, va, acc, ok ? &res : NULL);
    }
    if (!ok && nofault) { /* the tables have changed between the two */
        cpu->exception_index = -1;
        return NULL;
    }
    if (!ok) {
        fault_invalidates(cpu, va);
        cpu->ops->raise_pending(cpu, ra);
    }
    m = mapping_of(&res);
    l2_add(tlb, mode, va, &m);
    return enter_mapping(cpu, mode, va, &m);
}

TLBEntry *tlb_fill(CPUState *cpu, int mode, vaddr va, MMUAccess acc, uintptr_t ra)
{
    return fill(cpu, mode, va, acc, false, ra);
}

TLBEntry *tlb_fill_nofault(CPUState *cpu, int mode, vaddr va, MMUAccess acc)
{
    return fill(cpu, mode, va, acc, true, 0);
}

bool tlb_code_page(CPUState *cpu, vaddr pc, bool nofault, CodeFetch *out)
{
    CPUTLB *tlb = cpu_tlb(cpu);
    TLBTable *t = tlb->table[tlb->mode];
    unsigned index = tlb_index(pc);
    TLBEntry *e = &t->entry[index];

    if (unlikely(!tlb_hit(e->exec, pc))) {
        e = fill(cpu, tlb->mode, pc, MMU_EXEC, nofault, 0);
        if (!e) {
            return false;
        }
    }
    const TLBFull *f = &t->full[index];
    bool ram = !(e->exec & TLB_MMIO);

    *out = (CodeFetch){
        .mr = ram ? f->mr : NULL,
        .page = ram ? memory_region_ram_addr(f->mr, f->offset) : RAM_ADDR_NONE,
        .host = ram ? (const uint8_t *)(uintptr_t)(e->addend + (pc & PAGE_MASK)) : NULL,
        .pa = f->pa,
        .global = f->global,
    };
    return true;
}

bool tlb_fetch_page(CPUState *cpu, vaddr pc, bool nofault, CodeFetch *out)
{
    return tlb_code_page(cpu, pc, nofault, out);
}

bool tlb_fetch_known_page(CPUState *cpu, vaddr pc, CodeFetch *out)
{
    const CPUTLB *tlb = cpu_tlb(cpu);
    const TLBEntry *e = &tlb->table[tlb->mode]->entry[tlb_index(pc)];

    return tlb_hit(e->exec, pc) && tlb_code_page(cpu, pc, true, out) && out->mr;
}

/* Code pages. */

static void entry_protect(TLBEntry *e, uintptr_t host)
{
    if (!(e->write & (TLB_INVALID | TLB_MMIO)) &&
        (e->write & PAGE_MASK) + e->addend == host) {
        e->write |= TLB_NOTDIRTY;
    }
}

static void table_protect(TLBTable *t, uintptr_t host, int index)
{
    if (index >= 0) {
        entry_protect(&t->entry[index], host);
        return;
    }
    if (t->nlog <= TLB_LOG) {
        for (unsigned i = 0; i < t->nlog; i++) {
            entry_protect(&t->entry[t->log[i]], host);
        }
        return;
    }
    for (unsigned i = 0; i < TLB_ENTRIES; i++) {
        entry_protect(&t->entry[i], host);
    }
}

void tlb_protect_page(CPUState *cpu, const void *host_page, int index)
{
    CPUTLB *tlb = cpu_tlb(cpu);

    for (int mode = 1; mode < MMU_MODES; mode++) {
        table_protect(&tlb->kernel[mode], (uintptr_t)host_page, index);
    }
    for (unsigned i = 0; i < USER_TABLES; i++) {
        table_protect(&tlb->user[i], (uintptr_t)host_page, index);
    }
}

/* Modes and address spaces. */

void cpu_mode_changed(CPUState *cpu, int mmu_idx)
{
    if (!cpu->accel_data) {
        return; /* another accelerator runs it */
    }
    CPUTLB *tlb = cpu_tlb(cpu);

    tlb->mode = mmu_idx;
    cpu->tlb_base = tlb->table[mmu_idx]->entry;
    tlb_update_tag(cpu);
    cpu_check_interrupts(cpu);
}

static TLBTable *find_user_table(CPUTLB *tlb, uint64_t id)
{
    for (unsigned i = 0; i < USER_TABLES; i++) {
        if (tlb->user[i].used && tlb->user[i].id == id) {
            return &tlb->user[i];
        }
    }
    return NULL;
}

static void clear_user_table(CPUState *cpu, TLBTable *t)
{
    table_clear(t);
    t->generation = new_id(cpu);
    code_space_renew(cpu, &t->code);
}

/* Empties the one that was used least recently. */
static TLBTable *new_user_table(CPUState *cpu, uint64_t id)
{
    CPUTLB *tlb = cpu_tlb(cpu);
    TLBTable *t = &tlb->user[0];

    for (unsigned i = 1; i < USER_TABLES; i++) {
        if (tlb->user[i].last_used < t->last_used) {
            t = &tlb->user[i];
        }
    }
    clear_user_table(cpu, t);
    t->used = true;
    t->id = id;
    return t;
}

static void clear_kernel_local(CPUState *cpu)
{
    CPUTLB *tlb = cpu_tlb(cpu);

    for (int mode = 1; mode < MMU_MODES; mode++) {
        table_clear_local(&tlb->kernel[mode]);
    }
    if (tlb->kernel_code.has_local) {
        code_space_renew(cpu, &tlb->kernel_code);
    }
}

void cpu_switch_address_space(CPUState *cpu, uint64_t id, bool keep)
{
    if (!cpu->accel_data) {
        return; /* another accelerator runs it */
    }
    CPUTLB *tlb = cpu_tlb(cpu);
    TLBTable *t = find_user_table(tlb, id);

    tlb->stats.switches++;
    if (!t) {
        t = new_user_table(cpu, id);
    } else if (keep) {
        tlb->stats.switch_hits++;
        if (t == tlb->table[0]) {
            return;
        }
    } else {
        clear_user_table(cpu, t);
    }
    t->last_used = ++tlb->clock;
    tlb->table[0] = t;
    clear_kernel_local(cpu);
    if (tlb->mode == 0) {
        cpu->tlb_base = t->entry;
        tlb_update_tag(cpu);
    }
}

/* Invalidations. */

static void log_flush(const char *what, uint64_t arg)
{
    if (log_enabled(LOG_MMU)) {
        log_line("mmu: flush of %s 0x%" PRIx64, what, arg);
    }
}

void tlb_flush_non_global(CPUState *cpu)
{
    CPUTLB *tlb = cpu_tlb(cpu);

    log_flush("all that is not global", 0);
    tlb->stats.flushes++;
    for (unsigned i = 0; i < USER_TABLES; i++) {
        if (tlb->user[i].used) {
            clear_user_table(cpu, &tlb->user[i]);
        }
    }
    clear_kernel_local(cpu);
}

void tlb_flush(CPUState *cpu)
{
    if (!cpu->accel_data) {
        return; /* another accelerator runs it */
    }
    CPUTLB *tlb = cpu_tlb(cpu);

    tlb_flush_non_global(cpu);
    log_flush("everything", 0);
    for (int mode = 1; mode < MMU_MODES; mode++) {
        table_clear(&tlb->kernel[mode]);
    }
    tlb->global_generation = new_id(cpu);
    tlb->user_global = false;
    page_set_clear(&tlb->large);
    code_space_renew(cpu, &tlb->kernel_code);
}

void tlb_flush_all(CPUState *cpu)
{
    cpu_tlb(cpu)->section.mr = NULL;
    tlb_flush(cpu);
}

void tlb_flush_address_space(CPUState *cpu, uint64_t id)
{
    CPUTLB *tlb = cpu_tlb(cpu);
    TLBTable *t = find_user_table(tlb, id);

    log_flush("address space", id);
    tlb->stats.space_flushes++;
    if (t) {
        clear_user_table(cpu, t);
        if (t == tlb->table[0]) {
            clear_kernel_local(cpu);
        }
    }
}

/* Empties all that comes from the page or 2 MiB piece at va. */
static void flush_piece(CPUState *cpu, uint64_t id, vaddr va, unsigned shift)
{
    CPUTLB *tlb = cpu_tlb(cpu);
    void (*clear)(TLBTable * t, vaddr va) =
        shift == PAGE_BITS ? table_clear_page : table_clear_large;

    l2_remove(tlb, va, shift);
    for (int mode = 1; mode < MMU_MODES; mode++) {
        clear(&tlb->kernel[mode], va);
    }
    code_space_flush(cpu, &tlb->kernel_code, va, shift);
    for (unsigned i = 0; i < USER_TABLES; i++) {
        TLBTable *t = &tlb->user[i];

        if (t->used && (t->id == id || tlb->user_global)) {
            clear(t, va);
            code_space_flush(cpu, &t->code, va, shift);
        }
    }
}

void tlb_flush_page(CPUState *cpu, uint64_t id, vaddr va)
{
    CPUTLB *tlb = cpu_tlb(cpu);

    log_flush("page", va);
    tlb->stats.page_flushes++;
    if (page_set_has(&tlb->large, region_name(va, 30))) {
        tlb_flush(cpu);
        return;
    }
    flush_piece(cpu, id, va, PAGE_BITS);
    if (page_set_has(&tlb->large, region_name(va, LARGE_SHIFT))) {
        flush_piece(cpu, id, va, LARGE_SHIFT);
    }
    if (page_set_has(&tlb->large, region_name(va, LARGE_SHIFT + 1))) {
        flush_piece(cpu, id, va, LARGE_SHIFT);
        flush_piece(cpu, id, va ^ UINT64_C(1) << LARGE_SHIFT, LARGE_SHIFT);
    }
}

/* Life. */

void tlb_init(CPUState *cpu)
{
    CPUTLB *tlb = cpu_tlb(cpu);

    tlb->kernel = g_new0(TLBTable, MMU_MODES);
    tlb->user = g_new0(TLBTable, USER_TABLES);
    for (int mode = 1; mode < MMU_MODES; mode++) {
        table_init(&tlb->kernel[mode]);
        tlb->table[mode] = &tlb->kernel[mode];
    }
    for (unsigned i = 0; i < USER_TABLES; i++) {
        table_init(&tlb->user[i]);
        tlb->user[i].generation = new_id(cpu);
        tlb->user[i].code.epoch = new_id(cpu);
    }
    tlb->small2 = g_new0(TLB2Entry, 1u << TLB2_SMALL_BITS);
    tlb->large2 = g_new0(TLB2Entry, 1u << TLB2_LARGE_BITS);
    tlb->global_generation = new_id(cpu);
    tlb->kernel_code.epoch = new_id(cpu);
    tlb->table[0] = &tlb->user[0];
    tlb->user[0].used = true;
    tlb->mode = 1;
    cpu->tlb_base = tlb->table[1]->entry;
}

void tlb_free(CPUState *cpu)
{
    CPUTLB *tlb = cpu_tlb(cpu);

    for (int mode = 1; mode < MMU_MODES; mode++) {
        table_free(&tlb->kernel[mode]);
    }
    for (unsigned i = 0; i < USER_TABLES; i++) {
        table_free(&tlb->user[i]);
    }
    g_free(tlb->kernel);
    g_free(tlb->user);
    g_free(tlb->small2);
    g_free(tlb->large2);
    page_set_free(&tlb->large);
    page_set_free(&tlb->kernel_code.pages);
}

/* Watchpoints. */

void cpu_watchpoints_changed(CPUState *cpu, vaddr va)
{
    if (!cpu->tlb_base) {
        return; /* no engine yet */
    }
    CPUTLB *tlb = cpu_tlb(cpu);

    for (int mode = 1; mode < MMU_MODES; mode++) {
        table_clear_page(&tlb->kernel[mode], va);
    }
    for (unsigned i = 0; i < USER_TABLES; i++) {
        table_clear_page(&tlb->user[i], va);
    }
}

/* Invariants. */

static bool in_log(const uint16_t *log, unsigned n, unsigned max, unsigned index)
{
    bool found = n > max;

    for (unsigned i = 0; i < n && !found; i++) {
        found = log[i] == index;
    }
    return found;
}

static void verify_entry(const TCGEngine *e, const TLBTable *t, unsigned index,
                         bool kernel)
{
    const TLBEntry *entry = &t->entry[index];
    const TLBFull *f = &t->full[index];

    if (entry_is_empty(entry)) {
        return;
    }
    assert(in_log(t->log, t->nlog, TLB_LOG, index));
    assert(!kernel || f->global || in_log(t->local, t->nlocal, TLB_LOCAL_LOG, index));
    if (!(entry->write & (TLB_INVALID | TLB_MMIO | TLB_NOTDIRTY))) {
        assert(f->mr->ram->host + f->offset ==
               (void *)(uintptr_t)((entry->write & PAGE_MASK) + entry->addend));
        assert(!(ram_page_flags(f->mr->ram, f->offset) & RAM_PAGE_CODE));
        assert(tb_page_knows_writer(e, memory_region_ram_addr(f->mr, f->offset), index));
    }
}

void tlb_verify(CPUState *cpu)
{
    const TCGEngine *e = cpu_tcg(cpu)->engine;
    CPUTLB *tlb = cpu_tlb(cpu);

    assert(cpu->tlb_base == tlb->table[tlb->mode]->entry);
    for (unsigned i = 0; i < TLB_ENTRIES; i++) {
        for (int mode = 1; mode < MMU_MODES; mode++) {
            verify_entry(e, &tlb->kernel[mode], i, true);
        }
        for (unsigned u = 0; u < USER_TABLES; u++) {
            verify_entry(e, &tlb->user[u], i, false);
        }
    }
}
