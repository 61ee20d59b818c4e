/* Bits: fields, rotates, unaligned access, 128-bit quotients. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "util/bitops.h"
#include "util/int128.h"

FIELD(PTE, P, 0, 1)
FIELD(PTE, PFN, 12, 40)
FIELD(PTE, NX, 63, 1)

START_TEST(fields)
{
    uint64_t pte = UINT64_C(0x8000123456789001);
    ck_assert_uint_eq(FIELD_GET(pte, PTE, P), 1);
    ck_assert_uint_eq(FIELD_GET(pte, PTE, PFN), UINT64_C(0x0123456789));
    ck_assert_uint_eq(FIELD_GET(pte, PTE, NX), 1);
    ck_assert_uint_eq(FIELD_MASK(PTE, PFN), UINT64_C(0x000ffffffffff000));
    ck_assert_uint_eq(FIELD_SET(pte, PTE, PFN, ~UINT64_C(0)),
                      UINT64_C(0x800ffffffffff001));
    ck_assert_uint_eq(FIELD_SET(pte, PTE, NX, 0), UINT64_C(0x0000123456789001));
    ck_assert_int_eq(sextract64(0x80, 4, 4), -8);
    ck_assert_int_eq(sign_extend(0x7f, 8), 127);
    ck_assert_int_eq(sign_extend(UINT64_MAX, 64), -1);
    ck_assert_uint_eq(deposit32(UINT32_MAX, 8, 8, 0), 0xffff00ff);
}
END_TEST

START_TEST(rotates)
{
    Rand r = {1};
    for (unsigned n = 0; n < 200; n++) {
        uint64_t v = rand_u64(&r);
        unsigned n8 = n & 7, n64 = n & 63;
        uint8_t v8 = v;
        ck_assert_uint_eq(rol8(v8, n), (uint8_t)((v8 * 0x101u << n8) >> 8));
        ck_assert_uint_eq(ror8(v8, n), (uint8_t)(v8 * 0x101u >> n8));
        ck_assert_uint_eq(ror16(rol16(v, n), n), (uint16_t)v);
        ck_assert_uint_eq(rol32(v, n), (uint32_t)(((v & UINT32_MAX) << (n & 31)) |
                                                  ((v & UINT32_MAX) >> (32 - (n & 31)))));
        ck_assert_uint_eq(rol64(v, n), (uint64_t)(u128_make(v, v) << n64 >> 64));
        ck_assert_uint_eq(ror64(v, n), (uint64_t)(u128_make(v, v) >> n64));
    }
}
END_TEST

START_TEST(counts)
{
    ck_assert_uint_eq(clz32(0), 32);
    ck_assert_uint_eq(clz64(0), 64);
    ck_assert_uint_eq(ctz32(0), 32);
    ck_assert_uint_eq(ctz64(0), 64);
    for (unsigned i = 0; i < 64; i++) {
        ck_assert_uint_eq(clz64(BIT64(i)), 63 - i);
        ck_assert_uint_eq(ctz64(BIT64(i)), i);
        ck_assert_uint_eq(pow2_floor(BIT64(i) | 1), i ? BIT64(i) : 1);
        ck_assert(is_power_of_2(BIT64(i)));
    }
    ck_assert(!is_power_of_2(0) && !is_power_of_2(6));
    ck_assert_uint_eq(pow2_floor(0), 0);
}
END_TEST

START_TEST(unaligned)
{
    uint8_t buf[12] = {0};
    stq_le_p(buf + 1, UINT64_C(0x1122334455667788));
    ck_assert_uint_eq(buf[1], 0x88);
    ck_assert_uint_eq(buf[8], 0x11);
    ck_assert_uint_eq(ldl_be_p(buf + 1), 0x88776655);
    ck_assert_uint_eq(ldw_le_p(buf + 3), 0x5566);
    for (unsigned size = 1; size <= 8; size *= 2) {
        stn_le_p(buf + 3, size, UINT64_C(0xa1a2a3a4a5a6a7a8));
        ck_assert_uint_eq(ldn_le_p(buf + 3, size),
                          extract64(UINT64_C(0xa1a2a3a4a5a6a7a8), 0, size * 8));
    }
}
END_TEST

static uint64_t edge_or_random(Rand *r)
{
    static const uint64_t edges[] = {0, 1, 2, INT64_MAX, BIT64(63), UINT64_MAX};
    unsigned n = rand_below(r, ARRAY_SIZE(edges) * 2);
    return n < ARRAY_SIZE(edges) ? edges[n] : rand_u64(r) >> rand_below(r, 64);
}

/* Division is checked by its definition: n = q * d + r, |r| < |d|, r has n's sign. */
START_TEST(divisions)
{
    Rand r = {1};
    unsigned done = 0;
    for (int i = 0; i < 20000; i++) {
        uint64_t lo = edge_or_random(&r), hi = edge_or_random(&r), d = edge_or_random(&r);
        uint64_t q = 1, m = 2;
        u128 n = u128_make(lo, hi);
        bool fits = d && hi < d;
        CHECK(divu128(&q, &m, n, d) == fits);
        if (fits) {
            CHECK((u128)q * d + m == n && m < d);
        } else {
            CHECK(q == 1 && m == 2);
        }
        int64_t sq, sm;
        if (divs128(&sq, &sm, n, d)) {
            CHECK((i128)sq * (int64_t)d + sm == (i128)n);
            u128 am = sm < 0 ? -(u128)sm : (u128)sm;
            u128 ad = (int64_t)d < 0 ? -(u128)(int64_t)d : (u128)d;
            CHECK(am < ad && (sm == 0 || (sm < 0) == ((i128)n < 0)));
            done++;
        } else if (d) {
            i128 whole = (i128)n == (i128)((u128)1 << 127) && d == UINT64_MAX
                             ? INT64_MAX + (i128)1
                             : (i128)n / (int64_t)d;
            CHECK(whole > INT64_MAX || whole < INT64_MIN);
        }
    }
    ck_assert_uint_gt(done, 1000);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, fields);
    tcase_add_test(tc, rotates);
    tcase_add_test(tc, counts);
    tcase_add_test(tc, unaligned);
    tcase_add_test(tc, divisions);
}

int main(void)
{
    return unit_main("bits", add_tests);
}
