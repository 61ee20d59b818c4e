/* Random instructions: the host back end against the interpreter, on any host. */
/* SPDX-License-Identifier: MIT */
/*
 * test-engines [--cases N] [--seed N] [--states N] [--insns N] [--rows GLOB]
 *              [--off NAME,...]
 * The cases are those of test-diff; the interpreter is right.
 */
#include "tests/diff/outcome.h"
#include "util/error.h"

#include <stdio.h>
#include <stdlib.h>

static struct {
    gint64 cases, seed;
    int states, insns;
    char *rows, *off;
} opt = {.cases = 20000, .seed = 1, .states = 8, .insns = 1};

static GOptionEntry entries[] = {
    {"cases",     0, 0, G_OPTION_ARG_INT64, &opt.cases, "how many", "N"},
    {"seed",          0, 0, G_OPTION_ARG_INT64, &opt.seed, "of the first", "N"},
    {"states", 0, 0, G_OPTION_ARG_INT, &opt.states, "of each", "N"},
    {"insns",        0, 0, G_OPTION_ARG_INT, &opt.insns, "a case", "N"},
    {"rows",      0, 0, G_OPTION_ARG_STRING, &opt.rows, "by mnemonic", "GLOB"},
    {"off",          0, 0, G_OPTION_ARG_STRING, &opt.off, "optimisations off", "NAMES"},
    {NULL }
};

static bool any_feature(unsigned feature)
{
    return true;
}

static uint64_t opts_off(void)
{
    g_auto(GStrv) names = g_strsplit(opt.off ? opt.off : "", ",", -1);
    uint64_t mask = 0;

    for (char **n = names; *n && **n; n++) {
        int bit = tcg_opt_find(*n);
        if (bit < 0) {
            report_error("%s: no such optimisation", *n);
            exit(1);
        }
        mask |= UINT64_C(1) << bit;
    }
    return mask;
}

static void run(Rig *rig, const Gen *g, const Case *c, Outcome *out)
{
    outcome_begin(c, out);
    out->st.segs = c->before.segs;
    out->res = rig_run(rig, &out->st, 1000);
    outcome_end(g, c, out);
}

static void report(const Gen *g, const Case *c, const Outcome *ours, const Outcome *right)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Snapshot *a = g_new(Snapshot, 1), *b = g_new(Snapshot, 1);

    outcome_expand(g, ours, a);
    outcome_expand(g, right, b);
    snapshot_equal(a, b, RIG_EFLAGS & ~c->undefined, text);
    if (text->len > 1500) {
        g_string_truncate(text, 1500);
    }
    printf("seed %" PRIu64 ", state %u, mxcsr %#x, %s: ours !interpreter:%s\n ", c->seed,
           c->state, c->before.mxcsr, x86_row_name(&x86_rows[c->row]), text->str);
    for (unsigned i = 0; i < c->len; i++) {
        printf(" %02x", c->code[i]);
    }
    printf("\n");
    g_free(a);
    g_free(b);
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) ctx = g_option_context_new(NULL);
    static Outcome ours, right;
    GError *err = NULL;
    unsigned failed = 0;
    Case c;

    g_option_context_add_main_entries(ctx, entries, NULL);
    if (!g_option_context_parse(ctx, &argc, &argv, &err)) {
        report_gerror(err);
        return 1;
    }
    if (!tcg_native_backend || !rig_map_memory()) {
        printf("no back end for this host\n");
        return 77;
    }
    opt.states = MAX(opt.states, 1);
    Gen *gen = gen_new((GenKind){.ninsns = opt.insns, .mode = X86_MODE_64}, any_feature,
                       opt.rows);
    Rig *native = rig_new(tcg_native_backend, opts_off());
    Rig *interp = rig_new(&tcg_interp_backend, 0);
    for (gint64 n = 0; n < opt.cases && failed < 10; n++) {
        gen_case(gen, &c, opt.seed + n / opt.states, n % opt.states);
        if (n % opt.states == 0) {
            rig_forget(native);
            rig_forget(interp);
        }
        run(native, gen, &c, &ours);
        run(interp, gen, &c, &right);
        bool ended = right.st.rip == c.before.rip + c.len;
        uint32_t flags = RIG_EFLAGS & ~(ended ? c.undefined : c.ever_undefined);
        if (!outcome_equal(&ours, &right, flags)) {
            report(gen, &c, &ours, &right);
            failed++;
        }
    }
    printf("%" PRId64 " cases of %u rows, %u differ\n", (int64_t)opt.cases, gen_rows(gen),
           failed);
    rig_free(native);
    rig_free(interp);
    gen_free(gen);
    return failed != 0;
}
