/* The soft-MMU TLB against the page tables themselves, under random changes and
 * invalidations. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/toy.h"
#include "tests/unit/unit.h"

/*
 * The model is the architecture: after a change of the tables and the invalidation that
 * the change asks for, each probe must find what a walk finds. Virtual pages are few and
 * share TLB entries; there are more address spaces than user tables.
 */
#define SPACES   11
#define NR_PAGES 40
#define POOL     UINT64_C(0x400000) /* page tables */
#define LARGE_VA UINT64_C(0x20000000)

typedef struct Model {
    Toy *t;
    Rand r;
    uint64_t pool;
    uint64_t root[SPACES];
    unsigned current;
    int mode;
} Model;

/* Five indexes, each with eight pages that share it; the last ones lie where large pages
 * may be. */
static vaddr nth_page(unsigned n)
{
    return (n % 5 * PAGE_SIZE) + (n / 5 << (TLB_INDEX_BITS + PAGE_BITS)) + LARGE_VA;
}

static vaddr any_page(Model *m)
{
    return nth_page(rand_below(&m->r, NR_PAGES));
}

static uint64_t *pte_of(Model *m, unsigned space, vaddr va)
{
    return toy_pte(m->t, m->root[space], va, &m->pool);
}

static uint64_t *top_of(Model *m, unsigned space, vaddr va)
{
    return (uint64_t *)(m->t->host + m->root[space]) + (va >> 21 & 511);
}

static bool is_large(Model *m, unsigned space, vaddr va)
{
    return *top_of(m, space, va) & PTE_L;
}

static uint64_t random_rights(Model *m)
{
    return rand_u64(&m->r) & (PTE_P | PTE_W | PTE_U | PTE_X);
}

static void model_init(Model *m, uint64_t seed)
{
    TCGOptions opts = tcg_default_options();

    opts.tb_size = 1 << 20;
    *m = (Model){
        .t = toy_new(&opts), .r = {seed}, .pool = POOL + SPACES * PAGE_SIZE, .mode = 1};
    for (unsigned i = 0; i < SPACES; i++) {
        m->root[i] = POOL + i * PAGE_SIZE;
        for (unsigned n = 0; n < NR_PAGES; n++) {
            *pte_of(m, i, nth_page(n)) =
                rand_below(&m->r, 256) << PAGE_BITS | random_rights(m);
        }
    }
    toy_reset(m->t, 0);
    m->t->env->paging = true;
    m->t->env->root = m->root[0];
    cpu_switch_address_space(m->t->cpu, m->root[0], false);
}

/* The invalidation of one page that every implementation must act on. */
static void invalidate(Model *m, unsigned space, vaddr va)
{
    CPUState *cpu = m->t->cpu;

    switch (rand_below(&m->r, 8)) {
    case 0:
        tlb_flush(cpu);
        break;
    case 1:
    case 2:
        tlb_flush_address_space(cpu, m->root[space]);
        break;
    default:
        tlb_flush_page(cpu, m->root[space], va + rand_below(&m->r, PAGE_SIZE));
    }
}

/* A page of one address space. */
static void change_local(Model *m)
{
    unsigned space = rand_below(&m->r, SPACES);
    vaddr va = any_page(m);

    if (is_large(m, space, va) || *pte_of(m, space, va) & PTE_G) {
        return;
    }
    *pte_of(m, space, va) = rand_below(&m->r, 256) << PAGE_BITS | random_rights(m);
    invalidate(m, space, va);
}

/* A page that is, or was, the same in all. */
static void change_global(Model *m)
{
    vaddr va = nth_page(rand_below(&m->r, 10));
    uint64_t pte = rand_below(&m->r, 256) << PAGE_BITS | random_rights(m) |
                   (rand_below(&m->r, 4) ? PTE_G : 0);

    for (unsigned i = 0; i < SPACES; i++) {
        if (is_large(m, i, va)) {
            return;
        }
    }
    bool was_global = *pte_of(m, 0, va) & PTE_G;

    for (unsigned i = 0; i < SPACES; i++) {
        *pte_of(m, i, va) = pte;
    }
    if (was_global) { /* then any address space's invalidation reaches it */
        tlb_flush_page(m->t->cpu, m->root[m->current], va);
    } else {
        tlb_flush(m->t->cpu);
    }
}

/* 2 MiB that become one page, or pages again. */
static void change_large(Model *m)
{
    unsigned space = rand_below(&m->r, SPACES), n = 5 * (2 + rand_below(&m->r, 6));
    vaddr va = nth_page(n);
    uint64_t *top = top_of(m, space, va);

    if (*top & PTE_L) {
        *top = 0; /* new, empty tables come on demand */
        pte_of(m, space, va);
        tlb_flush_page(m->t->cpu, m->root[space], va + rand_below(&m->r, 1 << 21));
    } else if (rand_below(&m->r, 4) == 0) {
        *top = (uint64_t)rand_below(&m->r, 2) << 21 | random_rights(m) | PTE_L;
        if (rand_below(&m->r, 2)) {
            tlb_flush(m->t->cpu);
        } else {
            tlb_flush_address_space(m->t->cpu, m->root[space]);
        }
    }
}

static void switch_space(Model *m)
{
    m->current = rand_below(&m->r, SPACES);
    m->t->env->root = m->root[m->current];
    cpu_switch_address_space(m->t->cpu, m->root[m->current], rand_below(&m->r, 4));
}

