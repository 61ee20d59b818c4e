/* The tables that indirect jumps look into: what guest-desc.h calls entries. */
/* SPDX-License-Identifier: MIT */
/*
 * Each vCPU has its own, which nobody else reads and only it enters something into. A
 * vCPU of a machine has one table, whose entries have tags. A program changes its mode
 * (the tag) hardly ever, so the jump does not look at tags there: each mode has a table,
 * and a unit of one instruction, which nothing leads to or from, one without entries.
 *
 * An entry that is empty has a tag that no unit has, and in a program besides a pc that
 * has its place elsewhere.
 */
#include "accel/tcg/tb.h"

#include <sys/mman.h>

#include "util/atomic.h"
#include "util/bitops.h"
#include "util/host.h"

static_assert(sizeof(JumpEntry) << JC_BITS_HUGE == HOST_HUGE_PAGE, "JC_BITS_HUGE");

static JumpEntry *jump_entry(const JumpTable *j, uint64_t ip)
{
    return &j->entries[jump_index(ip, j->mask)];
}

/* The pc of entry `i` while that is empty: all but the first are so from the start. */
static uint64_t no_pc(size_t i)
{
    return i == 0 ? 1 << JUMP_SHIFT : 0;
}

/* Fresh pages are empty entries where no tag is 0. */
static bool is_used(const JumpEntry *e)
{
    return e->code && e->tag != JC_TAG_NONE;
}

/* Whoever looks at it sees the tag, or the pc, before the code. */
static void erase(const JumpTable *j, JumpEntry *e)
{
    atomic_set(&e->tag, JC_TAG_NONE);
    if (tcg_one_space) {
        atomic_set(&e->pc, no_pc(e - j->entries));
    }
}

static size_t table_entries(const JumpTable *j)
{
    return jump_index(UINT64_MAX, j->mask) + 1;
}
static size_t table_bytes(const JumpTable *j)
{
    return table_entries(j) * sizeof(JumpEntry);
}

static void table_clear(JumpTable *j)
{
    memset(j->entries, tcg_one_space ? 0 : 0xff, table_bytes(j));
    j->entries[0].pc = no_pc(0);
    j->displaced = 0;
}

static JumpEntry *map_entries(size_t size)
{
    JumpEntry *entries = host_map_apart(size);

    if (!entries) {
        out_of_memory("a jump table");
    }
    if (size >= HOST_HUGE_PAGE) {
        host_want_huge(entries, size);
    }
    host_populate(entries, size, true); /* all of it is going to be used */
    return entries;
}

/*
 * Threads come and go: the table of one that has ended is for the next, since mapping and
 * unmapping cost more than all else about a thread. What is in it has become wrong
 * meanwhile: nobody forgets entries in a spare table.
 */
static void table_new(TCGEngine *e, JumpTable *j, unsigned bits)
{
    JumpEntry *spare = bits == JC_BITS_PROGRAM ? atomic_xchg(&e->jc_spare, NULL) : NULL;

    j->mask = jump_mask(bits);
    j->displaced = 0;
    j->entries = spare ? spare : map_entries(table_bytes(j));
    if (spare || !tcg_one_space) {
        table_clear(j);
    } else {
        j->entries[0].pc = no_pc(0);
    }
}

static void table_free(TCGEngine *e, const JumpTable *j)
{
    JumpEntry *drop = j->entries;

    if (table_bytes(j) == sizeof(JumpEntry) << JC_BITS_PROGRAM) {
        drop = atomic_xchg(&e->jc_spare, drop);
    }
    if (drop) {
        munmap(drop, table_bytes(j));
    }
}

/* What generated code looks into. */
static void use(CPUTCG *t, JumpTable *j)
{
    t->jc = j;
    t->cpu->jc_base = j->entries;
    t->cpu->jc_mask = j->mask;
}

void tb_jump_table_none(CPUTCG *t)
{
    static const JumpEntry nowhere[2] = {{.pc = 1 << JUMP_SHIFT}};

    t->cpu->jc_tag = JC_TAG_NONE;
    if (tcg_one_space) {
        t->cpu->jc_base = (void *)nowhere;
        t->cpu->jc_mask = jump_mask(1);
    }
}

void tb_jump_table_new(CPUTCG *t)
{
    t->jc = &t->jc_tables[0];
    t->jc->tag = JC_TAG_NONE;
    table_new(t->engine, t->jc, tcg_one_space ? JC_BITS_PROGRAM : JC_BITS);
    use(t, t->jc);
    tb_jump_table_none(t);
}

void tb_jump_table_free(CPUTCG *t)
{
    for (unsigned i = 0; i < ARRAY_SIZE(t->jc_tables); i++) {
        if (t->jc_tables[i].entries) {
            table_free(t->engine, &t->jc_tables[i]);
        }
    }
}

