/* Options: key=value lists, numbers, sizes, did-you-mean; items, ranges and file of the
 * log. */
/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "tests/unit/unit.h"
#include "util/log.h"
#include "util/options.h"

static bool append_pair(const char *key, const char *value, void *opaque, GError **errp)
{
    g_string_append_printf(opaque, "[%s|%s]", key, value);
    return true;
}

static char *pairs(const char *text, const char *implied)
{
    g_autoptr(OptList) list = optlist_parse(text, implied, NULL);
    GString *s = g_string_new(NULL);
    if (!list) {
        g_string_append(s, "error");
    } else {
        ck_assert(optlist_foreach(list, append_pair, s, NULL));
    }
    return g_string_free(s, false);
}

START_TEST(lists)
{
    static const struct {
        const char *text, *implied, *expected;
    } cases[] = {
        {"",                  "type", ""                         },
        {"tcg",               "type", "[type|tcg]"               },
        {"tcg,thread=single", "type", "[type|tcg][thread|single]"},
        {"accel=tcg,flag",    "type", "[accel|tcg][flag|on]"     },
        {"flag,a=b",          NULL,   "[flag|on][a|b]"           },
        {"p=a,,b,q=1",        NULL,   "[p|a,b][q|1]"             },
        {"p=,,,q=",           NULL,   "[p|,][q|]"                },
        {"a=b=c",             NULL,   "[a|b=c]"                  },
        {"file:x,,y",         "path", "[path|file:x,y]"          },
        {"a,",                "type", "[type|a]"                 },
        {"=x",                NULL,   "error"                    },
        {"a=b,=x",            NULL,   "error"                    },
        {"a=b,,=x",           NULL,   "[a|b,=x]"                 },
        {",a=b",              NULL,   "error"                    },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *got = pairs(cases[i].text, cases[i].implied);
        ck_assert_str_eq(got, cases[i].expected);
    }
}
END_TEST

START_TEST(typed)
{
    g_autoptr(OptList) l =
        optlist_parse("n=0x10,on=yes,size=2M,n=17,bad=12x", NULL, NULL);
    uint64_t n = 5;
    bool b = false;
    GError *err = NULL;
    ck_assert(optlist_get_u64(l, "n", &n, NULL) && n == 17); /* the last counts */
    ck_assert(optlist_get_u64(l, "absent", &n, NULL) && n == 17);
    ck_assert(optlist_get_bool(l, "on", &b, NULL) && b);
    ck_assert(!optlist_get_u64(l, "bad", &n, &err));
    ck_assert_str_eq(err->message, "bad=12x: expected a number");
    g_clear_error(&err);

    static const char *const keys[] = {"n", "on", "sizes", "bad", NULL};
    ck_assert(!optlist_check_keys(l, keys, &err));
    ck_assert_str_eq(err->message,
                     "'size' is no property, did you mean 'sizes'? (there are: "
                     "n, on, sizes, bad)");
    g_clear_error(&err);
}
END_TEST

