/* The aarch64 back end's order of guest accesses: barriers or ordered accesses where
 * there are several vCPUs, none where there is one. An emulator on x86 cannot show a
 * missing one.
 */
/* SPDX-License-Identifier: MIT */
#include "tcg/aarch64-enc.h"
#include "tests/ir/machine.h"
#include "tests/unit/unit.h"
#include "util/bitops.h"
#include "util/host.h"

static const char unit[] = "tb 0x1000 {\n"
                           "    t0 = ld.i64.u64 [rax]\n"
                           "    rbx = mov.i64 t0\n"
                           "    st.i32.u32 [rcx], rbx\n"
                           "    t1 = at_xchg.i64.u64 [rdx], rbx\n"
                           "    rsi = mov.i64 t1\n"
                           "    exit_tb 0\n"
                           "}\n";

/* Kinds of code: who looks at guest memory, whether there is a TLB, what the host has. */
typedef struct Kind {
    bool ordered, direct, unaligned;
    uint64_t features;
} Kind;

#define HAS(name) BIT64(HOST_ARM_##name)

/* The words of the unit's hot code that order something, in their order; the barriers,
 * and acquiring and releasing accesses without address and registers. */
static unsigned ordering(Kind k, uint32_t *to, unsigned max)
{
    static const struct {
        uint32_t mask, word;
    } kinds[] = {
        {0xfffff0ff, DMB_ISH & 0xfffff0ff}, /* and its weaker forms */
        {0xfffffc00, LDAPR | 3u << 30    },
        {0xfffffc00, STLR | 2u << 30     },
        {0xffe00c00, 0xd9400000          }, /* ldapur x */
        {0xffe00c00, 0x99000000          }, /* stlur w */
        {0xffe0fc00, SWPAL | 3u << 30    },
        {0xfffffc00, LDAXR | 3u << 30    },
        {0xffe0fc00, STLXR | 3u << 30    },
    };
    host_fix_features(k.features);
    Machine *m = machine_new(tcg_native_backend);
    GuestDesc g = machine_guest;
    TCGCode code;
    unsigned n = 0;
    g.ordered = k.ordered;
    g.direct = k.direct;
    ck_assert(machine_parse(m, unit, NULL));
    m->s->guest = &g;
    m->s->unaligned = k.unaligned;
    tcg_optimize(m->s);
    ck_assert(m->backend->gen_code(m->s, m->buf, &code));
    for (unsigned at = 0; at < code.hot_size; at += 4) {
        uint32_t w = ldl_he_p((const uint8_t *)code.entry + at);
        for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
            if ((w & kinds[i].mask) == kinds[i].word && n < max) {
                to[n++] = i ? kinds[i].word : w;
            }
        }
    }
    machine_free(m);
    return n;
}

#define CHECK_ORDER(kind, ...)                                           \
    do {                                                                 \
        const uint32_t want[] = {__VA_ARGS__};                           \
        uint32_t found[12];                                              \
        unsigned n = ordering(kind, found, ARRAY_SIZE(found));           \
        ck_assert_uint_eq(n, ARRAY_SIZE(want));                          \
        for (unsigned i = 0; i < n; i++) {                               \
            ck_assert_msg(found[i] == want[i], "%u: %08x", i, found[i]); \
        }                                                                \
    } while (0)

#define LDAXR_X  ((uint32_t)LDAXR | 3u << 30)
#define STLXR_X  ((uint32_t)STLXR | 3u << 30)
#define SWPAL_X  ((uint32_t)SWPAL | 3u << 30)
#define LDAPR_X  ((uint32_t)LDAPR | 3u << 30)
#define STLR_W   ((uint32_t)STLR | 2u << 30)
#define LDAPUR_X 0xd9400000u
#define STLUR_W  0x99000000u

/* An exchange is atomic for other programs, too. */
START_TEST(test_one_vcpu)
{
    Kind k = {.features = HAS(LSE) | HAS(LRCPC)};
    CHECK_ORDER(k, SWPAL_X);
    k.features = 0;
    CHECK_ORDER(k, LDAXR_X, STLXR_X);
}
END_TEST

START_TEST(test_barriers)
{
    Kind k = {.ordered = true, .features = 0};
    CHECK_ORDER(k, DMB_ISHLD, DMB_ISHST, LDAXR_X, STLXR_X, DMB_ISH);
    k.features = HAS(LSE) | HAS(LRCPC);
    CHECK_ORDER(k, DMB_ISHLD, DMB_ISHST, SWPAL_X);
}
END_TEST

START_TEST(test_ordered_accesses)
{
    Kind k = {.ordered = true, .direct = true, .features = HAS(LSE) | HAS(LRCPC)};
    CHECK_ORDER(k, LDAPR_X, STLR_W, SWPAL_X);
    k.features |= HAS(LRCPC2);
    CHECK_ORDER(k, LDAPUR_X, STLUR_W, SWPAL_X);
    k.unaligned = true;
    CHECK_ORDER(k, DMB_ISHLD, DMB_ISHST, SWPAL_X);
    k.unaligned = false;
    k.features = HAS(LSE);
    CHECK_ORDER(k, DMB_ISHLD, DMB_ISHST, SWPAL_X);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_one_vcpu);
    tcase_add_test(tc, test_barriers);
    tcase_add_test(tc, test_ordered_accesses);
}

int main(void)
{
    return unit_main("aarch64-order", add_tests);
}