void tb_jump_table_clear(CPUTCG *t)
{
    for (unsigned i = 0; i < ARRAY_SIZE(t->jc_tables); i++) {
        if (t->jc_tables[i].entries) {
            table_clear(&t->jc_tables[i]);
        }
    }
}

/* The table of the mode; else one that is of none, else they take turns. */
static JumpTable *table_for(CPUTCG *t, uint64_t tag)
{
    JumpTable *none = NULL;

    for (unsigned i = 0; i < ARRAY_SIZE(t->jc_tables); i++) {
        JumpTable *j = &t->jc_tables[i];

        if (j->entries && j->tag == tag) {
            return j;
        }
        if (!none && (!j->entries || j->tag == JC_TAG_NONE)) {
            none = j;
        }
    }
    return none ? none : &t->jc_tables[t->jc_turn++ % ARRAY_SIZE(t->jc_tables)];
}

void tb_jump_table_mode(CPUTCG *t, uint64_t tag)
{
    if (tag == t->cpu->jc_tag) {
        return;
    }
    JumpTable *j = table_for(t, tag);

    if (!j->entries || j->tag != tag) {
        engine_lock(t);
        if (j->entries) {
            table_clear(j);
        } else {
            table_new(t->engine, j, JC_BITS_PROGRAM);
        }
        j->tag = tag;
        engine_unlock(t);
    }
    t->cpu->jc_tag = tag;
    use(t, j);
}

/* log2 of the entries of the next larger table: four times as many, or a huge page. */
static unsigned larger(size_t n)
{
    unsigned bits = ctz32(n) + 2;

    return sizeof(JumpEntry) << bits > HOST_SMALL_TABLE ? MAX(bits, JC_BITS_HUGE) : bits;
}

/* A larger one, with what was in it. */
static void grow(CPUTCG *t)
{
    JumpTable old = *t->jc;
    size_t n = table_entries(&old);

    engine_lock(t);
    table_new(t->engine, t->jc, larger(n));
    for (size_t i = 0; i < n; i++) {
        if (is_used(&old.entries[i])) {
            *jump_entry(t->jc, old.entries[i].pc) = old.entries[i];
        }
    }
    engine_unlock(t);
    use(t, t->jc);
    table_free(t->engine, &old);
}

/* An entry is about to lose its place. When an eighth of all have, the look-ups that this
 * led to have cost as much as the pages of a larger table. */
static bool is_small(JumpTable *j)
{
    size_t n = table_entries(j);

    return ++j->displaced > n / 8 && n < 1u << JC_BITS_MAX;
}

void tb_remember_jump(CPUState *cpu, const TranslationBlock *tb)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (t->engine->no_chain || tb->unshared || cpu->jc_tag == JC_TAG_NONE) {
        return;
    }
    JumpEntry *e = jump_entry(t->jc, *env_pc(cpu));

    if (is_used(e) && e->pc != *env_pc(cpu) && is_small(t->jc)) {
        grow(t);
        e = jump_entry(t->jc, *env_pc(cpu));
    }
    *e = (JumpEntry){.pc = *env_pc(cpu), .tag = cpu->jc_tag, .code = tb->code.entry};
    if (t->engine->fork_tell) {
        fork_note_add(t->engine->fork_tell, tb->pc, true);
    }
    smp_mb(); /* see tb_forget_jump() */
    if (unlikely(atomic_read(&tb->invalid))) {
        erase(t->jc, e);
    }
}

static void forget(const JumpTable *j, uint64_t ip, const TranslationBlock *tb)
{
    JumpEntry *e = jump_entry(j, ip);

    if (e->code == tb->code.entry) {
        erase(j, e);
    }
}

/* A relative unit may be where any pc with its offset in a page has its place. */
static void forget_in(const JumpTable *j, const TranslationBlock *tb)
{
    if (!tb->relative) {
        forget(j, tb->ip, tb);
        return;
    }
    for (uint64_t ip = tb->ip & ~PAGE_MASK; ip <= j->mask; ip += PAGE_SIZE) {
        forget(j, ip, tb);
    }
}

/* Other vCPUs run meanwhile. An entry that is being written now is taken back by its
 * writer, who sees `invalid`. */
void tb_forget_jump(TCGEngine *e, const TranslationBlock *tb)
{
    smp_mb();
    for (unsigned i = 0; i < e->cpus->len; i++) {
        const CPUTCG *t = e->cpus->pdata[i];

        for (unsigned k = 0; k < ARRAY_SIZE(t->jc_tables); k++) {
            if (t->jc_tables[k].entries) {
                forget_in(&t->jc_tables[k], tb);
            }
        }
    }
}
