/* Code of ring 3 that is mapped at several addresses, one after the other and at the same
 * time: all that depends on where it is. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

/*
 * Two pages of code without an address of their own. A routine leaves what it has found
 * in arg, and ends with INT 80h or a fault.
 */
asm(".pushsection .text\n"
    ".balign 4096\n"
    ".globl moved, moved_end\n"
    "moved:\n"
    /* what the instruction pointer is to data, calls and the FPU */
    ".globl m_addresses, m_addresses_end, m_data, m_x87\n"
    "m_addresses:\n"
    "  lea m_addresses(%rip), %rax; mov %rax, arg\n"
    "  call 1f\n"
    "1: pop %rax; mov %rax, arg+8\n"
    "  mov m_data(%rip), %rax; mov %rax, arg+16\n"
    "  lea 5(%eip), %rax; mov %rax, arg+24\n"
    "m_x87: fld1\n"
    "  fnstenv -64(%rsp); mov -52(%rsp), %eax; mov %rax, arg+32\n"
    "  lea 2f(%rip), %rax; jmp *%rax\n"
    "  ud2\n"
    "2: int $0x80\n"
    "m_addresses_end:\n"
    /* loops, within the page and over its end */
    ".globl m_loops, m_loops_end, m_count\n"
    "m_loops:\n"
    "  mov $100, %ecx; xor %ebx, %ebx\n"
    "1: add m_count(%rip), %rbx; test $1, %cl; jz 2f; call m_far\n"
    "2: dec %ecx; jnz 1b\n"
    "  mov %rbx, arg; jmp m_far_end\n"
    /* faults */
    ".globl m_load, m_divide, m_ud, m_ret, m_call, m_int3, m_after\n"
    "  nop; mov %rbx, %rax\n"
    "m_load: mov 0x7ff00000(%rip), %rax; int $0x80\n"
    "m_divide: xor %ecx, %ecx; inc %eax; div %ecx; int $0x80\n"
    "m_ud: lea 0(%rip), %rax; ud2\n"
    "m_ret: movabs $0x1234567812345678, %rbx; push %rbx; mov %rsp, arg; ret\n"
    "m_call: movabs $0x1234567812345678, %rbx; mov %rsp, arg; call *%rbx\n"
    "m_int3: int3\n"
    "m_after: int $0x80\n"
    /* SYSCALL and SYSRET */
    ".globl m_syscall, m_syscall_end\n"
    "m_syscall: syscall\n"
    "m_syscall_end: mov %rcx, arg; int $0x80\n"
    /* the trap flag */
    ".globl m_stepped\n"
    "m_stepped: pushf; orq $0x100, (%rsp); popf\n"
    "  lea m_addresses(%rip), %rax; mov %rax, arg; jmp 1f; ud2\n"
    "1: nop; int $0x80\n"
    /* bytes that are changed */
    ".globl m_patched\n"
    "m_patched: mov $1, %eax; jmp 1f; ud2\n"
    "1: mov %rax, arg; int $0x80\n"
    /* changes what comes next, by way of another mapping */
    ".globl m_patches\n"
    "m_patches: mov arg+56, %rbx; mov arg+48, %rcx; mov %cl, 1+2f-m_patches(%rbx)\n"
    "2: mov $0x55, %al; movzbl %al, %eax; mov %rax, arg; int $0x80\n"
    /* from one mapping into the other, in the middle of a unit */
    ".globl m_across\n"
    "m_across: lea 1f(%rip), %rax; add arg+56, %rax; jmp *%rax\n"
    "1: lea 0(%rip), %rax; mov %rax, arg; call 2f\n"
    "2: pop arg+8; int $0x80\n"
    /* 32-bit code */
    ".code32\n"
    ".globl m_32\n"
    "m_32: nop; jmp m_32_far\n"
    ".code64\n"
    /* an instruction in two pages */
    ".org moved + 4096 - 2\n"
    ".globl m_crossing\n"
    "m_crossing: mov $0x11223344, %eax\n" /* 2 bytes here, 3 there */
    "  mov %rax, arg; lea 0(%rip), %rax; mov %rax, arg+8; int $0x80\n"
    ".globl m_far, m_far_end\n"
    "m_far: add $3, %rbx; ret\n"
    "m_far_end: lea m_far(%rip), %rax; mov %rax, arg+8; int $0x80\n"
    ".code32\n"
    ".globl m_32_far\n"
    "m_32_far: int $0x80\n"
    ".code64\n"
    "m_data: .quad 0x1122334455667788\n"
    "m_count: .quad 5\n"
    ".balign 4096\n"
    "moved_end:\n"
    ".popsection\n");
extern char moved[], moved_end[];

/* Where the pages are mapped: they differ in bits below, in and above those that tables
 * of the translator are indexed by. */
static const uint64_t places[] = {0x10000000000,  0x10000001000 + (1 << 20),
                                  0x20000400000,  0x555500002000,
                                  0x7ffe00000000, 0x40000000};
