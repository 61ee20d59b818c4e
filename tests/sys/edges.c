/* Accesses off one base at the edges of pages: each faults at its own instruction, with
 * the state that it has there. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define VA   0x40000000000ull
#define EDGE (VA + 4096)

static uint8_t fault_stack[4096] __attribute__((aligned(16)));
static uint8_t *low, *high; /* memory behind VA and EDGE, not side by side */

static void map_both(uint64_t low_flags, uint64_t high_flags)
{
    map_page(VA, (uint64_t)low, low_flags);
    map_page(EDGE, (uint64_t)high, high_flags);
}

static uint8_t *byte_at(uint64_t va)
{
    return va < EDGE ? low + (va - VA) : high + (va - EDGE);
}

static void fill(void)
{
    for (unsigned i = 0; i < 4096; i++) {
        low[i] = i * 7 + 1;
        high[i] = i * 13 + 5;
    }
}

static uint64_t quad_at(uint64_t va)
{
    uint64_t v = 0;

    for (unsigned i = 8; i-- > 0;) {
        v = v << 8 | *byte_at(va + i);
    }
    return v;
}

#define NO_TRAP() CHECK_EQ(trap.vector, -1)
/* arg + 56: where it should be */
#define FAULT(err, addr)            \
    do {                            \
        CHECK_EQ(trap.vector, 14);  \
        CHECK_EQ(trap.error, err);  \
        CHECK_EQ(trap.cr2, addr);   \
        CHECK_EQ(trap.rip, arg[7]); \
    } while (0)
#define HERE "mov $1f, %%rax; mov %%rax, arg+56\n"

/* Loads, a store, and a load of what was stored, at all places around the edge. */
static void sweep(void)
{
    map_both(P | W, P | W);
    for (uint64_t va = EDGE - 48; va < EDGE + 16; va++) {
        fill();
        uint64_t a = quad_at(va), b = quad_at(va + 20), c = quad_at(va + 10);

        arg[0] = va;
        TRY("mov arg, %%rbx; mov (%%rbx), %%rcx; add 20(%%rbx), %%rcx\n"
            "mov %%rcx, 8(%%rbx); mov 10(%%rbx), %%rdx; addl $3, 4(%%rbx)\n"
            "mov %%rcx, arg+8; mov %%rdx, arg+16");
        NO_TRAP();
        CHECK_EQ(arg[1], a + b);
        CHECK_EQ(quad_at(va + 8), a + b);
        CHECK_EQ(arg[2], ((a + b) >> 16 | c >> 48 << 48));
        CHECK_EQ((uint32_t)quad_at(va + 4), (uint32_t)((a >> 32) + 3));
    }
}

/* The second of three accesses is in a page that is not there, or not for writing. */
static void second_page(void)
{
    fill();
    map_both(P | W, 0);
    arg[0] = EDGE - 8;
    TRY(HERE "mov arg, %%rbx; xor %%ecx, %%ecx; xor %%edx, %%edx\n"
             "mov (%%rbx), %%rcx; mov %%rcx, arg+8; sub $-1, %%rdx\n"
             "1: mov 8(%%rbx), %%rdx; mov %%rdx, (%%rbx)");
    FAULT(0, EDGE);
    CHECK_EQ(arg[1], quad_at(EDGE - 8));
    CHECK_EQ(trap.rflags & 0x8d5, 0x11); /* of 0 - -1 */

    map_both(P | W, P);
    TRY(HERE "mov arg, %%rbx; mov 8(%%rbx), %%rcx; mov %%rcx, (%%rbx); mov %%rcx, arg+8\n"
             "1: mov %%rcx, 9(%%rbx); movq $0, arg+8");
    FAULT(3, EDGE + 1);
    CHECK_EQ(arg[1], quad_at(EDGE));
    CHECK_EQ(quad_at(EDGE - 8), quad_at(EDGE));
}

