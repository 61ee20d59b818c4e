/* The encoder of A64 instructions: words that an assembler made, immediates, distances.
 */
/* SPDX-License-Identifier: MIT */
#include "tcg/aarch64-simd-enc.h"
#include "tests/unit/unit.h"

START_TEST(test_words)
{
    uint8_t buf[64];
    Asm asm_ = {buf, buf + sizeof buf}, *a = &asm_;
#define INSN(word, text, call)                                                        \
    a->p = buf;                                                                       \
    call;                                                                             \
    ck_assert_msg(a->p == buf + 4, "%s: %zd bytes", text, a->p - buf);                \
    ck_assert_msg(ldl_he_p(buf) == (word), "%s: %08x, not %08x", text, ldl_he_p(buf), \
                  (unsigned)(word));
#include "tests/unit/a64-insns.def"
}
END_TEST

/* What the fields of a logical immediate stand for; Arm ARM, DecodeBitMasks(). */
static uint64_t logical_value(uint32_t fields, bool is64)
{
    unsigned n = fields >> 22 & 1, immr = fields >> 16 & 63, imms = fields >> 10 & 63;
    unsigned len = 31 - (unsigned)__builtin_clz(n << 6 | (~imms & 63)), size = 1u << len;
    unsigned s = imms & (size - 1), r = immr & (size - 1);
    uint64_t v = 0;
    for (unsigned i = 0; i < (is64 ? 64u : 32u); i++) {
        v |= (uint64_t)((i + r) % size <= s) << i;
    }
    return v;
}

/* All 5,334 immediates are found again, and nothing else is taken for one. */
START_TEST(test_logical)
{
    unsigned n = 0;
    for (unsigned size = 2; size <= 64; size *= 2) {
        for (unsigned ones = 1; ones < size; ones++) {
            for (unsigned r = 0; r < size; r++, n++) {
                uint64_t v = 0;
                for (unsigned i = 0; i < 64; i++) {
                    v |= (uint64_t)((i + r) % size < ones) << i;
                }
                uint32_t f = logical_imm(IR_I64, v);
                CHECK(f != NO_IMM && logical_value(f, true) == v);
                f = logical_imm(IR_I32, v);
                CHECK(size == 64 ? f == NO_IMM || logical_value(f, false) == (uint32_t)v
                                 : f != NO_IMM && logical_value(f, false) == (uint32_t)v);
            }
        }
    }
    ck_assert_uint_eq(n, 5334);
    CHECK(logical_imm(IR_I64, 0) == NO_IMM);
    CHECK(logical_imm(IR_I64, UINT64_MAX) == NO_IMM);
    CHECK(logical_imm(IR_I32, UINT32_MAX) == NO_IMM);
    CHECK(logical_imm(IR_I64, 5) == NO_IMM && logical_imm(IR_I64, 0x41) == NO_IMM);
    CHECK(logical_imm(IR_I64, 0xff00ff01) == NO_IMM);
}
END_TEST

/* Runs movz, movn, movk, and orr of an immediate with XZR. */
static uint64_t run_moves(const uint8_t *p, const uint8_t *end)
{
    uint64_t v = 0;
    for (; p < end; p += 4) {
        uint32_t w = ldl_he_p(p), imm = w >> 5 & 0xffff;
        unsigned at = (w >> 21 & 3) * 16;
        bool is64 = w >> 31;
        switch (w >> 23 & 0xff) {
        case 0xa5:
            v = (uint64_t)imm << at;
            break;
        case 0x25:
            v = ~((uint64_t)imm << at);
            break;
        case 0xe5:
            v = (v & ~(UINT64_C(0xffff) << at)) | (uint64_t)imm << at;
            break;
        default:
            CHECK((w & 0x7f8003e0) == 0x320003e0);
            v = logical_value(w, is64);
        }
        v = is64 ? v : (uint32_t)v;
    }
    return v;
}

START_TEST(test_constants)
{
    Rand r = {77};
    uint8_t buf[16];
    for (unsigned i = 0; i < 200000; i++) {
        uint64_t v = rand_u64(&r);
        for (unsigned k = 0; k < 4; k++) { /* some parts all zeros or all ones */
            uint64_t mask = UINT64_C(0xffff) << 16 * k;
            v = i >> 2 * k & 1 ? (i >> (2 * k + 1) & 1 ? v | mask : v & ~mask) : v;
        }
        Asm a = {buf, buf + sizeof buf};
        asm_movi(&a, 9, v);
        CHECK(a.p <= buf + 16 && run_moves(buf, a.p) == v);
    }
}
END_TEST

START_TEST(test_branches)
{
    static const struct {
        uint32_t insn;
        ptrdiff_t first, last;
    } rows[] = {
        {B,                     -0x8000000, 0x7fffffc},
        {BL,                    -0x8000000, 0x7fffffc},
        {B_COND | A_GT,         -0x100000,  0xffffc  },
        {CBNZ | 7,              -0x100000,  0xffffc  },
        {TBZ | 3u << 19,        -0x8000,    0x7ffc   },
        {TBNZ | (1u << 31) | 9, -0x8000,    0x7ffc   },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        CHECK(branch_fits(rows[i].insn, rows[i].first));
        CHECK(branch_fits(rows[i].insn, rows[i].last));
        CHECK(!branch_fits(rows[i].insn, rows[i].first - 4));
        CHECK(!branch_fits(rows[i].insn, rows[i].last + 4));
        uint32_t there = branch_word(rows[i].insn, rows[i].last);
        CHECK(branch_word(there, 0) == rows[i].insn); /* patched as often as one likes */
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_words);
    tcase_add_test(tc, test_logical);
    tcase_add_test(tc, test_constants);
    tcase_add_test(tc, test_branches);
}

int main(void)
{
    return unit_main("aarch64-enc", add_tests);
}
