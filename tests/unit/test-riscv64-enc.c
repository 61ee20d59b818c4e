/* The encoder of RV64 instructions: words that an assembler made, constants. */
/* SPDX-License-Identifier: MIT */
#include "tcg/riscv64-enc.h"
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
#include "tests/unit/rv64-insns.def"
}
END_TEST

/* Runs lui, addi, addiw and slli of one register. */
static uint64_t run_moves(const uint8_t *p, const uint8_t *end)
{
    uint64_t v = 0;
    for (; p < end; p += 4) {
        uint32_t w = ldl_he_p(p), d = w >> 7 & 31, n = w >> 15 & 31;
        int64_t imm = (int32_t)w >> 20;
        CHECK(d == 9);
        switch (w & 0x707f) {
        case ADDI:
            CHECK(n == 9 || n == ZERO);
            v = (n == ZERO ? 0 : v) + (uint64_t)imm;
            break;
        case ADDIW:
            CHECK(n == 9);
            v = (uint64_t)(int64_t)(int32_t)(v + (uint64_t)imm);
            break;
        case SLLI:
            CHECK(n == 9 && w >> 26 == 0);
            v <<= imm;
            break;
        default:
            CHECK((w & 0x7f) == LUI);
            v = (uint64_t)(int64_t)(int32_t)(w & 0xfffff000);
        }
    }
    return v;
}

START_TEST(test_constants)
{
    static const uint64_t edges[] = {0,
                                     2047,
                                     2048,
                                     0x7ffff7ff,
                                     0x7ffff800,
                                     INT32_MAX,
                                     UINT32_MAX,
                                     UINT64_C(1) << 31,
                                     UINT64_C(1) << 32,
                                     UINT64_C(1) << 63,
                                     INT64_MAX,
                                     INT64_MAX - 0x800};
    Rand r = {78};
    uint8_t buf[32];
    for (unsigned i = 0; i < 200000; i++) {
        uint64_t v = rand_u64(&r);
        if (i < 4 * ARRAY_SIZE(edges)) {
            v = edges[i / 4];
            v = i & 1 ? -v : v;
            v = i & 2 ? v - 1 : v;
        } else {
            v = (uint64_t)((int64_t)v >> (i & 63)) << (i >> 6 & 63);
        }
        Asm a = {buf, buf + sizeof buf};
        asm_movi(&a, 9, (int64_t)v);
        CHECK(a.p <= buf + 32);
        CHECK(run_moves(buf, a.p) == v);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_words);
    tcase_add_test(tc, test_constants);
}

int main(void)
{
    return unit_main("riscv64-enc", add_tests);
}
