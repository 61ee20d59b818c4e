/* cc_compute() in line. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_CC_INLINE_H
#define TCG_CC_INLINE_H

#include "tcg/cc.h"

/*
 * Everything is done on values masked to the recipe's type. What x86 leaves undefined has
 * the value that the common processors give it where that is simple: AF is 0 after logic
 * and shifts; OF after a shift by more than 1 is by the rule for a shift by 1. Nothing
 * here is a call.
 */

static inline uint32_t cc_parity(uint64_t r)
{
    /* of the low byte; __builtin_parity() may be a call */
    return (0x9669 >> ((r ^ r >> 4) & 15) & 1) * CC_P;
}

static inline uint32_t cc_of_result_inline(uint64_t r, IRType t)
{
    unsigned top = ir_type_bits(t) - 1;
    uint32_t f = cc_parity(r);
    f |= (r & ir_type_mask(t)) == 0 ? CC_Z : 0;
    f |= r >> top & 1 ? CC_S : 0;
    return f;
}

/* x + y (+ carry) = r: CF from the carry out, OF and AF from the operands' bits. */
static inline uint32_t flags_of_sum(uint64_t x, uint64_t y, uint64_t r, bool carry_out,
                                    IRType t)
{
    unsigned top = ir_type_bits(t) - 1;
    uint32_t f = cc_of_result_inline(r, t) | (carry_out ? CC_C : 0);
    f |= (x ^ y ^ r) & CC_A;
    f |= ((x ^ r) & (y ^ r)) >> top & 1 ? CC_O : 0;
    return f;
}

/* x - y (- borrow) = r. */
static inline uint32_t flags_of_difference(uint64_t x, uint64_t y, uint64_t r,
                                           bool borrow_out, IRType t)
{
    unsigned top = ir_type_bits(t) - 1;
    uint32_t f = cc_of_result_inline(r, t) | (borrow_out ? CC_C : 0);
    f |= (x ^ y ^ r) & CC_A;
    f |= ((x ^ y) & (x ^ r)) >> top & 1 ? CC_O : 0;
    return f;
}

static_assert(CC_A == 1 << 4, "the carry into bit 4 is AF's bit");

static inline uint32_t flags_of_overlay(unsigned kind, uint64_t r, IRType t)
{
    bool inc = kind == CC_OV_INC;
    return flags_of_sum(inc ? r - 1 : r + 1, inc ? 1 : ir_type_mask(t), r, false, t) ^
           (inc ? 0 : CC_A);
}

static inline uint32_t compute_base(CCKind kind, IRType t, uint64_t a, uint64_t b,
                                    uint64_t c)
{
    uint64_t mask = ir_type_mask(t), x;
    unsigned top = ir_type_bits(t) - 1;
    switch (kind) {
    case CC_ADD:
        return flags_of_sum((a - b) & mask, b, a, a < b, t);
    case CC_ADC:
        return flags_of_sum((a - b - c) & mask, b, a, c ? a <= b : a < b, t);
    case CC_SBB:
        x = (a + b + c) & mask;
        return flags_of_difference(x, b, a, c ? x <= b : x < b, t);
    case CC_SHL:
        return cc_of_result_inline(a, t) | (b >> top & 1 ? CC_C : 0) |
               ((a ^ b) >> top & 1 ? CC_O : 0);
    case CC_SAR:
        return cc_of_result_inline(a, t) | (b & 1 ? CC_C : 0) |
               ((a ^ a << 1) >> top & 1 ? CC_O : 0);
    case CC_MUL:
        return cc_of_result_inline(a, t) | (b & 1 ? CC_C | CC_O : 0);
    case CC_MULS:
    case CC_MULU:
        x = kind == CC_MULS && a >> top & 1 ? mask : 0;
        return cc_of_result_inline(a, t) | (b != x ? CC_C | CC_O : 0);
    default:
        return 0;
    }
}

/*
 * The most frequent kinds, by one way without branches: CC_CMP, CC_SUB, and CC_LOGIC,
 * whose flags are those of subtracting 0. Operands are moved up to bit 63.
 */
#define CC_DIFFERENCES (1u << CC_CMP | 1u << CC_SUB | 1u << CC_LOGIC)

/* ... and nothing is laid over it. */
static inline bool cc_is_difference(const CCState *cc)
{
    uint32_t kind = cc->op >> 2;

    return kind < 32 && CC_DIFFERENCES >> kind & 1;
}

static inline bool cc_is_logic(const CCState *cc)
{
    return cc->op >> 2 == CC_LOGIC;
}

/* By what the operands are to be moved. */
static inline unsigned cc_up(const CCState *cc)
{
    return -(8u << CC_OP_TYPE(cc->op)) & 63;
}

static inline uint32_t cc_of_logic(const CCState *cc)
{
    uint64_t x = cc->a << cc_up(cc);

    return cc_parity(cc->a) | (x == 0) * CC_Z | (x >> 63) * CC_S;
}

/* All but PF and AF of x - y. */
#ifdef __aarch64__
static inline uint32_t cc_of_subs(uint64_t x, uint64_t y)
{
    uint64_t nzcv; /* from bit 31 down; C is CF's inverse */

    __asm__("subs xzr, %1, %2\n"
            "mrs %0, nzcv"
            : "=r"(nzcv)
            : "r"(x), "r"(y)
            : "cc");
    uint32_t f = (nzcv >> 24 & (CC_S | CC_Z)) | (nzcv >> 28 & 1) * CC_O;

    return f | (~nzcv >> 29 & 1) * CC_C;
}
#else
static inline uint32_t cc_of_subs(uint64_t x, uint64_t y)
{
    uint64_t d = x - y;
    uint32_t f = (x < y) * CC_C | (d == 0) * CC_Z | (d >> 63) * CC_S;

    return f | (((x ^ y) & (x ^ d)) >> 63) * CC_O;
}
#endif

static inline uint32_t cc_of_difference(const CCState *cc)
{
    CCKind kind = CC_OP_KIND(cc->op);
    uint64_t b = kind == CC_LOGIC ? 0 : cc->b;
    uint64_t a = cc->a + (kind == CC_SUB ? b : 0), r = a - b;

    return cc_of_subs(a << cc_up(cc), b << cc_up(cc)) | cc_parity(r) |
           ((a ^ b ^ r) & CC_A);
}

static inline uint32_t cc_compute_inline(const CCState *cc)
{
    CCKind kind = CC_OP_KIND(cc->op);
    IRType t = CC_OP_TYPE(cc->op);
    uint64_t mask = ir_type_mask(t);
    uint32_t f;
    if (1u << kind & CC_DIFFERENCES) {
        f = cc_of_difference(cc);
    } else if (kind == CC_EFLAGS) {
        f = cc->a & CC_ALL;
    } else if (kind == CC_AH) {
        f = (cc->a >> 8 & (CC_ALL & ~CC_O)) | (cc->a & 1 ? CC_O : 0);
    } else {
        f = compute_base(kind, t, cc->a & mask, cc->b & mask, cc->c & 1);
    }
    unsigned overlay = cc->op >> 18;
    if (overlay) {
        IRType ot = CC_OP_TYPE(cc->op >> 16);
        f = (f & CC_C) | flags_of_overlay(overlay, cc->r & ir_type_mask(ot), ot);
    }
    return f;
}

#endif
