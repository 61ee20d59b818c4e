/* Runs random units on two engines, or with and without passes, and compares all state.
 */
/* SPDX-License-Identifier: MIT */
/*
 * Each case is a unit and a start state, both functions of the case's seed. The reference
 * is the interpreter running the unit as built. Variants of it must come to the same end:
 * the interpreter after the passes, and the native back end after the passes with each
 * optimisation off in turn. A failing unit is shrunk by dropping ops while it still
 * fails, and printed as text that --file reads again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/ir/gen.h"
#include "tests/ir/machine.h"

typedef struct Variant {
    bool native;
    uint64_t opt_off;
    const char *name;
} Variant;

/* Optimisations that change what a single unit becomes. */
static const struct {
    const char *name;
    unsigned bit;
} opts[] = {
#define OPT(id, what) {#id, OPTBIT_##id},
    TCG_OPTS(OPT)
#undef OPT
};

/* A unit put aside: passes change ops and temps in place. */
typedef struct Saved {
    IROp *ops;
    IRTemp *temps;
    TCGContext fields;
} Saved;

typedef struct Test {
    Machine *ref, *native; /* native: NULL if there is none */
    Saved unit;
    GenOptions gen;
    uint64_t fill;
    uint32_t undefined;
    GString *diff;
} Test;

/* ---- one unit ---- */

static void save(Test *t)
{
    const TCGContext *s = t->ref->s;
    memcpy(t->unit.ops, s->ops, s->nops * sizeof *s->ops);
    memcpy(t->unit.temps, s->temps, s->ntemps * sizeof *s->temps);
    t->unit.fields = *s;
}

static void load(const Test *t, TCGContext *s)
{
    const TCGContext *f = &t->unit.fields;
    tcg_start(s, f->pc);
    s->nops = f->nops;
    s->ntemps = f->ntemps;
    s->nlabels = f->nlabels;
    s->nexits = f->nexits;
    s->relative = f->relative;
    memcpy(s->ops, t->unit.ops, s->nops * sizeof *s->ops);
    /* The globals are those of `s`: its back end has noted in them where they are. */
    memcpy(s->temps + s->nglobals, t->unit.temps + s->nglobals,
           (s->ntemps - s->nglobals) * sizeof *s->temps);
}

static void run(const Test *t, const Variant *v, Outcome *o)
{
    Machine *m = v && v->native ? t->native : t->ref;
    load(t, m->s);
    if (v) {
        m->s->opt_off = v->opt_off;
        m->s->share = m->backend->probes;
        m->s->whole_writes = m->backend->whole_writes;
        m->s->dump = 1u << ('v' - 'a');
        tcg_optimize(m->s);
    }
    machine_fill(m, t->fill);
    machine_run(m, m->s, o);
    if (m->probe_failed) { /* as the engine does, but from the start */
        Variant without = *v;
        without.opt_off |= UINT64_C(1) << OPTBIT_share;
        run(t, &without, o);
    }
}

/* Whether the variant ends as the unit does that runs as built; t->diff tells. */
static bool agrees(Test *t, const Variant *v)
{
    static Outcome want, got;
    run(t, NULL, &want);
    run(t, v, &got);
    if (v->native) {
        want.flags_mask &= ~t->undefined;
    }
    g_string_truncate(t->diff, 0);
    outcome_diff(&want, &got, t->diff);
    return t->diff->len == 0;
}

static unsigned make_variants(const Test *t, Variant *to)
{
    unsigned n = 0;
    for (int native = 0; native <= (t->native != NULL); native++) {
        to[n++] = (Variant){native, 0, "all"};
        to[n++] = (Variant){native, UINT64_MAX, "none"};
        for (unsigned i = 0; i < ARRAY_SIZE(opts); i++) {
            if (native || opts[i].bit <= OPTBIT_dce || opts[i].bit == OPTBIT_share) {
                to[n++] = (Variant){native, UINT64_C(1) << opts[i].bit, opts[i].name};
            }
        }
    }
    return n;
}
enum { MAX_VARIANTS = 2 * (2 + NR_TCG_OPTS) };

/* ---- shrinking ---- */

static void print_unit(Test *t)
{
    g_autoptr(GString) text = g_string_new(NULL);
    load(t, t->ref->s);
    ir_print(t->ref->s, text);
    fputs(text->str, stdout);
}

/* Drops ops [at, at + n) if the unit still fails without them. */
static bool drop(Test *t, const Variant *v, unsigned at, unsigned n)
{
    IROp kept[16];
    bool any = false;
    memcpy(kept, t->unit.ops + at, n * sizeof *kept);
    for (unsigned i = at; i < at + n; i++) {
        any |= t->unit.ops[i].code != OP_nop;
        t->unit.ops[i].code = OP_nop;
        t->unit.ops[i].setcc = false;
    }
    load(t, t->ref->s);
    if (any && ir_verify(t->ref->s, NULL) && !agrees(t, v)) {
        return true;
    }
    memcpy(t->unit.ops + at, kept, n * sizeof *kept);
    return false;
}

static void shrink(Test *t, const Variant *v)
{
    bool again = true;
    while (again) {
        again = false;
        for (unsigned n = 16; n > 0; n /= 2) {
            for (unsigned at = t->unit.fields.nops; at-- > 0;) {
                again |= at + n <= t->unit.fields.nops && drop(t, v, at, n);
            }
        }
    }
}

