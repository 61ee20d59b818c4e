/* Runs passes on units in text form: a filter, and the runner of the tests in tests/ir.
 */
/* SPDX-License-Identifier: MIT */
/*
 *   tcg-opt PASS... <unit             prints the unit after the passes
 *   tcg-opt --test [--bless] PATH...  runs the test files, or those below a folder
 *
 * Passes: whole (fold knows that a write of a register in part is dear); fold; share;
 * live (liveness alone, its annotations are printed); dce, coalesce (liveness with that
 * one optimisation); all (what the translator does). No pass: parse, verify, print.
 *
 * A test file is comments, a unit, a line `---`, and the unit expected:
 *   # run: PASS...
 *   # why: what is to be seen here
 * or, for what the parser or the verifier refuses, a unit with `# error: TEXT` behind the
 * bad line, and no second unit. --bless writes what came out below the `---`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tcg/passes.h"
#include "tests/ir/machine.h"

static bool bless;
static unsigned nfiles, nbad;

/* ---- passes ---- */

static void strip_annotations(TCGContext *s)
{
    for (unsigned i = 0; i < s->nops; i++) {
        IROp *op = &s->ops[i];
        op->dead = 0;
        op->ccfault = 0;
        op->ccmask = op->code == OP_exit_link ? op->ccmask : 0;
    }
}

static bool run_pass(TCGContext *s, const char *name)
{
    uint64_t dce = UINT64_C(1) << OPTBIT_dce, coalesce = UINT64_C(1) << OPTBIT_coalesce;
    s->opt_off = 0;
    s->share = true;
    if (!strcmp(name, "fold")) {
        opt_fold(s);
    } else if (!strcmp(name, "whole")) {
        s->whole_writes = true;
    } else if (!strcmp(name, "share")) {
        opt_share(s);
    } else if (!strcmp(name, "all")) {
        tcg_optimize(s);
    } else if (!strcmp(name, "live")) {
        s->opt_off = dce | coalesce;
        live_run(s);
        return true;
    } else if (!strcmp(name, "dce") || !strcmp(name, "coalesce")) {
        s->opt_off = *name == 'd' ? coalesce : dce;
        live_run(s);
    } else {
        return false;
    }
    strip_annotations(s);
    return true;
}

/* Runs the passes named in `names`; NULL and *bad set when one is unknown. */
static char *run_passes(TCGContext *s, const char *names, GError **errp)
{
    g_auto(GStrv) list = g_strsplit_set(names, " \t", 0);
    s->whole_writes = false;
    for (unsigned i = 0; list[i]; i++) {
        if (*list[i] && !run_pass(s, list[i])) {
            g_set_error(errp, G_FILE_ERROR, 0, "pass '%s' is unknown", list[i]);
            return NULL;
        }
        if (!ir_verify(s, errp)) {
            g_prefix_error(errp, "after %s: ", list[i]);
            return NULL;
        }
    }
    GString *text = g_string_new(NULL);
    ir_print(s, text);
    return g_string_free(text, false);
}

/* ---- test files ---- */

typedef struct TestFile {
    char *name, *text, *expected; /* expected: below the `---`, or NULL */
    char *run;                    /* passes */
} TestFile;

static void bad(const TestFile *f, const char *why, const char *more)
{
    printf("%s: %s\n%s", f->name, why, more ? more : "");
    nbad++;
}

/* The rest of the line behind `key`, or NULL. */
static char *header(const char *text, const char *key)
{
    const char *p = strstr(text, key);
    return p ? g_strstrip(g_strndup(p + strlen(key), strcspn(p + strlen(key), "\n")))
             : NULL;
}

/* What the tool says of the unit: "line N: why", or "" when it is right. */
static char *complaint(TCGContext *s, const char *text)
{
    GError *err = NULL;
    unsigned at, line = 1, op = 0;
    if (!ir_parse(s, text, &err)) {
        return g_strdup(err->message);
    }
    if (ir_verify(s, &err)) {
        return g_strdup("");
    }
    if (sscanf(err->message, "op %u ", &at) != 1) {
        return g_strdup(err->message);
    }
    for (const char *p = text; *p; p += strcspn(p, "\n") + 1, line++) {
        p += strspn(p, " ");
        bool is_op = *p != '#' && *p != '\n' && *p != '}' && strncmp(p, "tb ", 3) &&
                     strncmp(p, "insn_start ", 11);
        if (is_op && op++ == at) {
            break;
        }
    }
    return g_strdup_printf("line %u: %s", line, strstr(err->message, ": ") + 2);
}

