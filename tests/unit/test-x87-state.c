/* target/x86/x87.c on any host: digests of states, images of the environment. */
/* SPDX-License-Identifier: MIT */
/*
 * The digests are recorded where test-x87.c, which compares with the processor, passed.
 * `record` as argument prints them for x87-digests.def.
 */
#include <stdio.h>

#include "tests/unit/unit.h"
#include "tests/unit/x87-machine.h"

#define DIGEST_CASES 2000

typedef struct Recorded {
    const char *name;
    uint64_t digest;
} Recorded;

static const Recorded recorded[] = {
#define DIGEST(name, digest) {#name, digest},
#include "tests/unit/x87-digests.def"
};

static uint64_t mix(uint64_t digest, uint64_t v)
{
    digest = (digest ^ v) * 0x9e3779b97f4a7c15;
    return digest ^ digest >> 29;
}

static uint64_t machine_digest(uint64_t digest, const Machine *m)
{
    for (int i = 0; i < 8; i++) {
        digest = mix(mix(digest, m->x.r[i].lo), m->x.r[i].hi);
    }
    for (int i = 0; i < MEM_SIZE; i++) {
        digest = mix(digest, m->mem[i]);
    }
    digest = mix(mix(digest, m->x.cw), m->x.sw);
    digest = mix(mix(digest, m->x.top), m->x.empty);
    return mix(digest, m->eflags);
}

static uint64_t insn_digest(const X87Insn *insn)
{
    Random r = {21};
    uint64_t digest = 0;
    for (int n = 0; n < DIGEST_CASES; n++) {
        Machine m = random_machine(&r, insn);
        insn->ours(&m.x, m.mem, m.i, &m.eflags);
        digest = machine_digest(digest, &m);
    }
    return digest;
}

START_TEST(digest)
{
    const X87Insn *insn = &insns[_i];
    for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
        if (strcmp(recorded[i].name, insn->name) == 0) {
            uint64_t d = insn_digest(insn);
            ck_assert_msg(d == recorded[i].digest, "%s: digest %#" PRIx64, insn->name, d);
            return;
        }
    }
    ck_abort_msg("%s has no recorded digest", insn->name);
}
END_TEST

/* A state whose fields can be told apart in an image. */
static X87State example_state(void)
{
    X87State x;
    memset(&x, 0, sizeof x);
    x87_init(&x);
    x.cw = 0x27f;
    x.sw = X87_SW_C3;
    x.top = 5;
    x.empty = 0x1f; /* ST(0) to ST(2) are in use */
    x.r[5] = (floatx80){(uint64_t)1 << 63, 0x3fff};
    x.r[6] = (floatx80){0, 0};
    x.r[7] = (floatx80){(uint64_t)1 << 63, 0x7fff};
    x.fip = 0x12345678;
    x.fdp = 0x9abcdef0;
    x.fcs = 0x10;
    x.fds = 0x18;
    x.fop = 0x5c1;
    return x;
}

/* SDM vol. 1, figures 8-9 to 8-12. */
START_TEST(environment_layout)
{
    static const struct {
        X87Format format;
        uint8_t image[28];
    } layouts[] = {
        {{.wide = true},               {0x7f, 0x02, 0xff, 0xff, 0x00, 0x68, 0xff, 0xff, 0xff, 0x93,
                          0xff, 0xff, 0x78, 0x56, 0x34, 0x12, 0x10, 0x00, 0xc1, 0x05,
                          0xf0, 0xde, 0xbc, 0x9a, 0x18, 0x00, 0xff, 0xff}},
        {{.wide = true, .real = true},
         {0x7f, 0x02, 0xff, 0xff, 0x00, 0x68, 0xff, 0xff, 0xff, 0x93,
          0xff, 0xff, 0x78, 0x56, 0x00, 0x00, 0xc1, 0x45, 0x23, 0x01,
          0xf0, 0xde, 0x00, 0x00, 0x00, 0xc0, 0xab, 0x09}                                        },
        {{.wide = false},
         {0x7f, 0x02, 0x00, 0x68, 0xff, 0x93, 0x78, 0x56, 0x10, 0x00, 0xf0, 0xde, 0x18,
          0x00}                                                                                  },
        {{.real = true},
         {0x7f, 0x02, 0x00, 0x68, 0xff, 0x93, 0x78, 0x56, 0xc1, 0x45, 0xf0, 0xde, 0x00,
          0xc0}                                                                                  },
    };
    X87State x = example_state(), back = x;
    uint8_t image[28];
    size_t size = X87_ENV_SIZE(layouts[_i].format.wide);
    x87_store_env(&x, layouts[_i].format, image);
    ck_assert_mem_eq(image, layouts[_i].image, size);

    back.cw = back.sw = 0;
    back.top = back.empty = 0;
    x87_load_env(&back, layouts[_i].format, image);
    ck_assert_uint_eq(back.cw, x.cw);
    ck_assert_uint_eq(x87_sw(&back), x87_sw(&x));
    ck_assert_uint_eq(back.empty, x.empty);
    ck_assert_uint_eq(back.fip & 0xffff, x.fip & 0xffff);
}
END_TEST

/* A load of flags that are unmasked makes them pending; masking them takes that back. */
START_TEST(pending)
{
    X87State x;
    memset(&x, 0, sizeof x);
    x87_init(&x);
    x87_arith(&x, X87_ADD, 0, 1, false); /* both are empty */
    ck_assert(!x87_exception_pending(&x));
    ck_assert_uint_eq(x87_sw(&x), FLOAT_INVALID | X87_SW_SF);
    x87_set_cw(&x, 0x37e);
    ck_assert(x87_exception_pending(&x));
    x87_mask_all(&x);
    ck_assert(!x87_exception_pending(&x));
}
END_TEST

/* SDM vol. 1, 9.5.1, 9.5.2 */
START_TEST(mmx_aliases)
{
    X87State x = example_state();
    x87_enter_mmx(&x);
    x87_set_mmx(&x, 3, 0x1122334455667788);
    ck_assert_uint_eq(x87_sw(&x) >> X87_SW_TOP_SHIFT & 7, 0);
    ck_assert_uint_eq(x.empty, 0);
    ck_assert_uint_eq(x.r[3].hi, 0xffff);
    ck_assert_uint_eq(x.r[3].lo, 0x1122334455667788);
}
END_TEST

static int print_digests(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(insns); i++) {
        char name[32];
        snprintf(name, sizeof name, "%s,", insns[i].name);
        printf("DIGEST(%-16s 0x%016" PRIx64 ")\n", name, insn_digest(&insns[i]));
    }
    return 0;
}

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, digest, 0, ARRAY_SIZE(insns));
    tcase_add_loop_test(tc, environment_layout, 0, 4);
    tcase_add_test(tc, pending);
    tcase_add_test(tc, mmx_aliases);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "record") == 0) {
        return print_digests();
    }
    return unit_main("x87-state", add_tests);
}