/* One page, which may be read only: the store is not begun, what is before it is done. */
static void read_only(void)
{
    fill();
    map_both(P, P | W);
    arg[0] = VA + 64;
    TRY(HERE "mov arg, %%rbx; mov (%%rbx), %%rcx; mov %%rcx, arg+8; mov $5, %%edx; sub "
             "$7, %%edx\n"
             "1: mov %%rcx, 8(%%rbx); movq $0, arg+8");
    FAULT(3, VA + 72);
    CHECK_EQ(arg[1], quad_at(VA + 64));
    CHECK_EQ(trap.rflags & 0x8d5, 0x91);
    arg[1] = 0;
    TRY(HERE "mov arg, %%rbx; mov 4(%%rbx), %%rcx\n"
             "1: addl $1, (%%rbx); movq $1, arg+8");
    FAULT(3, VA + 64);
    CHECK_EQ(arg[1], 0);
    TRY("mov arg, %%rbx; mov (%%rbx), %%rcx; test %%rbx, %%rbx; jnz 2f; mov %%rcx, "
        "8(%%rbx)\n"
        "2: mov %%rcx, arg+8");
    NO_TRAP();
    CHECK_EQ(arg[1], quad_at(VA + 64));
}

/* The first access is the one that faults. */
static void leader(void)
{
    map_both(0, P | W);
    arg[0] = VA + 128;
    TRY(HERE "mov arg, %%rbx\n1: mov (%%rbx), %%rcx; mov 8(%%rbx), %%rcx");
    FAULT(0, VA + 128);
    TRY(HERE "mov arg, %%rbx\n1: mov %%rcx, 8(%%rbx); mov (%%rbx), %%rcx");
    FAULT(2, VA + 136);
    arg[0] = EDGE + 2;
    TRY(HERE "mov arg, %%rbx\n1: mov %%rcx, -8(%%rbx); mov (%%rbx), %%rcx");
    FAULT(2, EDGE - 6);
}

/* Pushes and pops that run into a page that is not there. */
static void stack(void)
{
    fill();
    map_both(0, P | W);
    arg[0] = EDGE + 16;
    TRY(HERE "mov arg, %%rsp; mov $77, %%ecx; push %%rcx; pop %%rdx; mov %%rdx, arg+8\n"
             "push %%rcx; push %%rdx\n"
             "1: push %%rcx; movq $0, arg+8");
    FAULT(2, EDGE - 8);
    CHECK_EQ(trap.rsp, EDGE);
    CHECK_EQ(arg[1], 77);
    CHECK_EQ(quad_at(EDGE), 77);
    CHECK_EQ(quad_at(EDGE + 8), 77);

    map_both(P | W, 0);
    arg[0] = EDGE - 16;
    TRY(HERE "mov arg, %%rsp; pop %%rcx; pop %%rdx; mov %%rcx, arg+8; mov %%rdx, arg+16\n"
             "1: pop %%rcx; movq $0, arg+8");
    FAULT(0, EDGE);
    CHECK_EQ(trap.rsp, EDGE);
    CHECK_EQ(arg[1], quad_at(EDGE - 16));
    CHECK_EQ(arg[2], quad_at(EDGE - 8));
}

/* A change of the mapping between two accesses counts for the second. */
static void remapped(void)
{
    uint64_t *pte;

    fill();
    map_both(P | W, P | W);
    pte = map_page(VA, (uint64_t)low, P | W);
    arg[0] = VA + 256;
    arg[1] = (uint64_t)pte;
    arg[2] = (uint64_t)high | P | W;
    TRY("mov arg, %%rbx; mov arg+8, %%rsi; mov arg+16, %%rdi\n"
        "mov (%%rbx), %%rcx; mov %%rcx, arg+24; mov %%rdi, (%%rsi); invlpg (%%rbx)\n"
        "mov 8(%%rbx), %%rcx; mov %%rcx, arg+32");
    NO_TRAP();
    CHECK_EQ(arg[3], *(uint64_t *)(low + 256));
    CHECK_EQ(arg[4], *(uint64_t *)(high + 264));
}

int test_main(void)
{
    low = alloc_page();
    alloc_page();
    high = alloc_page();
    tss.ist[0] = (uint64_t)(fault_stack + sizeof fault_stack);
    set_gate(14, 14, 0, 1);
    sweep();
    second_page();
    read_only();
    leader();
    stack();
    remapped();
    return 0;
}