static void test_error(TCGContext *s, const TestFile *f)
{
    const char *mark = strstr(f->text, "# error: ");
    unsigned line = 1;
    for (const char *p = f->text; p < mark; p++) {
        line += *p == '\n';
    }
    g_autofree char *why = header(f->text, "# error: ");
    g_autofree char *want = g_strdup_printf("line %u: %s", line, why);
    g_autofree char *got = complaint(s, f->text);
    if (strcmp(want, got)) {
        bad(f, want, NULL);
        printf("  but it says: %s\n", *got ? got : "nothing");
    }
}

/* Printing, parsing and printing again gives the same bytes. */
static void test_round_trip(TCGContext *s, const TestFile *f)
{
    g_autoptr(GString) first = g_string_new(NULL), second = g_string_new(NULL);
    GError *err = NULL;
    ir_print(s, first);
    if (!ir_parse(s, first->str, &err)) {
        bad(f, "does not parse again", err->message);
        return;
    }
    ir_print(s, second);
    if (strcmp(first->str, second->str)) {
        bad(f, "changes when it is parsed again", second->str);
    }
}

static void test_passes(TCGContext *s, TestFile *f)
{
    GError *err = NULL;
    if (!ir_parse(s, f->text, &err) || !ir_verify(s, &err)) {
        bad(f, err->message, NULL);
        return;
    }
    test_round_trip(s, f);
    ir_parse(s, f->text, NULL);
    g_autofree char *got = run_passes(s, f->run ? f->run : "", &err);
    if (!got) {
        bad(f, err->message, NULL);
        return;
    }
    if (bless) {
        g_autofree char *all = g_strdup_printf("%s---\n%s", f->text, got);
        g_file_set_contents(f->name, all, -1, NULL);
    } else if (!f->expected || strcmp(f->expected, got)) {
        bad(f, "not what is expected, but:", got);
    }
}

static void test_file(TCGContext *s, const char *name)
{
    TestFile f = {.name = (char *)name};
    nfiles++;
    if (!g_file_get_contents(name, &f.text, NULL, NULL)) {
        bad(&f, "cannot be read", NULL);
        return;
    }
    char *line = strstr(f.text, "\n---\n");
    f.expected = line ? line + 5 : NULL;
    if (line) {
        line[1] = '\0';
    }
    f.run = header(f.text, "# run:");
    g_autofree char *why = header(f.text, "# why:");
    if (!why) {
        bad(&f, "has no `# why:`", NULL);
    }
    if (strstr(f.text, "# error: ")) {
        test_error(s, &f);
    } else {
        test_passes(s, &f);
    }
    g_free(f.run);
    g_free(f.text);
}

static void test_path(TCGContext *s, const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    if (!dir) {
        test_file(s, path);
        return;
    }
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *full = g_build_filename(path, name, NULL);
        if (g_file_test(full, G_FILE_TEST_IS_DIR) || g_str_has_suffix(name, ".ir")) {
            test_path(s, full);
        }
    }
    g_dir_close(dir);
}

/* ---- main ---- */

static int filter(TCGContext *s, char **passes)
{
    GString *text = g_string_new(NULL);
    GError *err = NULL;
    int c;
    while ((c = getchar()) != EOF) {
        g_string_append_c(text, c);
    }
    g_autofree char *names = g_strjoinv(" ", passes);
    g_autofree char *got = NULL;
    if (ir_parse(s, text->str, &err) && ir_verify(s, &err)) {
        got = run_passes(s, names, &err);
    }
    g_string_free(text, true);
    if (!got) {
        fprintf(stderr, "tcg-opt: %s\n", err->message);
        return EXIT_FAILURE;
    }
    fputs(got, stdout);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    TCGContext *s = machine_context();
    bool test = false;
    argv++;
    for (; *argv && !strncmp(*argv, "--", 2); argv++) {
        test |= !strcmp(*argv, "--test");
        bless |= !strcmp(*argv, "--bless");
    }
    if (!test) {
        return filter(s, argv);
    }
    for (; *argv; argv++) {
        test_path(s, *argv);
    }
    tcg_context_free(s);
    printf("%u files, %u bad\n", nfiles, nbad);
    return nbad || !nfiles ? EXIT_FAILURE : EXIT_SUCCESS;
}
