/* The monitor's input line and expressions, without a machine. */
/* SPDX-License-Identifier: MIT */
#include "monitor/expr.h"
#include "monitor/readline.h"
#include "tests/unit/unit.h"

/* ---- input line ---- */

static GString *screen; /* one row of a terminal */
static size_t column;
static GString *lines;
static Readline line_under_test;

static void on_print(void *opaque, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\b') {
            ck_assert_uint_gt(column, 0);
            column--;
        } else if (text[i] == '\n') {
            g_string_truncate(screen, 0);
            column = 0;
        } else {
            if (column == screen->len) {
                g_string_append_c(screen, ' ');
            }
            screen->str[column++] = text[i];
        }
    }
}

static void on_line(void *opaque, const char *line)
{
    g_string_append_printf(lines, "%s|", line);
    readline_start(&line_under_test);
}

static char **on_complete(void *opaque, const char *start)
{
    const char *space = strrchr(start, ' ');
    bool none = strcmp(space ? space + 1 : start, "n") == 0;
    return none ? NULL
           : g_str_has_prefix(space ? space + 1 : start, "on")
               ? g_strsplit("one", ",", 0)
               : g_strsplit("system_reset,system_powerdown", ",", 0);
}

static const ReadlineOps ops = {on_print, on_line, on_complete};

static void begin(void)
{
    screen = g_string_new(NULL);
    lines = g_string_new(NULL);
    column = 0;
    readline_init(&line_under_test, &ops, NULL, "> ");
    readline_start(&line_under_test);
}

static void end(void)
{
    readline_clear(&line_under_test);
    g_string_free(screen, true);
    g_string_free(lines, true);
}

static void type(const char *keys)
{
    for (; *keys; keys++) {
        readline_byte(&line_under_test, *keys);
    }
}

/* What is on the screen after the keys, without spaces at its end. */
static void expect(const char *keys, const char *row)
{
    type(keys);
    g_autofree char *shown = g_strndup(screen->str, screen->len);
    ck_assert_str_eq(g_strchomp(shown), row);
    ck_assert_uint_eq(column, 2 + line_under_test.cursor);
}

START_TEST(editing)
{
    begin();
    expect("hello", "> hello");
    expect("\x7f\x7f", "> hel");
    expect("\x1b[D\x1b[DX", "> hXel");
    expect("\x1b[3~", "> hXl");
    expect("\x05!", "> hXl!");
    expect("\x01>", "> >hXl!");
    expect("\x0b", "> >");
    expect("one two  three\x17", "> >one two");
    expect("\x17\x15", ">");
    expect("\x7f\x1b[3~\x1b[C\x1b[D", ">");
    expect("\x1b[99;5uab\x1bOD-", "> a-b");
    expect("\r\n\nx\r", ">");
    ck_assert_str_eq(lines->str, "a-b||x|");
    end();
}
END_TEST

START_TEST(history)
{
    begin();
    expect("\x1b[A\x1b[B", ">");
    type("one\rtwo\rtwo\r");
    expect("\x1b[A", "> two");
    expect("\x10", "> one");
    expect("\x10", "> one");
    expect("\x1b[B\x1b[B", ">");
    for (int i = 0; i < 100; i++) {
        char text[8];
        g_snprintf(text, sizeof text, "%d\r", i);
        type(text);
    }
    for (int i = 0; i < 200; i++) {
        type("\x10");
    }
    expect("", "> 36"); /* it holds 64 */
    end();
}
END_TEST

START_TEST(completion)
{
    begin();
    expect("sys\t", "> system_");
    expect("\t", "> system_");
    expect("\x15n\t", "> n");
    expect("\x15info on\t", "> info one");
    end();
}
END_TEST

START_TEST(long_and_random_lines)
{
    Rand rnd = {1};
    begin();
    for (int i = 0; i < 10000; i++) {
        type("x");
    }
    type("\r");
    ck_assert_uint_eq(lines->len, 4096);
    for (int i = 0; i < 100000; i++) {
        readline_byte(&line_under_test,
                      rand_below(&rnd, 4) ? rand_below(&rnd, 40) : rand_u64(&rnd));
        ck_assert_uint_le(line_under_test.cursor, line_under_test.text->len);
    }
    end();
}
END_TEST

/* ---- expressions ---- */

static bool reg(void *opaque, const char *name, int64_t *value)
{
    *value = 0x100;
    return strcmp(name, "r1") == 0;
}

START_TEST(expressions)
{
    static const struct {
        const char *text;
        int64_t value;
        const char *rest; /* what is not read */
    } cases[] = {
        {"1+2*3",                  7,     ""    },
        {"$r1 | 0xf rest",         0x10f, "rest"},
        {"1 2",                    1,     "2"   },
        {"-(3)",                   -3,    ""    },
        {"~0",                     -1,    ""    },
        {"' '",                    32,    ""    },
        {"2*3%4",                  2,     ""    },
        {"0x7fffffffffffffff * 2", -2,    ""    },
        {"1-2-3",                  -4,    ""    },
        {"0xffffffffffffffff",     -1,    ""    },
        {"1+1|6",                  8,     ""    },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *p = cases[i].text, *error;
        int64_t v;
        ck_assert_msg(expr_read(&p, &v, reg, NULL, &error), "%s: %s", cases[i].text,
                      error);
        ck_assert_msg(v == cases[i].value, "%s: %" PRId64, cases[i].text, v);
        ck_assert_str_eq(p, cases[i].rest);
    }
}
END_TEST

START_TEST(bad_expressions)
{
    static const char *const cases[] = {"",  "1+", "(1", "$r2", "'a",    "1/0", "1%0",
                                        "@", "$",  "--", "'",   "(((((", "1+*"};
    Rand rnd = {1};
    int64_t v;
    const char *error;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *p = cases[i];
        ck_assert_msg(!expr_read(&p, &v, reg, NULL, &error), "%s", cases[i]);
        ck_assert_ptr_nonnull(error);
    }
    for (int i = 0; i < 100000; i++) {
        char text[32] = "";
        for (unsigned n = 0; n < sizeof text - 1; n++) {
            text[n] = "0123456789x()+-*/%&|^~$r' "[rand_below(&rnd, 26)];
        }
        const char *p = text;
        expr_read(&p, &v, reg, NULL, &error);
        ck_assert(p >= text && p <= text + sizeof text - 1);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, editing);
    tcase_add_test(tc, history);
    tcase_add_test(tc, completion);
    tcase_add_test(tc, long_and_random_lines);
    tcase_add_test(tc, expressions);
    tcase_add_test(tc, bad_expressions);
}

int main(void)
{
    return unit_main("monitor", add_tests);
}
