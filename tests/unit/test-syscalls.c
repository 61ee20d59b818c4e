/* Tests of the tables of system calls: numbers, argument types, calls in terms of others.
 */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "linux-user/host-nr.h"
#include "tests/unit/unit.h"
#include "util/common.h"

enum { HOW_NONE, HOW_NOSYS, HOW_PASS, HOW_WAIT, HOW_OWN, HOW_LEAF, HOW_AS };

typedef struct Row {
    int nr, host_nr, how;
    const char *name, *args;
} Row;

static const Row rows[] = {
#define SYS(nr, name, how, result, ...) \
    {nr, HOST_NR_##name, HOW_##how, #name, #__VA_ARGS__},
#include "linux-user/syscalls.def"
};

#define CONST(n)          -1
#define ARG(k)            k
#define AS(old, new, ...) {#old, #new, {__VA_ARGS__}},

static const struct {
    const char *old, *new;
    int args[6];
} replacements[] = {
#include "linux-user/legacy.def"
};

static const Row *row_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static int nr_args(const Row *row)
{
    int n = row->args[0] != 0, depth = 0;
    for (const char *p = row->args; *p; p++) {
        depth += (*p == '(') - (*p == ')');
        n += *p == ',' && depth == 0;
    }
    return n;
}

START_TEST(numbers_ascend)
{
    for (size_t i = 1; i < ARRAY_SIZE(rows); i++) {
        ck_assert_msg(rows[i].nr > rows[i - 1].nr, "%s", rows[i].name);
    }
    /* Linux 6.1 has 0 to 334 and 424 to 450. */
    ck_assert_uint_eq(ARRAY_SIZE(rows), 335 + 27);
    ck_assert_int_eq(rows[334].nr, 334);
    ck_assert_int_eq(rows[335].nr, 424);
    ck_assert_int_eq(rows[ARRAY_SIZE(rows) - 1].nr, 450);
}
END_TEST

#ifdef __x86_64__
/* The names belong to their numbers: the C library's headers say the same. */
START_TEST(numbers_are_the_hosts)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ck_assert_msg(rows[i].host_nr == rows[i].nr || rows[i].host_nr == -1, "%s is %d",
                      rows[i].name, rows[i].host_nr);
    }
}
END_TEST
#endif

/* An argument that names another one names one that there is. */
START_TEST(references)
{
    static const char *const types[] = {"_A(",     "_N(",      "_X(",      "_L(",
                                        "IOV_IN(", "IOV_OUT(", "POLLFDS(", "SOCKADDR("};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int n = nr_args(&rows[i]);
        ck_assert_msg(n <= 6, "%s", rows[i].name);
        for (size_t k = 0; k < ARRAY_SIZE(types); k++) {
            const char *p = strstr(rows[i].args, types[k]);
            if (p) {
                ck_assert_msg(atoi(p + strlen(types[k])) < n, "%s: %s", rows[i].name, p);
            }
        }
    }
}
END_TEST

/* Each row that says AS has one replacement, which is no AS itself and fits. */
START_TEST(replacements_fit)
{
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(replacements); i++) {
        const Row *old = row_named(replacements[i].old),
                  *new = row_named(replacements[i].new);
        ck_assert_msg(old && new, "%s", replacements[i].old);
        ck_assert_msg(old->how == HOW_AS && new->how != HOW_AS, "%s", old->name);
        ck_assert_msg(new->host_nr >= 0, "%s", new->name);
        for (int k = 0; k < 6; k++) {
            ck_assert_msg(replacements[i].args[k] < MAX(nr_args(old), 1), "%s",
                          old->name);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        count += rows[i].how == HOW_AS;
    }
    ck_assert_uint_eq(count, ARRAY_SIZE(replacements));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, numbers_ascend);
#ifdef __x86_64__
    tcase_add_test(tc, numbers_are_the_hosts);
#endif
    tcase_add_test(tc, references);
    tcase_add_test(tc, replacements_fit);
}

int main(void)
{
    return unit_main("syscalls", add_tests);
}