static void switch_mode(Model *m)
{
    m->mode = rand_below(&m->r, MMU_MODES);
    m->t->env->mode = m->mode;
    cpu_mode_changed(m->t->cpu, m->mode);
}

static void probe(Model *m)
{
    Toy *t = m->t;
    vaddr va = any_page(m) + rand_below(&m->r, PAGE_SIZE);
    MMUAccess acc = rand_below(&m->r, 3);
    int mode = rand_below(&m->r, 4) ? m->mode : (int)rand_below(&m->r, MMU_MODES);
    MMUResult res;
    bool ok = toy_ops.walk(t->cpu, va, acc, mode, true, &res);
    uint8_t *want = ok ? t->host + res.pa + (va & ~PAGE_MASK) : NULL;
    uint8_t *got = cpu_probe_nofault(t->cpu, va, 1, acc, mode);

    ck_assert_msg(got == want, "va %" PRIx64 " access %d mode %d: %p, not %p", va, acc,
                  mode, (void *)got, (void *)want);
}

static void step(Model *m)
{
    switch (rand_below(&m->r, 64)) {
    case 0:
    case 1:
    case 2:
        change_local(m);
        break;
    case 3:
        change_global(m);
        break;
    case 4:
        change_large(m);
        break;
    case 5:
        switch_space(m);
        break;
    case 6:
        switch_mode(m);
        break;
    case 7:
        if (rand_below(&m->r, 16) == 0) {
            tlb_flush_non_global(m->t->cpu);
        }
        break;
    default:
        probe(m);
    }
}

START_TEST(random_changes)
{
    Model m;

    model_init(&m, _i + 1);
    for (unsigned n = 0; n < 150000; n++) {
        step(&m);
        if (n % 5000 == 0) {
            tlb_verify(m.t->cpu);
        }
    }
    const TLBStats *s = &cpu_tcg(m.t->cpu)->tlb.stats;

    ck_assert_uint_gt(s->l2_small, 100);
    ck_assert_uint_gt(s->l2_large, 100);
    ck_assert_uint_gt(s->switch_hits, 10);
    toy_free(m.t);
}
END_TEST

/* More entries than the logs hold: what has to go, goes. */
START_TEST(logs_overflow)
{
    Model m;
    Toy *t;

    model_init(&m, 1);
    t = m.t;
    for (unsigned i = 0; i < 3000; i++) {
        *pte_of(&m, 0, i * PAGE_SIZE) =
            (i % 64) << PAGE_BITS | PTE_P | PTE_W | (i % 2 ? PTE_G : 0);
        *pte_of(&m, 1, i * PAGE_SIZE) = (i % 64 + (i % 2 ? 0 : 64)) << PAGE_BITS | PTE_P |
                                        PTE_W | (i % 2 ? PTE_G : 0);
    }
    for (unsigned pass = 0; pass < 4; pass++) {
        t->env->root = m.root[pass % 2];
        cpu_switch_address_space(t->cpu, m.root[pass % 2], true);
        for (unsigned i = 0; i < 3000; i++) {
            unsigned page = i % 64 + (i % 2 || !(pass % 2) ? 0 : 64);

            ck_assert_ptr_eq(cpu_probe_nofault(t->cpu, i * PAGE_SIZE, 8, MMU_WRITE, 2),
                             t->host + page * PAGE_SIZE);
        }
        tlb_verify(t->cpu);
    }
    toy_free(t);
}
END_TEST

/* Jump-table tags: the same again after a switch to and fro, another once a page of code
 * was invalidated. */
START_TEST(tags)
{
    Model m;
    Toy *t;

    model_init(&m, 1);
    t = m.t;
    t->env->mode = 0;
    cpu_mode_changed(t->cpu, 0);
    tlb_note_code(t->cpu, 0x5000, false);
    uint64_t user0 = t->cpu->jc_tag;

    t->env->root = m.root[1];
    cpu_switch_address_space(t->cpu, m.root[1], true);
    ck_assert_uint_ne(t->cpu->jc_tag, user0);
    tlb_note_code(t->cpu, 0x5000, false);
    uint64_t user1 = t->cpu->jc_tag;

    t->env->mode = 1;
    cpu_mode_changed(t->cpu, 1);
    tlb_note_code(t->cpu, 0x9000, true);
    uint64_t kernel = t->cpu->jc_tag;

    ck_assert_uint_ne(kernel, user1);
    tlb_flush_page(t->cpu, m.root[0], 0x7000);
    tlb_flush_page(t->cpu, m.root[0], 0x5000);
    cpu_switch_address_space(t->cpu, m.root[0], true);
    ck_assert_uint_eq(t->cpu->jc_tag, kernel);
    t->env->mode = 0;
    cpu_mode_changed(t->cpu, 0);
    ck_assert_uint_ne(t->cpu->jc_tag, user0);
    cpu_switch_address_space(t->cpu, m.root[1], true);
    ck_assert_uint_eq(t->cpu->jc_tag, user1);
    t->env->mode = 1;
    cpu_mode_changed(t->cpu, 1);
    tlb_flush_page(t->cpu, m.root[1], 0x9000);
    ck_assert_uint_ne(t->cpu->jc_tag, kernel);
    toy_free(t);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_loop_test(tc, random_changes, 0, 4);
    tcase_add_test(tc, logs_overflow);
    tcase_add_test(tc, tags);
}

int main(void)
{
    return unit_main("tlb", add);
}
