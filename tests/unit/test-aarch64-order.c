/* The aarch64 back end's order of guest accesses: barriers where there are several vCPUs,
 * none where there is one. An emulator on x86 cannot show a missing one.
 */
/* SPDX-License-Identifier: MIT */
#include "tcg/aarch64-enc.h"
#include "tests/ir/machine.h"
#include "tests/unit/unit.h"

static const char unit[] = "tb 0x1000 {\n"
                           "    t0 = ld.i64.u64 [rax]\n"
                           "    rbx = mov.i64 t0\n"
                           "    st.i32.u32 [rcx], rbx\n"
                           "    t1 = at_xchg.i64.u64 [rdx], rbx\n"
                           "    rsi = mov.i64 t1\n"
                           "    exit_tb 0\n"
                           "}\n";

/* The barriers of the unit's code, in their order. */
static unsigned barriers(bool ordered, uint32_t *to, unsigned max)
{
    Machine *m = machine_new(tcg_native_backend);
    GuestDesc g = machine_guest;
    TCGCode code;
    unsigned n = 0;
    g.ordered = ordered;
    ck_assert(machine_parse(m, unit, NULL));
    m->s->guest = &g;
    tcg_optimize(m->s);
    ck_assert(m->backend->gen_code(m->s, m->buf, &code));
    for (unsigned at = 0; at < code.hot_size; at += 4) {
        uint32_t w = ldl_he_p((const uint8_t *)code.entry + at);
        if ((w & 0xfffff0ff) == (DMB_ISH & 0xfffff0ff) && n < max) {
            to[n++] = w;
        }
    }
    machine_free(m);
    return n;
}

START_TEST(test_one_vcpu)
{
    uint32_t found[8];
    ck_assert_uint_eq(barriers(false, found, 8), 0);
}
END_TEST

START_TEST(test_several_vcpus)
{
    uint32_t found[8];
    ck_assert_uint_eq(barriers(true, found, 8), 3);
    ck_assert_uint_eq(found[0], (uint32_t)DMB_ISHLD);
    ck_assert_uint_eq(found[1], (uint32_t)DMB_ISHST);
    ck_assert_uint_eq(found[2], (uint32_t)DMB_ISH);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_one_vcpu);
    tcase_add_test(tc, test_several_vcpus);
}

int main(void)
{
    return unit_main("aarch64-order", add_tests);
}
