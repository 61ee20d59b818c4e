/* Features of the host, and how they are taken away. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "util/host.h"

#include <stdlib.h>

/* Each test has a process of its own: features are probed once. */

START_TEST(test_switched_off)
{
    uint64_t all = host_probe_features();
    GString *names = g_string_new(NULL);
    for (unsigned n = 0; n < NR_HOST_FEATURES; n++) {
        if (all >> n & 1) {
            g_string_append_printf(names, "%s%s", names->len ? "," : "",
                                   host_feature_name(n));
        }
    }
    if (names->len) { /* the last one stays */
        char *comma = strrchr(names->str, ',');
        if (comma) {
            *comma = '\0';
        }
    }
    setenv("MYNAH_HOST_OFF", names->str, 1);
    uint64_t left = host_features();
    ck_assert_uint_eq(left & ~all, 0);
    ck_assert_int_le(__builtin_popcountll(left), 1);
    ck_assert(!all || left || __builtin_popcountll(all) == 1);
    g_string_free(names, true);
}
END_TEST

START_TEST(test_nothing_off)
{
    unsetenv("MYNAH_HOST_OFF");
    ck_assert_uint_eq(host_features(), host_probe_features());
}
END_TEST

START_TEST(test_no_such_feature)
{
    setenv("MYNAH_HOST_OFF", "avx2,nonsense", 1);
    host_has(HOST_X86_AVX2);
}
END_TEST

START_TEST(test_page_size)
{
    setenv("MYNAH_HOST_PAGE", "65536", 1);
    ck_assert_uint_eq(host_page_size(), 65536);
}
END_TEST

static const char *const bad_sizes[] = {"", "x", "64k", "1", "12288", "-4096", "2097152"};

START_TEST(test_bad_page_size)
{
    setenv("MYNAH_HOST_PAGE", bad_sizes[_i], 1);
    host_page_size();
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_page_size);
    tcase_add_loop_exit_test(tc, test_bad_page_size, EXIT_FAILURE, 0,
                             ARRAY_SIZE(bad_sizes));
    tcase_add_test(tc, test_nothing_off);
    tcase_add_test(tc, test_switched_off);
    tcase_add_exit_test(tc, test_no_such_feature, EXIT_FAILURE);
}

int main(void)
{
    return unit_main("host", add_tests);
}
