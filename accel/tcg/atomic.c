/* Locked read-modify-write of guest memory. */
/* SPDX-License-Identifier: MIT */
/*
 * What the host does in one piece, in RAM, is a host atomic on the host pointer. The rest
 * (unaligned, across pages, in I/O regions) is a read and a write with nobody in between:
 * with one vCPU that is so by itself; of several the others are stopped, and the
 * instruction is begun again. A locked instruction writes its operand in
 * any case, so access is checked as for a write; a failing compare and exchange writes
 * nothing here, which no one can tell.
 */
#include "accel/tcg/tb.h"

#include "cpu/ldst.h"
#include "util/bitops.h"
#include "util/host.h"
#include "util/int128.h"

/* The new value that the op stores, and for cmpxchg whether it does. */
static uint64_t op_result(unsigned op, uint64_t old, uint64_t b, uint64_t c)
{
    switch (op) {
    case OP_at_xchg:
        return b;
    case OP_at_add:
        return old + b;
    case OP_at_and:
        return old & b;
    case OP_at_or:
        return old | b;
    case OP_at_xor:
        return old ^ b;
    default:
        return old == b ? c : old;
    }
}

#define DEFINE_HOST_ATOMIC(bits)                                                     \
    static uint##bits##_t host_atomic_##bits(void *p, unsigned op, uint##bits##_t b, \
                                             uint##bits##_t c)                       \
    {                                                                                \
        uint##bits##_t *m = p;                                                       \
        switch (op) {                                                                \
        case OP_at_xchg:                                                             \
            return __atomic_exchange_n(m, b, __ATOMIC_SEQ_CST);                      \
        case OP_at_add:                                                              \
            return __atomic_fetch_add(m, b, __ATOMIC_SEQ_CST);                       \
        case OP_at_and:                                                              \
            return __atomic_fetch_and(m, b, __ATOMIC_SEQ_CST);                       \
        case OP_at_or:                                                               \
            return __atomic_fetch_or(m, b, __ATOMIC_SEQ_CST);                        \
        case OP_at_xor:                                                              \
            return __atomic_fetch_xor(m, b, __ATOMIC_SEQ_CST);                       \
        default:                                                                     \
            __atomic_compare_exchange_n(m, &b, c, false, __ATOMIC_SEQ_CST,           \
                                        __ATOMIC_SEQ_CST);                           \
            return b;                                                                \
        }                                                                            \
    }

DEFINE_HOST_ATOMIC(8)
DEFINE_HOST_ATOMIC(16)
DEFINE_HOST_ATOMIC(32)
DEFINE_HOST_ATOMIC(64)

static uint64_t host_atomic(void *p, unsigned op, uint64_t b, uint64_t c, unsigned n)
{
    switch (n) {
    case 1:
        return host_atomic_8(p, op, b, c);
    case 2:
        return host_atomic_16(p, op, b, c);
    case 4:
        return host_atomic_32(p, op, b, c);
    default:
        return host_atomic_64(p, op, b, c);
    }
}

/* A host atomic of n bytes at p is one: aligned, or on Arm with FEAT_LSE2 within 16. */
static bool in_one_piece(const void *p, unsigned n)
{
    uintptr_t at = (uintptr_t)p;

    return !(at & (n - 1)) || (host_has(HOST_ARM_LSE2) && (at & 15) + n <= 16);
}

uint64_t tcg_atomic(void *env, uint64_t va, uint64_t b, uint64_t c, uint32_t op_oi,
                    uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    unsigned op = op_oi >> 8, n = memop_bytes(op_oi);

    if (op_oi & MO_ALIGN && va & (n - 1)) {
        cpu->ops->unaligned(cpu, va, n, ra);
    }
    void *host = cpu_probe(cpu, va, n, MMU_WRITE, MMU_CURRENT, ra);

    if (likely(host && in_one_piece(host, n))) {
        return host_atomic(host, op, b, c, n);
    }
    if (cpu_tcg(cpu)->engine->cpus->len > 1 && !cpu_tcg(cpu)->alone) {
        tcg_redo_exclusive(cpu, ra);
    }
    uint64_t mask = MASK64(0, 8 * n), old = 0;

    cpu_ld_bytes(cpu, va, &old, n, MMU_CURRENT, ra);
    old = ldn_le_p(&old, n);
    uint8_t buf[8];

    stn_le_p(buf, n, op_result(op, old, b & mask, c & mask) & mask);
    cpu_st_bytes(cpu, va, buf, n, MMU_CURRENT, ra);
    return old;
}