enum { PLACES = sizeof places / sizeof places[0] };

static uint8_t *pages; /* RAM of the copy that is mapped */

static void copy(uint8_t *to, const void *from, uint64_t n)
{
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n)::"memory");
}

static void map_at(uint64_t va, const uint8_t *first, const uint8_t *second)
{
    map_page(va, (uint64_t)first, P | W | U);
    map_page(va + 4096, (uint64_t)second, P | W | U);
    invlpg(va);
    invlpg(va + 4096);
}

/* Runs the routine in the mapping at `va`. */
static void run_at(uint64_t va, const char *routine)
{
    for (int i = 0; i < 6; i++) {
        arg[i] = 0;
    }
    run_user((void (*)(void))(va + (routine - moved)));
}

#define OFFSET(name)        \
    ({                      \
        extern char name[]; \
        name - moved;       \
    })
#define RUN(va, name)         \
    do {                      \
        extern char name[];   \
        run_at((va), (name)); \
    } while (0)

static void addresses(uint64_t va)
{
    RUN(va, m_addresses);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(trap.rip, va + OFFSET(m_addresses_end));
    CHECK_EQ(arg[0], va + OFFSET(m_addresses));
    CHECK(arg[1] > arg[0] && arg[1] < arg[0] + 32);
    CHECK_EQ(arg[1] - va, arg[1] % 4096);
    CHECK_EQ(arg[2], 0x1122334455667788);
    CHECK_EQ(arg[3] >> 32, 0);
    CHECK_EQ(arg[3] & ~4095ull, (uint32_t)va);
    CHECK_EQ(arg[4], (uint32_t)(va + OFFSET(m_x87)));
}

static void loops(uint64_t va)
{
    RUN(va, m_loops);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(arg[0], 100 * 5 + 50 * 3);
    CHECK_EQ(arg[1], va + OFFSET(m_far));
}

/* A handler finds the instruction, and what was before it. */
static void faults(uint64_t va)
{
    RUN(va, m_load);
    CHECK_EQ(trap.vector, 14);
    CHECK_EQ(trap.rip, va + OFFSET(m_load));
    CHECK_EQ(trap.cr2, va + OFFSET(m_load) + 7 + 0x7ff00000);
    RUN(va, m_divide);
    CHECK_EQ(trap.vector, 0);
    CHECK_EQ(trap.rip, va + OFFSET(m_divide) + 4);
    RUN(va, m_ud);
    CHECK_EQ(trap.vector, 6);
    CHECK_EQ(trap.rip, va + OFFSET(m_ud) + 7);
    RUN(va, m_ret);
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.rip, va + OFFSET(m_call) - 1);
    CHECK_EQ(trap.rsp, arg[0]);
    RUN(va, m_call);
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.rip, va + OFFSET(m_int3) - 2);
    CHECK_EQ(trap.rsp, arg[0]);
    set_gate(3, 15, 3, 0);
    RUN(va, m_int3);
    set_gate(3, 15, 0, 0);
    CHECK_EQ(trap.vector, 3);
    CHECK_EQ(trap.rip, va + OFFSET(m_after));
}

asm("moved_syscall: sysretq");

static void system_call(uint64_t va)
{
    extern char moved_syscall[];

    wrmsr(0xc0000080, rdmsr(0xc0000080) | 1);         /* EFER.SCE */
    wrmsr(0xc0000081, 0x08ull << 32 | 0x18ull << 48); /* STAR */
    wrmsr(0xc0000082, (uint64_t)moved_syscall);       /* LSTAR */
    wrmsr(0xc0000084, 0);
    RUN(va, m_syscall);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(arg[0], va + OFFSET(m_syscall_end));
}

/* The same bytes in front of two other pages. */
static void crossing(uint64_t va)
{
    static uint8_t *other;

    if (!other) {
        other = alloc_page();
        copy(other, pages + 4096, 4096);
        other[0] = 0x99; /* of the immediate 0x11223344 */
    }
    for (int i = 0; i < 4; i++) {
        map_at(va, pages, i & 1 ? other : pages + 4096);
        RUN(va, m_crossing);
        CHECK_EQ(trap.vector, 0x80);
        CHECK_EQ(arg[0], i & 1 ? 0x11229944 : 0x11223344);
        CHECK_EQ(arg[1] & ~4095ull, va + 4096);
    }
    map_at(va, pages, pages + 4096);
}

/* Written by the kernel, by another mapping, and by itself. */
static void changes(uint64_t va)
{
    static uint8_t n;

    pages[OFFSET(m_patched) + 1] = ++n;
    RUN(va, m_patched);
    CHECK_EQ(arg[0], n);
    arg[7] = places[0] + OFFSET(m_patches);
    arg[6] = n;
    RUN(va, m_patches);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(arg[0], n);
}