START_TEST(sizes)
{
    static const struct {
        const char *text;
        char unit;
        int64_t expected; /* -1: refused */
    } cases[] = {
        {"512",                  'M', INT64_C(512) << 20},
        {"512",                  'B', 512               },
        {"1G",                   'M', INT64_C(1) << 30  },
        {"1g",                   'B', INT64_C(1) << 30  },
        {"1.5G",                 'M', INT64_C(3) << 29  },
        {"0.5k",                 'B', 512               },
        {"64K",                  'M', 65536             },
        {"10B",                  'M', 10                },
        {"0",                    'M', 0                 },
        {"0x10",                 'M', INT64_C(16) << 20 },
        {"",                     'M', -1                },
        {"-1",                   'M', -1                },
        {"1.5",                  'B', -1                },
        {"12Q",                  'M', -1                },
        {"12MB",                 'M', -1                },
        {"M",                    'M', -1                },
        {" 12",                  'M', -1                },
        {"99999999999999999999", 'B', -1                },
        {"99999999999T",         'B', -1                },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint64_t v = 0;
        bool ok = parse_size(cases[i].text, cases[i].unit, &v);
        ck_assert_msg(ok == (cases[i].expected >= 0), "%s", cases[i].text);
        ck_assert_msg(!ok || v == (uint64_t)cases[i].expected, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(near_names)
{
    static const char *const names[] = {"tcg", "kvm", "isa-debug-exit", "isa-debugcon",
                                        NULL};
    ck_assert_str_eq(closest_name("tgc", names), "tcg");
    ck_assert_str_eq(closest_name("TCG", names), "tcg");
    ck_assert_str_eq(closest_name("isa-debugexit", names), "isa-debug-exit");
    ck_assert_ptr_null(closest_name("hax", names));
    ck_assert_ptr_null(closest_name("", names));
    ck_assert_ptr_null(closest_name("virtio-net-pci", names));
}
END_TEST

START_TEST(log_items)
{
    GError *err = NULL;
    log_set_mask(0);
    ck_assert(log_set_items("in_asm,guest_errors", NULL));
    ck_assert(log_enabled(LOG_IN_ASM) && log_enabled(LOG_GUEST_ERRORS | LOG_CPU));
    ck_assert(!log_enabled(LOG_CPU | LOG_EXEC));
    ck_assert(log_set_items("exec", NULL));
    ck_assert(log_enabled(LOG_EXEC) && log_enabled(LOG_IN_ASM));
    ck_assert(!log_set_items("mmu,in_amm", &err));
    ck_assert_str_eq(err->message, "'in_amm' is no log category, did you mean 'in_asm'?");
    ck_assert(!log_enabled(LOG_MMU)); /* nothing half-done */
    g_clear_error(&err);
    ck_assert(log_set_items("lockstep=5000", NULL));
    ck_assert(log_enabled(LOG_LOCKSTEP));
    ck_assert_uint_eq(log_lockstep_insns, 5000);
    ck_assert(!log_set_items("lockstep=x", &err));
    ck_assert_str_eq(err->message, "lockstep=x: expected a number of instructions");
    g_clear_error(&err);
    log_lockstep_insns = UINT64_MAX;
    log_set_mask(0);
}
END_TEST

START_TEST(log_filter)
{
    static const char *const bad[] = {"x",    "1",   "5..4",  "1+0", "1..",
                                      "1+2x", "5-6", "1..2,", NULL};
    ck_assert(log_addr_in_filter(0));
    ck_assert(log_set_filter("0x1000..0x1fff,0x3000+0x10,0x5000-0x10", NULL));
    static const struct {
        uint64_t addr;
        bool in;
    } cases[] = {
        {0xfff,  false},
        {0x1000, true },
        {0x1fff, true },
        {0x2000, false},
        {0x3000, true },
        {0x300f, true },
        {0x3010, false},
        {0x4fef, false},
        {0x4ff0, true },
        {0x4fff, true },
        {0x5000, false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        ck_assert_msg(log_addr_in_filter(cases[i].addr) == cases[i].in, "%" PRIx64,
                      cases[i].addr);
    }
    for (const char *const *p = bad; *p; p++) {
        ck_assert_msg(!log_set_filter(*p, NULL), "%s", *p);
    }
    ck_assert(log_addr_in_filter(0x1000) &&
              !log_addr_in_filter(0)); /* the old one stays */
    ck_assert(log_set_filter(NULL, NULL) && log_addr_in_filter(0));
}
END_TEST

START_TEST(log_file)
{
    g_autofree char *dir = g_dir_make_tmp("mynah-log-XXXXXX", NULL);
    g_autofree char *pattern = g_build_filename(dir, "log-%d.txt", NULL);
    g_autofree char *path = g_strdup_printf("%s/log-%d.txt", dir, (int)getpid());
    g_autofree char *text = NULL;
    g_autofree char *twice = g_strconcat(pattern, "%d", NULL);
    ck_assert(!log_set_file("/nonexistent/dir/x", false, NULL));
    ck_assert(!log_set_file(twice, false, NULL));
    ck_assert(log_set_file(pattern, false, NULL));
    log_set_mask(LOG_GUEST_ERRORS);
    log_guest_error("one %d", 1);
    log_unimp("not this");
    log_printf("two");
    log_set_mask(0);
    ck_assert(log_set_file(NULL, false, NULL));
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_str_eq(text, "one 1\ntwo");
    unlink(path);
    rmdir(dir);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, lists);
    tcase_add_test(tc, typed);
    tcase_add_test(tc, sizes);
    tcase_add_test(tc, near_names);
    tcase_add_test(tc, log_items);
    tcase_add_test(tc, log_filter);
    tcase_add_test(tc, log_file);
}

int main(void)
{
    return unit_main("options", add_tests);
}
