/* User program: locked operations of several threads, aligned and not. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define THREADS 3
#define ROUNDS  1500

/* Offsets of the operand in a line of 64 bytes: aligned, within 16 bytes, across 16,
 * across the line. */
static const unsigned offsets[] = {0, 3, 13, 61};

static struct {
    _Alignas(64) uint8_t bytes[128];
} lines[4];

#define LOCKED(insn, type)                                                              \
    static void insn##_##type(type *p, type v)                                          \
    {                                                                                   \
        __asm__ volatile("lock " #insn " %1, %0" : "+m"(*p) : "r"(v) : "memory", "cc"); \
    }
LOCKED(add, uint16_t)
LOCKED(add, uint32_t)
LOCKED(add, uint64_t)
LOCKED(xor, uint32_t)
LOCKED(or, uint64_t)
LOCKED(and, uint64_t)

static uint64_t xadd(uint64_t *p, uint64_t v)
{
    __asm__ volatile("lock xaddq %0, %1" : "+r"(v), "+m"(*p) : : "memory", "cc");
    return v;
}

static uint32_t xchg(uint32_t *p, uint32_t v)
{
    __asm__ volatile("xchgl %0, %1" : "+r"(v), "+m"(*p) : : "memory");
    return v;
}

static uint64_t cmpxchg(uint64_t *p, uint64_t old, uint64_t desired)
{
    __asm__ volatile("lock cmpxchgq %2, %1"
                     : "+a"(old), "+m"(*p)
                     : "r"(desired)
                     : "memory", "cc");
    return old;
}

static int cmpxchg16(uint64_t *p, uint64_t *old, uint64_t lo, uint64_t hi)
{
    uint8_t equal;

    __asm__ volatile("lock cmpxchg16b %1; sete %0"
                     : "=q"(equal), "+m"(*(uint64_t(*)[2])p), "+a"(old[0]), "+d"(old[1])
                     : "b"(lo), "c"(hi)
                     : "memory", "cc");
    return equal;
}

/* A lock made of an exchange: the counter it guards is counted exactly. */
static uint64_t guarded[4];

static void with_lock(uint32_t *lock, uint64_t *counter)
{
    while (xchg(lock, 1)) {
        __asm__ volatile("pause");
    }
    *(volatile uint64_t *)counter += 1;
    __asm__ volatile("" ::: "memory");
    *(volatile uint32_t *)lock = 0;
}

static void all_at(unsigned i, unsigned me)
{
    uint8_t *p = lines[i].bytes + offsets[i];
    uint64_t bit = UINT64_C(1) << (20 * me + 7);

    add_uint16_t((uint16_t *)p, 1); /* whose carry goes nowhere */
    xor_uint32_t((uint32_t *)(p + 8), 1u << (me * 9));
    or_uint64_t((uint64_t *)(p + 16), bit);
    and_uint64_t((uint64_t *)(p + 16), ~bit);
    add_uint64_t((uint64_t *)(p + 24), UINT64_C(0x100000001));
    xadd((uint64_t *)(p + 32), 3);
    for (uint64_t old = 0, was;
         (was = cmpxchg((uint64_t *)(p + 40), old, old + 5)) != old;) {
        old = was;
    }
    with_lock((uint32_t *)(p + 48), &guarded[i]);
}

/* The low half is counted by pairs and by its own: neither loses what the other does. */
static _Alignas(16) uint64_t pair[2];

static void pairs(void)
{
    uint64_t old[2] = {0, 0};

    while (!cmpxchg16(pair, old, old[0] + 1, old[1] + old[0])) {
    }
    add_uint64_t(&pair[0], 1);
}

static void *thread(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg;

    for (unsigned n = 0; n < ROUNDS; n++) {
        for (unsigned i = 0; i < 4; i++) {
            all_at(i, me);
        }
        pairs();
        add_uint32_t((uint32_t *)(lines[0].bytes + 100), 2);
    }
    return NULL;
}

/* Address and operand in registers that are not pinned to the host's. */
#define UNPINNED(insn, reg)                                                      \
    {                                                                            \
        uint64_t m[4] = {1, 2, 0x1122334455667788, 4}, v = 0xa1a2a3a4a5a6a7a8;   \
        uint64_t rax = 0x1122334455667788;                                       \
        __asm__ volatile("mov %2, %%r13; mov $4, %%r14d; mov %0, %%r15\n\t" insn \
                         " %%" reg ", 8(%%r13,%%r14,2); mov %%r15, %0"           \
                         : "+r"(v), "+a"(rax)                                    \
                         : "r"(m)                                                \
                         : "r13", "r14", "r15", "memory", "cc");                 \
        printf(insn " " reg ": %lx %lx, %lx\n", m[2], v, rax);                   \
    }

static void unpinned(void)
{
    UNPINNED("xchg", "r15b")
    UNPINNED("xchg", "r15w")
    UNPINNED("xchg", "r15d")
    UNPINNED("xchg", "r15")
    UNPINNED("lock xadd", "r15b")
    UNPINNED("lock xadd", "r15w")
    UNPINNED("lock xadd", "r15d")
    UNPINNED("lock xadd", "r15")
    UNPINNED("lock cmpxchg", "r15b")
    UNPINNED("lock cmpxchg", "r15w")
    UNPINNED("lock cmpxchg", "r15d")
    UNPINNED("lock cmpxchg", "r15")
    UNPINNED("lock add", "r15w")
    UNPINNED("lock add", "r15")
    UNPINNED("lock xor", "r15")
}

int main(void)
{
    pthread_t t[THREADS];

    unpinned();

    for (uintptr_t i = 0; i < THREADS; i++) {
        pthread_create(&t[i], NULL, thread, (void *)i);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(t[i], NULL);
    }
    for (unsigned i = 0; i < 4; i++) {
        uint64_t v[6];
        uint16_t n;

        memcpy(v, lines[i].bytes + offsets[i] + 8, sizeof v);
        memcpy(&n, lines[i].bytes + offsets[i], sizeof n);
        printf("+%u: %u xor %lx or %lx add %lx xadd %lu cmpxchg %lu lock %lu %lu\n",
               offsets[i], n, v[0], v[1], v[2], v[3], v[4], v[5], guarded[i]);
    }
    printf("pair: %lu, line: %u\n", pair[0], lines[0].bytes[100]);
    return 0;
}
