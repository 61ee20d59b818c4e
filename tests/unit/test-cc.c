/* cc_compute() at 8 bits for all operands and at the other widths for random ones,
 * against sums in wide integers. */
/* SPDX-License-Identifier: MIT */
#include "tcg/cc.h"
#include "tests/unit/unit.h"
#include "util/bitops.h"

enum { NR_RANDOM = 20000 };

/* By the words of the manual: SDM vol. 1, 3.4.3.1. */
static uint32_t naive_result(uint64_t r, IRType t)
{
    uint32_t f = 0;
    int ones = 0;
    for (int i = 0; i < 8; i++) {
        ones += r >> i & 1;
    }
    r &= ir_type_mask(t);
    f |= ones % 2 == 0 ? CC_P : 0;
    f |= r == 0 ? CC_Z : 0;
    f |= r >> (ir_type_bits(t) - 1) ? CC_S : 0;
    return f;
}

static __int128 as_signed(uint64_t v, IRType t)
{
    int shift = 64 - ir_type_bits(t);
    return (int64_t)(v << shift) >> shift;
}

/* x + y + c, or x - y - c when `minus`. */
static uint32_t naive_sum(uint64_t x, uint64_t y, unsigned c, bool minus, IRType t)
{
    uint64_t mask = ir_type_mask(t);
    __int128 u = minus ? (__int128)(x & mask) - (y & mask) - c
                       : (__int128)(x & mask) + (y & mask) + c;
    __int128 s = minus ? as_signed(x, t) - as_signed(y, t) - c
                       : as_signed(x, t) + as_signed(y, t) + c;
    int nibble = minus ? (int)(x & 15) - (int)(y & 15) - (int)c
                       : (int)(x & 15) + (int)(y & 15) + (int)c;
    uint32_t f = naive_result((uint64_t)u, t);
    f |= u < 0 || u > (__int128)mask ? CC_C : 0;
    f |= s != as_signed((uint64_t)s, t) ? CC_O : 0;
    f |= nibble < 0 || nibble > 15 ? CC_A : 0;
    return f;
}

static void check(CCKind kind, IRType t, uint64_t a, uint64_t b, uint64_t c,
                  uint32_t want)
{
    CCState cc = {.op = CC_OP(kind, t), .a = a, .b = b, .c = c};
    uint32_t got = cc_compute(&cc);
    if (got != want) {
        ck_abort_msg("kind %d type %d a=%" PRIx64 " b=%" PRIx64 " c=%" PRIx64
                     ": %x, not %x",
                     kind, t, a, b, c, got, want);
    }
}

static void check_arith(uint64_t x, uint64_t y, unsigned c, IRType t)
{
    check(CC_ADC, t, x + y + c, y, c, naive_sum(x, y, c, false, t));
    check(CC_SBB, t, x - y - c, y, c, naive_sum(x, y, c, true, t));
    if (c == 0) {
        check(CC_ADD, t, x + y, y, 0, naive_sum(x, y, 0, false, t));
        check(CC_SUB, t, x - y, y, 0, naive_sum(x, y, 0, true, t));
        check(CC_CMP, t, x, y, 0, naive_sum(x, y, 0, true, t));
        check(CC_LOGIC, t, x & y, 0, 0, naive_result(x & y, t));
        __int128 p = as_signed(x, t) * as_signed(y, t);
        bool fits = p == as_signed((uint64_t)p, t);
        /* the other bits of b say nothing */
        check(CC_MUL, t, (uint64_t)p, (y & ~UINT64_C(1)) | !fits, 0,
              naive_result((uint64_t)p, t) | (fits ? 0 : CC_C | CC_O));
    }
}

/* Shift by one bit at a time; OF by the rule for one bit, AF 0. */
static void check_shifts(uint64_t x, unsigned count, IRType t)
{
    unsigned top = ir_type_bits(t) - 1;
    uint64_t mask = ir_type_mask(t);
    uint64_t left = x << (count - 1), l = left << 1 & mask;
    uint64_t right = (x & mask) >> (count - 1), r = right >> 1;
    uint64_t sright = (uint64_t)(as_signed(x, t) >> (count - 1)),
             s = (sright & mask) >> 1 | (sright >> top << top);
    bool c = left >> top & 1;
    check(CC_SHL, t, l, left, 0,
          naive_result(l, t) | (c ? CC_C : 0) | (c != (l >> top & 1) ? CC_O : 0));
    bool of = count == 1 && (x >> top & 1);
    check(CC_SAR, t, r, right, 0,
          naive_result(r, t) | (right & 1 ? CC_C : 0) | (of ? CC_O : 0));
    check(CC_SAR, t, s & mask, sright, 0, naive_result(s, t) | (sright & 1 ? CC_C : 0));
}

static void check_overlay(uint64_t x, IRType t)
{
    for (unsigned carry = 0; carry < 2; carry++) {
        CCState cc = {.op = CC_OP(CC_EFLAGS, 0), .a = carry ? CC_ALL : CC_ALL & ~CC_C};
        for (int dec = 0; dec < 2; dec++) {
            cc.op = CC_OP(CC_EFLAGS, 0) | CC_OP_OVERLAY(dec ? CC_OV_DEC : CC_OV_INC, t);
            cc.r = dec ? x - 1 : x + 1;
            uint32_t want = (naive_sum(x, 1, 0, dec, t) & ~CC_C) | (carry ? CC_C : 0);
            ck_assert_uint_eq(cc_compute(&cc), want);
        }
    }
}

