/* Code that changes: in the running block, in another page, across pages, by REP MOVS,
 * under two mappings. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

static uint8_t *code;
typedef uint64_t Fn(void);

/* mov $imm32, %eax; ret */
static void emit_return(uint8_t *p, uint32_t v)
{
    p[0] = 0xb8;
    __builtin_memcpy(p + 1, &v, 4);
    p[5] = 0xc3;
}

static void other_page(void)
{
    for (uint32_t i = 0; i < 200; i++) {
        emit_return(code, i);
        CHECK_EQ(((Fn *)code)(), i);
    }
}

/* The store changes the very next instruction (a jump to itself would serialise; x86
 * needs none). */
static void same_block(void)
{
    uint64_t got;

    for (int i = 0; i < 50; i++) {
        asm volatile("movb %b1, 1f+1(%%rip)\n"
                     "1: mov $0x55, %%al\n"
                     "movzbl %%al, %%eax\n"
                     : "=a"(got)
                     : "q"(i)
                     : "memory");
        CHECK_EQ(got, i);
    }
}

/* An instruction over a page boundary, of which only the second half changes. */
static void crossing(void)
{
    uint8_t *p = code + 4096 - 3;

    for (uint32_t i = 0; i < 50; i++) {
        emit_return(p, 0x01020304 + (i << 24));
        CHECK_EQ(((Fn *)p)(), 0x01020304 + (i << 24));
        p[4] = 0xee;
        CHECK_EQ(((Fn *)p)(), 0xee020304u);
    }
}

static void by_string(void)
{
    uint8_t image[2][16];

    emit_return(image[0], 1);
    emit_return(image[1], 2);
    for (int i = 0; i < 50; i++) {
        void *to = code + 100, *from = image[i & 1];
        uint64_t n = 6;

        asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n)::"memory");
        CHECK_EQ(((Fn *)(code + 100))(), 1 + (i & 1));
    }
}

/* Written through one linear address, executed through another. */
static void alias(void)
{
    uint64_t va = 0x50000000000;

    map_page(va, (uint64_t)code, P | W);
    for (uint32_t i = 0; i < 50; i++) {
        emit_return((uint8_t *)va + 200, i);
        CHECK_EQ(((Fn *)(code + 200))(), i);
        emit_return(code + 200, i + 1000);
        CHECK_EQ(((Fn *)(va + 200))(), i + 1000);
    }
}

/* The same linear address, another page behind it. */
static void remapped(void)
{
    uint64_t va = 0x50000002000;
    uint8_t *a = alloc_page(), *b = alloc_page();

    emit_return(a, 10);
    emit_return(b, 20);
    for (int i = 0; i < 50; i++) {
        map_page(va, (uint64_t)(i & 1 ? b : a), P | W);
        CHECK_EQ(((Fn *)va)(), i & 1 ? 20 : 10);
    }
}

/* Data beside code in one page: stores there must not disturb it. */
static void data_beside_code(void)
{
    volatile uint64_t *data = (uint64_t *)(code + 1024);

    emit_return(code + 512, 7);
    for (int i = 0; i < 1000; i++) {
        data[i & 15] = i;
        CHECK_EQ(((Fn *)(code + 512))(), 7);
    }
}

/* A loop whose body rewrites its own immediate while it runs. */
static void loop_rewrites_itself(void)
{
    uint64_t sum;

    asm volatile("xor %%eax, %%eax; mov $100, %%ecx\n"
                 "1: add $1, %%eax\n"
                 "mov %%cl, 1b+2(%%rip)\n"
                 "dec %%ecx; jnz 1b\n"
                 "movb $1, 1b+2(%%rip)"
                 : "=a"(sum)::"rcx", "memory", "cc");
    CHECK_EQ(sum, 1 + 100 * 101 / 2 - 1);
}

/* test %edi, %edi; je 1f; mov $1, %eax; ret; 1: jmp 2f ... 2: mov $2 ...; ret. The jump
 * that the branch leads to changes, then is no jump any more. */
static void jump_behind_branch(void)
{
    static const uint8_t head[] = {0x85, 0xff, 0x74, 0x06, 0xb8, 1, 0, 0, 0, 0xc3};
    uint8_t *p = code + 2048, *jump = p + sizeof head;
    uint64_t (*fn)(int) = (uint64_t(*)(int))p;

    __builtin_memcpy(p, head, sizeof head);
    for (uint32_t i = 0; i < 50; i++) {
        jump[0] = 0xe9;
        jump[1] = 11 + (i & 7) * 8;
        jump[2] = jump[3] = jump[4] = 0;
        emit_return(p + 26 + (i & 7) * 8, i + 2);
        CHECK_EQ(fn(1), 1);
        CHECK_EQ(fn(0), i + 2);
        emit_return(jump, i + 500);
        CHECK_EQ(fn(0), i + 500);
    }
}

int test_main(void)
{
    code = alloc_page();
    alloc_page(); /* the page behind it, for crossing() */
    other_page();
    same_block();
    crossing();
    by_string();
    alias();
    remapped();
    data_beside_code();
    loop_rewrites_itself();
    jump_behind_branch();
    return failures;
}