static void report(Test *t, const Variant *v, uint64_t seed)
{
    const char *engine = v->native ? "native" : "interp";
    bool some_off = v->opt_off && v->opt_off != UINT64_MAX;
    printf("seed %" PRIu64 ": %s with %s%s\n", seed, engine,
           some_off ? "all passes but " : "passes ", v->name);
    fflush(stdout);
    alarm(60); /* a unit without its counter may loop forever */
    shrink(t, v);
    alarm(0);
    agrees(t, v);
    printf("# fill: %" PRIu64 "\n", t->fill);
    print_unit(t);
    printf("as built, and this variant:\n%s", t->diff->str);
}

/* ---- main ---- */

static bool run_variants(Test *t, uint64_t seed)
{
    Variant variants[MAX_VARIANTS];
    unsigned n = make_variants(t, variants);
    for (unsigned i = 0; i < n; i++) {
        if (!agrees(t, &variants[i])) {
            report(t, &variants[i], seed);
            return false;
        }
    }
    return true;
}

static bool run_case(Test *t, uint64_t seed)
{
    Rand r = {seed * UINT64_C(0x9e3779b97f4a7c15) | 1};
    GError *err = NULL;
    t->gen.undefined = rand_below(&r, 2);
    t->fill = rand_u64(&r) >> 1;
    t->undefined = gen_unit(t->ref->s, &r, &t->gen);
    save(t);
    if (!ir_verify(t->ref->s, &err)) {
        printf("seed %" PRIu64 ": the generator's unit is bad: %s\n", seed, err->message);
        print_unit(t);
        return false;
    }
    return run_variants(t, seed);
}

static bool run_file(Test *t, const char *name)
{
    g_autofree char *text = NULL;
    GError *err = NULL;
    if (!g_file_get_contents(name, &text, NULL, &err) ||
        !machine_parse(t->ref, text, &err)) {
        printf("%s: %s\n", name, err->message);
        return false;
    }
    const char *fill = strstr(text, "# fill: ");
    t->fill = fill ? g_ascii_strtoull(fill + 8, NULL, 10) : 1;
    save(t);
    return run_variants(t, 0);
}

static void forbid(Test *t, const char *names)
{
    g_auto(GStrv) list = g_strsplit(names, ",", 0);
    for (unsigned i = 0; list[i]; i++) {
        for (unsigned code = 0; code < NR_OPS; code++) {
            t->gen.without[code] |= !strcmp(op_names[code], list[i]);
        }
    }
}

/* Once it has seen a unit, the back end knows tcg_x87_exec(). */
static void warm_up(Machine *m)
{
    static Outcome o;
    tcg_start(m->s, 0x1000);
    ir_exit_tb(m->s, 0);
    tcg_optimize(m->s);
    machine_fill(m, 0);
    machine_run(m, m->s, &o);
}

static void init_test(Test *t, bool interp_only)
{
    t->ref = machine_new(&tcg_interp_backend);
    t->native =
        tcg_native_backend && !interp_only ? machine_new(tcg_native_backend) : NULL;
    if (t->native) {
        warm_up(t->native);
    }
    t->diff = g_string_new(NULL);
    t->unit.ops = g_new(IROp, IR_MAX_OPS);
    t->unit.temps = g_new(IRTemp, IR_MAX_TEMPS);
}

static void free_test(Test *t)
{
    machine_free(t->ref);
    if (t->native) {
        machine_free(t->native);
    }
    g_string_free(t->diff, true);
    g_free(t->unit.ops);
    g_free(t->unit.temps);
}

int main(int argc, char **argv)
{
    int cases = 1000, size = 40, interp_only = 0, no_vectors = 0;
    int64_t seed = 1;
    g_autofree char *file = NULL, *without = NULL;
    const GOptionEntry entries[] = {
        {"cases", 'n', 0, G_OPTION_ARG_INT, &cases, "how many units", "N"},
        {"seed",      's', 0, G_OPTION_ARG_INT64, &seed, "seed of the first", "S"},
        {"size", 0, 0, G_OPTION_ARG_INT, &size, "ops of a unit, at most about", "N"},
        {"file",    'f', 0, G_OPTION_ARG_FILENAME, &file, "run this unit instead", "FILE"},
        {"without",  0, 0, G_OPTION_ARG_STRING, &without, "ops not to use", "OP,..."},
        {"interp",      0, 0, G_OPTION_ARG_NONE, &interp_only, "leave out the native back end",
         NULL},
        {"no-vectors",  0, 0, G_OPTION_ARG_NONE, &no_vectors, "no vector moves", NULL},
        {NULL   },
    };
    GError *err = NULL;
    GOptionContext *options = g_option_context_new("- random units on all engines");
    g_option_context_add_main_entries(options, entries, NULL);
    if (!g_option_context_parse(options, &argc, &argv, &err)) {
        fprintf(stderr, "%s\n", err->message);
        return EXIT_FAILURE;
    }
    g_option_context_free(options);
    Test t = {
        .gen = {.size = size, .vectors = !no_vectors}
    };
    init_test(&t, interp_only);
    t.gen.relative = !t.native || t.native->backend->relative;
    forbid(&t, without ? without : "");
    int bad = 0, done = 0;
    if (file) {
        bad = !run_file(&t, file);
    }
    for (; !file && done < cases && bad < 3; done++) {
        bad += !run_case(&t, seed + done);
    }
    printf("%d cases, %d bad\n", done, bad);
    free_test(&t);
    return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
