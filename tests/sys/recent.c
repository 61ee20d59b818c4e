/* Loops that choose where to load next: in pages that are mapped elsewhere meanwhile. */
/* SPDX-License-Identifier: MIT */
/*
 * Engines keep the page that such a loop has read last (guest-desc.h, recent pages). It
 * has to be forgotten with the TLB's entries.
 */
#include "sys.h"

#define VA    0x40000000000ull
#define PAGES 4
#define WORDS 1024 /* of a page */

static uint32_t *page[PAGES + 1]; /* the last one is not mapped at first */

/* The first of `n` values from `base` on that is not below `key`; they are in order. */
static uint64_t search(uint64_t base, uint64_t n, uint32_t key)
{
    arg[0] = base;
    arg[1] = n;
    arg[2] = key;
    TRY("mov arg, %%rbx; xor %%ecx, %%ecx; mov arg+8, %%rdx; mov arg+16, %%rsi\n"
        "1: lea (%%rcx, %%rdx), %%rax; sar %%rax\n"
        "cmp %%esi, (%%rbx, %%rax, 4); jb 2f; mov %%rax, %%rdx\n"
        "3: cmp %%rdx, %%rcx; jl 1b; jmp 4f\n"
        "2: lea 1(%%rax), %%rcx; jmp 3b\n"
        "4: mov %%rcx, arg+24");
    return arg[3];
}

/* Each value is `step` more than the one before, from `first` on. */
static void fill(uint32_t *p, uint32_t first, uint32_t step)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        p[i] = first + i * step;
    }
}

static void map_all(void)
{
    for (unsigned n = 0; n < PAGES; n++) {
        map_page(VA + 4096 * n, (uint64_t)page[n], P | W);
        invlpg(VA + 4096 * n);
        fill(page[n], n * WORDS * 2, 2);
    }
}

/* Value 2 * n is at place n. */
static void all_pages(void)
{
    map_all();
    for (uint32_t key = 0; key < PAGES * WORDS * 2; key += 37) {
        CHECK_EQ(search(VA, PAGES * WORDS, key), (key + 1) / 2);
    }
}

/* In one page, which is mapped to another by what `flush` does: only its values are
 * there at once. */
static void moved(void (*flush)(void))
{
    map_all();
    for (uint32_t i = 0; i < 20; i++) {
        uint32_t *to = page[i & 1 ? PAGES : 0];

        fill(page[0], 0, 1);
        fill(page[PAGES], 0, 4);
        map_page(VA, (uint64_t)to, P | W);
        flush();
        CHECK_EQ(search(VA, WORDS, 400), i & 1 ? 100 : 400);
        CHECK_EQ(search(VA, WORDS, 40), i & 1 ? 10 : 40);
    }
}

static void flush_page(void)
{
    invlpg(VA);
}
static void flush_space(void)
{
    WRITE_CR(3, READ_CR(3));
}
static void flush_all(void)
{
    WRITE_CR(4, READ_CR(4) ^ 0x80);
}

static void write_first(void)
{
    arg[0] = VA;
    TRY("mov arg, %%rbx; movl $0, (%%rbx)");
}

/* In a page that is another after a write: one that faults, or the first one. */
static void written(uint64_t rights, int vector)
{
    map_all();
    fill(page[0], 0, 1);
    fill(page[PAGES], 0, 4);
    uint64_t *pte = map_page(VA, (uint64_t)page[0], rights);

    CHECK_EQ(search(VA, WORDS, 400), 400);
    if (vector >= 0) {
        write_first();
        CHECK_EQ(trap.vector, vector);
    }
    *pte = (uint64_t)page[PAGES] | P | W; /* without INVLPG */
    if (vector < 0) {
        write_first();
    }
    CHECK_EQ(search(VA, WORDS, 400), 100);
}

/* A page that is gone, and one that comes back. */
static void absent(void)
{
    map_all();
    CHECK_EQ(search(VA, WORDS, 200), 100);
    map_page(VA, 0, 0);
    invlpg(VA);
    search(VA, WORDS, 200);
    CHECK_EQ(trap.vector, 14);
    CHECK_EQ(trap.cr2, VA + 4 * WORDS / 2);
    map_page(VA, (uint64_t)page[0], P | W);
    CHECK_EQ(search(VA, WORDS, 200), 100);
    CHECK_EQ(trap.vector, -1);
}

/* A value that lies in two pages, of which the loop has just read the second. */
static void crossing(void)
{
    enum { N = WORDS * 3 / 2 };

    map_all();
    for (unsigned n = 0; n < N; n++) {
        for (unsigned i = 0; i < 4; i++) {
            unsigned off = 2 + 4 * n + i;

            ((uint8_t *)page[off / 4096])[off % 4096] = n * 3 >> 8 * i;
        }
    }
    for (unsigned n = 0; n < N; n++) {
        CHECK_EQ(search(VA + 2, N, n * 3), n);
    }
}

int test_main(void)
{
    for (unsigned n = 0; n <= PAGES; n++) {
        page[PAGES - n] = alloc_page(); /* not as they are mapped */
    }
    all_pages();
    moved(flush_page);
    moved(flush_space);
    moved(flush_all);
    written(P, 14);
    written(P | W, -1);
    absent();
    crossing();
    return failures;
}