/* Sixteen bytes, aligned: by the host's instruction if it has one, else under a lock that
 * all take. */

#if defined __x86_64__

static bool cmpxchg16_insn(u128 *p, u128 *expected, u128 desired)
{
    uint64_t lo = *expected, hi = *expected >> 64;

    if (!host_has(HOST_X86_CX16)) {
        return false;
    }
    __asm__ volatile("lock cmpxchg16b %0"
                     : "+m"(*p), "+a"(lo), "+d"(hi)
                     : "b"((uint64_t)desired), "c"((uint64_t)(desired >> 64))
                     : "memory", "cc");
    *expected = lo | (u128)hi << 64;
    return true;
}

#elif defined __aarch64__

static void casp(u128 *p, u128 *expected, u128 desired)
{
    register uint64_t x0 __asm__("x0") = *expected;
    register uint64_t x1 __asm__("x1") = *expected >> 64;
    register uint64_t x2 __asm__("x2") = desired;
    register uint64_t x3 __asm__("x3") = desired >> 64;

    __asm__ volatile(".arch_extension lse\n"
                     "caspal x0, x1, x2, x3, [%[p]]"
                     : "+r"(x0), "+r"(x1)
                     : "r"(x2), "r"(x3), [p] "r"(p)
                     : "memory");
    *expected = x0 | (u128)x1 << 64;
}

/* What was loaded is a value that memory had at once only if the store succeeds, so it is
 * stored back when it is not the expected one. */
static void exclusives16(u128 *p, u128 *expected, u128 desired)
{
    uint64_t lo, hi, new_lo, new_hi, want_lo = *expected, want_hi = *expected >> 64;
    uint32_t failed;

    do {
        __asm__ volatile(
            "ldaxp %[lo], %[hi], [%[p]]\n"
            "cmp   %[lo], %[want_lo]\n"
            "ccmp  %[hi], %[want_hi], #0, eq\n"
            "csel  %[new_lo], %[d_lo], %[lo], eq\n"
            "csel  %[new_hi], %[d_hi], %[hi], eq\n"
            "stlxp %w[failed], %[new_lo], %[new_hi], [%[p]]"
            : [lo] "=&r"(lo), [hi] "=&r"(hi), [new_lo] "=&r"(new_lo),
              [new_hi] "=&r"(new_hi), [failed] "=&r"(failed)
            : [p] "r"(p), [want_lo] "r"(want_lo), [want_hi] "r"(want_hi),
              [d_lo] "r"((uint64_t)desired), [d_hi] "r"((uint64_t)(desired >> 64))
            : "memory", "cc");
    } while (failed);
    *expected = lo | (u128)hi << 64;
}

static bool cmpxchg16_insn(u128 *p, u128 *expected, u128 desired)
{
    if (host_has(HOST_ARM_LSE)) {
        casp(p, expected, desired);
    } else {
        exclusives16(p, expected, desired);
    }
    __asm__ volatile("dmb ish" ::: "memory"); /* x86's is a full barrier */
    return true;
}

#else

static bool cmpxchg16_insn(u128 *p, u128 *expected, u128 desired)
{
    return false;
}

#endif

static Mutex cmpxchg16_lock = MUTEX_INIT;

static u128 host_cmpxchg16(u128 *p, u128 expected, u128 desired)
{
    u128 old = expected;

    if (!cmpxchg16_insn(p, &old, desired)) {
        mutex_lock(&cmpxchg16_lock);
        old = *p;
        if (old == expected) {
            *p = desired;
        }
        mutex_unlock(&cmpxchg16_lock);
    }
    return old;
}

static u128 pair(const uint64_t v[2])
{
    return v[0] | (u128)v[1] << 64;
}

bool cpu_cmpxchg16(CPUState *cpu, vaddr va, uint64_t expected[2],
                   const uint64_t desired[2], uintptr_t ra)
{
    void *host = cpu_probe(cpu, va, 16, MMU_WRITE, MMU_CURRENT, ra);
    u128 want = pair(expected), old;

    if (likely(host && !((uintptr_t)host & 15))) {
        old = host_cmpxchg16(host, want, pair(desired));
    } else {
        uint64_t v[2];

        cpu_ld_bytes(cpu, va, v, 16, MMU_CURRENT, ra);
        old = pair(v);
        cpu_st_bytes(cpu, va, old == want ? desired : v, 16, MMU_CURRENT, ra);
    }
    expected[0] = old;
    expected[1] = old >> 64;
    return old == want;
}
