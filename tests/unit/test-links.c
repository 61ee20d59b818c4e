/* Exits linked to units near and far, by every kind of branch, and unlinked again. */
/* SPDX-License-Identifier: MIT */
#include "tcg/backend-internal.h"
#include "tests/ir/machine.h"
#include "tests/unit/unit.h"

/* A conditional branch to an exit, which may be that branch itself. With 0 in rax and rbx
 * it is not taken, with MIN in rax it is. */
#define UNIT(branch)                  \
    "tb 0x1000 {\n"                   \
    "    " branch "\n"                \
    "    exit_link 0, 0x2000, none\n" \
    "  L0:\n"                         \
    "    exit_link 1, 0x3000, none\n" \
    "}\n"
static const char *const units[] = {
    UNIT("brcond.i64.ne rax, rbx, L0"),
    UNIT("brcond.i64.ne rax, $0, L0"),
    UNIT("brcond.i64.l rax, $0, L0"),
};

static void make(Machine *m, const char *text, TCGCode *code)
{
    GError *err = NULL;
    ck_assert_msg(machine_parse(m, text, &err), "%s", err ? err->message : "");
    tcg_optimize(m->s);
    ck_assert(m->backend->gen_code(m->s, m->buf, code));
}

/* How the unit is left when the branch is taken, or not. */
static uint64_t run(Machine *m, const TCGCode *code, bool taken)
{
    machine_fill(m, 1);
    m->env.gpr[0] = taken ? (uint64_t)INT64_MIN : 0;
    m->env.gpr[3] = 0;
    return m->backend->enter(m->env.gpr, code->entry).reason;
}

/* The other unit begins `distance` bytes behind the one that leads to it. */
static void check_links(const char *text, size_t distance)
{
    Machine *m = machine_new(tcg_native_backend);
    TCGCode from, to;
    make(m, text, &from);
    m->buf->used += distance;
    make(m, "tb 0x3000 {\n    exit_tb 5\n}\n", &to);
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned slot = 0; slot < 2; slot++) {
            ck_assert_uint_eq(run(m, &from, slot), TCG_EXIT_LINK + slot);
            m->backend->link(m->buf, &from, slot, to.entry);
            ck_assert_uint_eq(run(m, &from, slot), TCG_EXIT_TB + 5);
            ck_assert_uint_eq(run(m, &from, !slot), TCG_EXIT_LINK + !slot);
            m->backend->link(m->buf, &from, slot, NULL);
        }
    }
    machine_free(m);
}

START_TEST(test_links)
{
    static const size_t distances[] = {0, 64 << 10, 2 << 20};
    for (unsigned i = 0; i < ARRAY_SIZE(units); i++) {
        for (unsigned k = 0; k < ARRAY_SIZE(distances); k++) {
            check_links(units[i], distances[k]);
        }
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_links);
}

int main(void)
{
    return unit_main("links", add_tests);
}
