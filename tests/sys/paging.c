/* Paging in 64-bit mode: rights, error codes, A and D bits, large pages, invalidation,
 * SMEP, SMAP, PCID. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define VA 0x40000000000ull

static uint64_t *page; /* memory behind VA */

static uint64_t read_at(uint64_t va)
{
    arg[0] = va;
    TRY("mov arg, %%rbx; mov (%%rbx), %%rcx; mov %%rcx, arg+8");
    return arg[1];
}

static void write_at(uint64_t va, uint64_t val)
{
    arg[0] = va;
    arg[1] = val;
    TRY("mov arg, %%rbx; mov arg+8, %%rcx; mov %%rcx, (%%rbx)");
}

static void call_at(uint64_t va)
{
    arg[0] = va;
    TRY("mov arg, %%rbx; call *%%rbx");
}

#define NO_TRAP() CHECK_EQ(trap.vector, -1)
#define FAULT(err, addr)           \
    do {                           \
        CHECK_EQ(trap.vector, 14); \
        CHECK_EQ(trap.error, err); \
        CHECK_EQ(trap.cr2, addr);  \
    } while (0)

static void rights(void)
{
    uint64_t *pte = map_page(VA, (uint64_t)page, P | W);

    page[0] = 0x1111;
    CHECK_EQ(read_at(VA), 0x1111);
    NO_TRAP();
    CHECK_EQ(*pte & (A | D), A);
    write_at(VA, 0x2222);
    NO_TRAP();
    CHECK_EQ(page[0], 0x2222);
    CHECK_EQ(*pte & (A | D), A | D);

    *pte = 0;
    invlpg(VA);
    read_at(VA + 8);
    FAULT(0, VA + 8);
    write_at(VA + 16, 1);
    FAULT(2, VA + 16);

    map_page(VA, (uint64_t)page, P); /* read-only, CR0.WP is on */
    read_at(VA);
    NO_TRAP();
    write_at(VA, 1);
    FAULT(3, VA);
    WRITE_CR(0, READ_CR(0) & ~0x10000ull);
    write_at(VA, 0x3333);
    NO_TRAP();
    CHECK_EQ(page[0], 0x3333);
    WRITE_CR(0, READ_CR(0) | 0x10000);
    write_at(VA, 1);
    FAULT(3, VA);
}

static void no_execute(void)
{
    *(uint8_t *)page = 0xc3; /* ret */
    map_page(VA, (uint64_t)page, P | W);
    call_at(VA);
    NO_TRAP();
    map_page(VA, (uint64_t)page, P | W | NX);
    call_at(VA);
    FAULT(0x11, VA);
    read_at(VA);
    NO_TRAP();
}

/* An access over a page boundary is refused as a whole. */
static void crossing(void)
{
    uint64_t *second = alloc_page();

    map_page(VA, (uint64_t)page, P | W);
    map_page(VA + 4096, (uint64_t)second, P);
    page[511] = 0xaaaaaaaaaaaaaaaaull;
    second[0] = 0xbbbbbbbbbbbbbbbbull;
    write_at(VA + 4092, 0x1122334455667788ull);
    FAULT(3, VA + 4096);
    CHECK_EQ(page[511], 0xaaaaaaaaaaaaaaaaull);
    CHECK_EQ(read_at(VA + 4092), 0xbbbbbbbbaaaaaaaaull);
    map_page(VA + 4096, (uint64_t)second, P | W);
    write_at(VA + 4092, 0x1122334455667788ull);
    NO_TRAP();
    CHECK_EQ(page[511], 0x55667788aaaaaaaaull);
    CHECK_EQ(second[0], 0xbbbbbbbb11223344ull);
}

static void reserved_and_canonical(void)
{
    map_page(VA, (uint64_t)page | 1ull << 51, P | W);
    read_at(VA);
    FAULT(9, VA);
    map_page(VA, (uint64_t)page, P | W);
    read_at(0x0000800000000000ull);
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.error, 0);
}