/* Two mappings at once: the same units, at two addresses. */
static void across(uint64_t va)
{
    for (int i = 0; i < PLACES; i++) {
        arg[7] = places[i] - va;
        RUN(va, m_across);
        CHECK_EQ(trap.vector, 0x80);
        CHECK_EQ(arg[0] & ~4095ull, places[i]);
        CHECK_EQ(arg[1] & ~4095ull, places[i]);
        CHECK_EQ(trap.rip & ~4095ull, places[i]);
    }
}

/* The address leads to other code all the time. */
static void remapped(uint64_t va)
{
    static uint8_t *other;

    if (!other) {
        other = alloc_page();
        copy(other, pages, 4096);
        other[OFFSET(m_patched) + 2] = 1;
    }
    for (int i = 0; i < 4; i++) {
        map_at(va, i & 1 ? other : pages, pages + 4096);
        RUN(va, m_patched);
        CHECK_EQ(arg[0] >> 8, i & 1);
    }
    map_at(va, pages, pages + 4096);
}

static void single_step(Frame *f)
{
    arg[5]++;
    CHECK_EQ(f->rip & ~8191ull, arg[6] & ~8191ull);
}

/* Every step of a loop is seen where it is. */
static void stepped(uint64_t va)
{
    trap_fn[1] = single_step;
    arg[6] = va;
    RUN(va, m_stepped);
    trap_fn[1] = NULL;
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(arg[0], va + OFFSET(m_addresses));
    CHECK_EQ(arg[5], 4);
}

/* Pages that are met at two addresses, or at this one alone. */
static void copied(uint64_t va)
{
    uint64_t other = places[va == places[0]];

    for (int i = 0; i < 2; i++) {
        uint8_t *first = alloc_page(), *second = alloc_page();

        copy(first, pages, 4096);
        copy(second, pages + 4096, 4096);
        for (int k = 0; k <= i; k++) {
            uint64_t at = k ? other : va;

            map_at(at, first, second);
            addresses(at);
            loops(at);
            faults(at);
            RUN(at, m_crossing);
            CHECK_EQ(arg[0], 0x11223344);
            CHECK_EQ(arg[1] & ~4095ull, at + 4096);
        }
    }
    map_at(va, pages, pages + 4096);
    map_at(other, pages, pages + 4096);
}

asm("moved_to_32: mov arg+56, %rax; push $0x1b; push %rax; lretq");

/* Addresses of 32-bit code end at 4 GiB: what is behind the last page is page 0. */
static void code_of_32_bits(uint64_t va)
{
    extern char moved_to_32[], m_32_far[];
    static const uint32_t low[] = {0x50000000, 0x52000000, 0xfffff000};

    (void)va;
    for (int i = 0; i < 3; i++) {
        map_page(low[i], (uint64_t)pages, P | W | U);
        map_page(low[i] + 4096u, (uint64_t)pages + 4096, P | W | U);
        arg[7] = low[i] + OFFSET(m_32);
        run_user((void (*)(void))moved_to_32);
        CHECK_EQ(trap.vector, 0x80);
        CHECK_EQ(trap.cs, 0x1b);
        CHECK_EQ(trap.rip, (uint32_t)(low[i] + (m_32_far - moved) + 2));
    }
}

static int hits;

static void on_breakpoint(Frame *f)
{
    hits++;
    f->rflags |= 1 << 16; /* RF */
}

/* An instruction breakpoint is at one of the addresses, whatever has run at the others.
 */
static void broken(uint64_t va)
{
    trap_fn[1] = on_breakpoint;
    asm volatile("mov %0, %%db0" ::"r"(va + OFFSET(m_far)));
    asm volatile("mov %0, %%db7" ::"r"(1ull));
    for (int i = 0; i < PLACES; i++) {
        hits = 0;
        RUN(places[i], m_loops);
        CHECK_EQ(arg[0], 100 * 5 + 50 * 3);
        CHECK_EQ(hits, places[i] == va ? 50 : 0);
    }
    asm volatile("mov %0, %%db7" ::"r"(0ull));
    hits = 0;
    RUN(va, m_loops);
    CHECK_EQ(hits, 0);
    trap_fn[1] = NULL;
}

/* Each at all places in turn, so that units made for one are met at the next; the last
 * one leaves none. */
static void (*const parts[])(uint64_t va) = {
    addresses, loops,    faults,  system_call, crossing,        changes,
    across,    remapped, stepped, copied,      code_of_32_bits, broken,
};

int test_main(void)
{
    pages = alloc_page();
    uint8_t *second = alloc_page();

    if (second != pages + 4096) {
        pages = second;
        CHECK(alloc_page() == pages + 4096);
    }
    copy(pages, moved, moved_end - moved);
    for (int i = 0; i < PLACES; i++) {
        map_at(places[i], pages, pages + 4096);
    }
    for (unsigned n = 0; n < sizeof parts / sizeof parts[0]; n++) {
        for (int i = 0; i < 3 * PLACES; i++) {
            parts[n](places[PLACES - 1 - i % PLACES]);
        }
    }
    return failures;
}