START_TEST(test_bytes)
{
    for (unsigned x = 0; x < 256; x++) {
        for (unsigned y = 0; y < 256; y++) {
            check_arith(x, y, 0, IR_I8);
            check_arith(x, y, 1, IR_I8);
        }
        for (unsigned n = 1; n <= 8; n++) {
            check_shifts(x, n, IR_I8);
        }
        check_overlay(x, IR_I8);
    }
}
END_TEST

/* Powers of two and their neighbours, small numbers, and anything. */
static uint64_t edge(Rand *r)
{
    uint64_t v = UINT64_C(1) << rand_below(r, 64);
    switch (rand_below(r, 4)) {
    case 0:
        return v - 1 + rand_below(r, 3);
    case 1:
        return -v - 1 + rand_below(r, 3);
    case 2:
        return rand_below(r, 3) - 1;
    default:
        return rand_u64(r);
    }
}

/* CF and OF: the product is not that of the low half alone. */
static void check_mul(uint64_t x, uint64_t y, IRType t)
{
    unsigned bits = ir_type_bits(t);
    x &= ir_type_mask(t);
    y &= ir_type_mask(t);
    unsigned __int128 p = (unsigned __int128)x * y;
    CCState cc = {.op = CC_OP(CC_MULU, t), .a = p, .b = p >> bits};
    uint32_t wide = p > ir_type_mask(t) ? CC_C | CC_O : 0;
    ck_assert_uint_eq(cc_compute(&cc), cc_of_result(p, t) | wide);
    __int128 q = (__int128)sign_extend(x, bits) * sign_extend(y, bits);
    cc = (CCState){.op = CC_OP(CC_MULS, t), .a = q, .b = q >> bits};
    wide = q != sign_extend((uint64_t)q, bits) ? CC_C | CC_O : 0;
    ck_assert_uint_eq(cc_compute(&cc), cc_of_result(q, t) | wide);
}

START_TEST(test_widths)
{
    Rand r = {12345};
    for (unsigned i = 0; i < NR_RANDOM; i++) {
        IRType t = i % 4;
        uint64_t x = edge(&r), y = edge(&r);
        check_arith(x, y, 0, t);
        check_arith(x, y, 1, t);
        check_shifts(x, 1 + rand_below(&r, ir_type_bits(t)), t);
        check_overlay(x, t);
        check_mul(x, y, t);
    }
}
END_TEST

/* The base's type and the overlay's are independent; EFLAGS ignores bits that are no
 * flags. */
START_TEST(test_mixed)
{
    CCState cc = {
        .op = CC_OP(CC_SUB, IR_I64) | CC_OP_OVERLAY(CC_OV_DEC, IR_I8),
        .a = -1, /* 0 - 1: borrow */
        .b = 1,
        .r = 0xff7f, /* 0x80 - 1 as a byte */
    };
    ck_assert_uint_eq(cc_compute(&cc), CC_C | CC_O | CC_A);
    cc = (CCState){.op = CC_OP(CC_EFLAGS, 0), .a = UINT64_MAX};
    ck_assert_uint_eq(cc_compute(&cc), CC_ALL);
    cc = (CCState){.op = CC_OP(CC_AH, 0), .a = UINT64_MAX << 8};
    ck_assert_uint_eq(cc_compute(&cc), CC_ALL & ~CC_O);
    cc.a = 1 | CC_Z << 8;
    ck_assert_uint_eq(cc_compute(&cc), CC_O | CC_Z);
    cc.op |= CC_OP_OVERLAY(CC_OV_INC, IR_I8);
    ck_assert_uint_eq(cc_compute(&cc) & CC_C, 0);
}
END_TEST

/* SDM vol. 1, appendix B. */
static bool naive_cond(uint32_t f, Cond cond)
{
    bool c = f & CC_C, z = f & CC_Z, s = f & CC_S, o = f & CC_O, p = f & CC_P;
    const bool holds[] = {
        o, !o, c, !c, z,      !z,     c || z,      !(c || z),
        s, !s, p, !p, s != o, s == o, z || s != o, !z && s == o,
    };
    return holds[cond];
}

START_TEST(test_conditions)
{
    for (uint32_t f = 0; f <= CC_ALL; f++) {
        for (Cond c = COND_O; c <= COND_G; c++) {
            ck_assert_int_eq(cc_test(f, c), naive_cond(f, c));
            ck_assert_int_eq(cc_test(f, c), cc_test(f & cc_of_cond(c), c));
        }
    }
    /* A flag that cc_of_cond() names makes a difference somewhere. */
    for (Cond c = COND_O; c <= COND_G; c++) {
        uint32_t matters = 0;
        for (uint32_t f = 0; f <= CC_ALL; f++) {
            for (uint32_t bit = 1; bit <= CC_O; bit <<= 1) {
                matters |= cc_test(f, c) != cc_test(f ^ bit, c) ? bit : 0;
            }
        }
        ck_assert_uint_eq(matters, cc_of_cond(c));
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_bytes);
    tcase_add_test(tc, test_widths);
    tcase_add_test(tc, test_mixed);
    tcase_add_test(tc, test_conditions);
}

int main(void)
{
    return unit_main("cc", add_tests);
}