/* INVLPG and what stays cached without it. */
static void invalidation(void)
{
    uint64_t *other = alloc_page();
    uint64_t *pte = map_page(VA, (uint64_t)page, P | W);

    page[1] = 1;
    other[1] = 2;
    CHECK_EQ(read_at(VA + 8), 1);
    *pte = (uint64_t)other | P | W;
    invlpg(VA);
    CHECK_EQ(read_at(VA + 8), 2);
    *pte = (uint64_t)page | P | W;
    WRITE_CR(3, READ_CR(3));
    CHECK_EQ(read_at(VA + 8), 1);

    /* a global page survives a write of CR3, but not a change of CR4.PGE */
    WRITE_CR(4, READ_CR(4) | 0x80);
    *pte = (uint64_t)page | P | W | G;
    invlpg(VA);
    CHECK_EQ(read_at(VA + 8), 1);
    *pte = (uint64_t)other | P | W | G;
    WRITE_CR(4, READ_CR(4) & ~0x80ull);
    CHECK_EQ(read_at(VA + 8), 2);
    WRITE_CR(4, READ_CR(4) | 0x80);

    /* a page fault invalidates what there is of its page */
    *pte = (uint64_t)page | P;
    invlpg(VA);
    CHECK_EQ(read_at(VA + 8), 1);
    write_at(VA + 8, 3);
    FAULT(3, VA + 8);
    *pte = (uint64_t)other | P | W;
    CHECK_EQ(read_at(VA + 8), 2);
    *pte = (uint64_t)page | P | W;
    invlpg(VA);
}

static void large_pages(void)
{
    uint64_t *pd = alloc_page(), *pdpt2 = alloc_page();

    pml4[9] = (uint64_t)pdpt2 | P | W;
    pdpt2[0] = (uint64_t)pd | P | W;
    pd[0] = 0 | P | W | PS;
    pdpt2[1] = 0 | P | W | PS; /* 1 GiB, if the CPU has it */
    WRITE_CR(3, READ_CR(3));
    page[2] = 0x77;
    CHECK_EQ(read_at(9ull << 39 | ((uint64_t)page + 16)), 0x77);
    NO_TRAP();
    CHECK_EQ(pd[0] & (A | D), A);
    write_at(9ull << 39 | ((uint64_t)page + 16), 0x78);
    CHECK_EQ(pd[0] & (A | D), A | D);
    CHECK_EQ(page[2], 0x78);
    if (has_feature(0x80000001, 3, 26)) {
        CHECK_EQ(read_at(9ull << 39 | 1ull << 30 | ((uint64_t)page + 16)), 0x78);
        NO_TRAP();
    }
    pd[0] = 0x2000 | P | W | PS; /* an address bit below 2 MiB is reserved */
    WRITE_CR(3, READ_CR(3));
    read_at(9ull << 39);
    FAULT(9, 9ull << 39);
    pml4[9] = 0;
    WRITE_CR(3, READ_CR(3));
}

static void user_touch(void)
{
    asm volatile("mov 0x40000000000, %%rax; int $0x80" ::: "rax");
}

static void user_write(void)
{
    asm volatile("mov %%rax, 0x40000000000; int $0x80" ::: "rax");
}

static void user_pages(void)
{
    map_page(VA, (uint64_t)page, P | W);
    run_user(user_touch);
    FAULT(5, VA);
    map_page(VA, (uint64_t)page, P | U);
    run_user(user_touch);
    CHECK_EQ(trap.vector, 0x80);
    run_user(user_write);
    FAULT(7, VA);
    map_page(VA, (uint64_t)page, P | W | U);
    run_user(user_write);
    CHECK_EQ(trap.vector, 0x80);
}

