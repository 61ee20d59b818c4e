/* Computes the six arithmetic flags from recipes, and conditions from flags. */
/* SPDX-License-Identifier: MIT */
/*
 * Everything is done on values masked to the recipe's type. What x86 leaves undefined has
 * the value that the common processors give it where that is simple: AF is 0 after logic
 * and shifts; OF after a shift by more than 1 is by the rule for a shift by 1.
 */
#include "tcg/cc.h"

uint32_t cc_of_result(uint64_t r, IRType t)
{
    unsigned top = ir_type_bits(t) - 1;
    uint32_t f = __builtin_parity(r & 0xff) ? 0 : CC_P;
    f |= (r & ir_type_mask(t)) == 0 ? CC_Z : 0;
    f |= r >> top & 1 ? CC_S : 0;
    return f;
}

/* x + y (+ carry) = r: CF from the carry out, OF and AF from the operands' bits. */
static uint32_t flags_of_sum(uint64_t x, uint64_t y, uint64_t r, bool carry_out, IRType t)
{
    unsigned top = ir_type_bits(t) - 1;
    uint32_t f = cc_of_result(r, t) | (carry_out ? CC_C : 0);
    f |= (x ^ y ^ r) & CC_A;
    f |= ((x ^ r) & (y ^ r)) >> top & 1 ? CC_O : 0;
    return f;
}

/* x - y (- borrow) = r. */
static uint32_t flags_of_difference(uint64_t x, uint64_t y, uint64_t r, bool borrow_out,
                                    IRType t)
{
    unsigned top = ir_type_bits(t) - 1;
    uint32_t f = cc_of_result(r, t) | (borrow_out ? CC_C : 0);
    f |= (x ^ y ^ r) & CC_A;
    f |= ((x ^ y) & (x ^ r)) >> top & 1 ? CC_O : 0;
    return f;
}

static_assert(CC_A == 1 << 4, "the carry into bit 4 is AF's bit");

static uint32_t flags_of_overlay(unsigned kind, uint64_t r, IRType t)
{
    bool inc = kind == CC_OV_INC;
    return flags_of_sum(inc ? r - 1 : r + 1, inc ? 1 : ir_type_mask(t), r, false, t) ^
           (inc ? 0 : CC_A);
}

static uint32_t compute_base(CCKind kind, IRType t, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t mask = ir_type_mask(t), x;
    unsigned top = ir_type_bits(t) - 1;
    switch (kind) {
    case CC_ADD:
        return flags_of_sum((a - b) & mask, b, a, a < b, t);
    case CC_ADC:
        return flags_of_sum((a - b - c) & mask, b, a, c ? a <= b : a < b, t);
    case CC_SUB:
        x = (a + b) & mask;
        return flags_of_difference(x, b, a, x < b, t);
    case CC_CMP:
        return flags_of_difference(a, b, (a - b) & mask, a < b, t);
    case CC_SBB:
        x = (a + b + c) & mask;
        return flags_of_difference(x, b, a, c ? x <= b : x < b, t);
    case CC_LOGIC:
        return cc_of_result(a, t);
    case CC_SHL:
        return cc_of_result(a, t) | (b >> top & 1 ? CC_C : 0) |
               ((a ^ b) >> top & 1 ? CC_O : 0);
    case CC_SAR:
        return cc_of_result(a, t) | (b & 1 ? CC_C : 0) |
               ((a ^ a << 1) >> top & 1 ? CC_O : 0);
    case CC_MUL:
        return cc_of_result(a, t) | (b & 1 ? CC_C | CC_O : 0);
    case CC_MULS:
    case CC_MULU:
        x = kind == CC_MULS && a >> top & 1 ? mask : 0;
        return cc_of_result(a, t) | (b != x ? CC_C | CC_O : 0);
    default:
        return 0;
    }
}

uint32_t cc_compute(const CCState *cc)
{
    CCKind kind = CC_OP_KIND(cc->op);
    IRType t = CC_OP_TYPE(cc->op);
    uint64_t mask = ir_type_mask(t);
    uint32_t f;
    if (kind == CC_EFLAGS) {
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

bool cc_test(uint32_t eflags, Cond cond)
{
    bool less = !(eflags & CC_S) != !(eflags & CC_O);
    bool r = false;
    switch (cond >> 1) {
    case COND_O >> 1:
        r = eflags & CC_O;
        break;
    case COND_B >> 1:
        r = eflags & CC_C;
        break;
    case COND_E >> 1:
        r = eflags & CC_Z;
        break;
    case COND_BE >> 1:
        r = eflags & (CC_C | CC_Z);
        break;
    case COND_S >> 1:
        r = eflags & CC_S;
        break;
    case COND_P >> 1:
        r = eflags & CC_P;
        break;
    case COND_L >> 1:
        r = less;
        break;
    case COND_LE >> 1:
        r = less || (eflags & CC_Z);
        break;
    }
    return r != (cond & 1);
}

uint32_t cc_of_cond(Cond cond)
{
    static const uint16_t flags[] = {
        CC_O, CC_C, CC_Z, CC_C | CC_Z, CC_S, CC_P, CC_S | CC_O, CC_S | CC_O | CC_Z,
    };
    assert(cond <= COND_G);
    return flags[cond >> 1];
}