static void smep_smap(void)
{
    /* the kernel's own pages became user pages in run_user() */
    for (uint64_t va = 0x100000; va < 0x400000; va += 4096) {
        map_page(va, va, P | W);
    }
    *(uint8_t *)page = 0xc3;
    map_page(VA, (uint64_t)page, P | W | U);
    call_at(VA);
    NO_TRAP();
    if (has_feature(7, 1, 7)) {
        WRITE_CR(4, READ_CR(4) | 1 << 20);
        call_at(VA);
        FAULT(0x11, VA);
        WRITE_CR(4, READ_CR(4) & ~(1ull << 20));
    }
    if (has_feature(7, 1, 20)) {
        WRITE_CR(4, READ_CR(4) | 1 << 21);
        read_at(VA);
        FAULT(1, VA);
        arg[0] = VA;
        TRY("stac; mov arg, %%rbx; mov (%%rbx), %%rcx; clac");
        NO_TRAP();
        TRY("stac; clac; mov arg, %%rbx; mov (%%rbx), %%rcx");
        FAULT(1, VA);
        WRITE_CR(4, READ_CR(4) & ~(1ull << 21));
    }
}

static void invpcid(uint64_t type, uint64_t pcid, uint64_t va)
{
    uint64_t d[2] = {pcid, va};

    asm volatile("invpcid %0, %1" ::"m"(d), "r"(type) : "memory");
}

static void pcid(void)
{
    if (!has_feature(1, 2, 17)) {
        return;
    }
    uint64_t *other = alloc_page();
    uint64_t *pte = map_page(VA, (uint64_t)page, P | W);

    page[1] = 1;
    other[1] = 2;
    WRITE_CR(4, READ_CR(4) | 1 << 17);
    WRITE_CR(3, READ_CR(3) | 5);
    CHECK_EQ(read_at(VA + 8), 1);
    *pte = (uint64_t)other | P | W;
    WRITE_CR(3, READ_CR(3)); /* no bit 63: PCID 5 is flushed */
    CHECK_EQ(read_at(VA + 8), 2);
    if (has_feature(7, 1, 10)) {
        for (uint64_t type = 0; type < 4; type++) {
            *pte = (uint64_t)(type & 1 ? other : page) | P | W;
            invpcid(type, 5, VA);
            CHECK_EQ(read_at(VA + 8), type & 1 ? 2 : 1);
        }
    }
    WRITE_CR(3, READ_CR(3) & ~0xfffull);
    *pte = (uint64_t)page | P | W;
    WRITE_CR(4, READ_CR(4) & ~(1ull << 17));
    CHECK_EQ(read_at(VA + 8), 1);
}

static uint8_t fault_stack[8192] __attribute__((aligned(16)));

/* One of several pushes or pops in a row faults: those in front of it have been done.
 * Each is a byte. */
static void pushes_and_pops(void)
{
    extern char push_row[], pop_row[];

    map_page(VA - 4096, 0, 0);
    map_page(VA, (uint64_t)page, P | W);
    map_page(VA + 4096, 0, 0);
    tss.ist[1] = (uint64_t)(fault_stack + sizeof fault_stack);
    set_gate(14, 14, 0, 2);
    for (unsigned done = 0; done < 5; done++) {
        arg[0] = VA + 8 * done;
        page[0] = page[1] = page[2] = page[3] = 0;
        TRY("mov arg, %%rsp; mov $1, %%eax; mov $2, %%ecx\n"
            ".globl push_row\npush_row: push %%rax; push %%rcx; push %%rdx; push %%rbx;"
            "push %%rsi");
        FAULT(2, VA - 8);
        CHECK_EQ(trap.rip, push_row + done);
        CHECK_EQ(trap.rsp, VA);
        if (done > 0) {
            CHECK_EQ(page[done - 1], 1);
        }
        if (done > 1) {
            CHECK_EQ(page[done - 2], 2);
        }
        arg[0] = VA + 4096 - 8 * done;
        TRY("mov arg, %%rsp\n.globl pop_row\n"
            "pop_row: pop %%rax; pop %%rcx; pop %%rdx; pop %%rbx; pop %%rsi");
        FAULT(0, VA + 4096);
        CHECK_EQ(trap.rip, pop_row + done);
        CHECK_EQ(trap.rsp, VA + 4096);
    }
    set_gate(14, 14, 0, 0);
}

int test_main(void)
{
    page = alloc_page();
    rights();
    no_execute();
    crossing();
    reserved_and_canonical();
    invalidation();
    large_pages();
    user_pages();
    smep_smap();
    pcid();
    pushes_and_pops();
    return failures;
}
