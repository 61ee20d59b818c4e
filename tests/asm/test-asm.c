/* Runs the snippets: on the host's CPU, on the interpreter, on the host back end. */
/* SPDX-License-Identifier: MIT */
/*
 * test-asm [OPTION ...] DIR, where assemble.py has put image.bin and manifest.txt. Each
 * snippet begins in the state of snapshot_init() changed by its `in` words, and must end
 * as its `out` words say; where the host can run it, all of the state that is not an
 * undefined flag must be the same there, unless a `host` line says why not. Options:
 *   --backend interp|native|host   what runs them; host: the host's CPU alone
 *   --off NAME,...                 optimisations to switch off (all: every one)
 *   --one-insn                     units of one instruction
 *   --only GLOB                    snippets by name
 *   --verbose                      print states, the IR and the host code
 *   --bless                        write `out` lines anew from the host's CPU
 *   --coverage                     list rows without a snippet
 */
#include "tests/asm/state.h"
#include "util/error.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Snippet {
    char *name, *in, *out, *path;
    char *case_line;      /* of the header, "": the file is one snippet */
    unsigned offset, len; /* in the image; the last byte is HLT */
    uint64_t end;         /* address of the HLT; all snippets begin at CODE_BASE */
    bool no_host;
    X86Mode mode;
} Snippet;

static struct {
    char *backend, *off, *only;
    gboolean one_insn, verbose, bless, coverage;
} opt;

static GOptionEntry entries[] = {
    {"backend",     0, 0, G_OPTION_ARG_STRING, &opt.backend, "interp, native or host",
     "NAME"},
    {"off",            0, 0, G_OPTION_ARG_STRING, &opt.off, "optimisations off", "NAMES"},
    {"one-insn", 0, 0, G_OPTION_ARG_NONE, &opt.one_insn, "units of one instruction",
     NULL},
    {"only",        0, 0, G_OPTION_ARG_STRING, &opt.only, "snippets", "GLOB"},
    {"verbose",         0, 0, G_OPTION_ARG_NONE, &opt.verbose, "states and IR", NULL},
    {"bless",            0, 0, G_OPTION_ARG_NONE, &opt.bless, "write `out` lines", NULL},
    {"coverage",     0, 0, G_OPTION_ARG_NONE, &opt.coverage, "rows without a snippet", NULL},
    {NULL     }
};

/* --- manifest --- */

static G_NORETURN void fail(const char *what, const char *why)
{
    report_error("%s: %s", what, why);
    exit(1);
}

static char *read_file(const char *dir, const char *name, gsize *len)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) err = NULL;
    char *text;

    if (!g_file_get_contents(path, &text, len, &err)) {
        fail(path, err->message);
    }
    return text;
}

static Snippet *new_snippet(const char *line)
{
    g_auto(GStrv) w = g_strsplit(line, " ", -1);
    Snippet *s = g_new0(Snippet, 1);

    if (g_strv_length(w) != 6) {
        fail("manifest", line);
    }
    s->name = g_strdup(w[1]);
    s->offset = strtoul(w[2], NULL, 0);
    s->len = strtoul(w[3], NULL, 0);
    s->end = CODE_BASE + s->len - 1;
    s->mode = strcmp(w[4], "16") == 0   ? X86_MODE_16
              : strcmp(w[4], "32") == 0 ? X86_MODE_32
                                        : X86_MODE_64;
    s->path = g_strdup(w[5]);
    s->in = g_strdup("");
    s->case_line = g_strdup("");
    return s;
}

static GPtrArray *read_manifest(const char *dir)
{
    g_autofree char *text = read_file(dir, "manifest.txt", NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *all = g_ptr_array_new();
    Snippet *s = NULL;

    for (char **l = lines; *l; l++) {
        if (g_str_has_prefix(*l, "snippet ")) {
            s = new_snippet(*l);
            g_ptr_array_add(all, s);
        } else if (g_str_has_prefix(*l, "in ")) {
            char *in = g_strconcat(s->in, " ", *l + 3, NULL);
            g_free(s->in);
            s->in = in;
        } else if (g_str_has_prefix(*l, "out ")) {
            s->out = g_strdup(*l + 4);
        } else if (g_str_has_prefix(*l, "case ")) {
            g_free(s->case_line);
            s->case_line = g_strdup_printf("# case: %s\n", *l + 5);
        } else if (g_str_has_prefix(*l, "host ")) {
            s->no_host = true;
        }
    }
    return all;
}

static uint8_t *image;

static void load_image(const char *dir)
{
    gsize len;

    image = (uint8_t *)read_file(dir, "image.bin", &len);
    if (!rig_map_memory()) {
        fail(dir, "no room at the addresses of the tests");
    }
}

static void place(const Snippet *s)
{
    memcpy((void *)(uintptr_t)CODE_BASE, image + s->offset, s->len);
}

/* --- what the bytes of a snippet say --- */

typedef void InsnFn(const Insn *i, void *opaque);

static void each_insn(const Snippet *s, InsnFn *fn, void *opaque)
{
    const uint8_t *code = image + s->offset;

    for (unsigned at = 0; at < s->len - 1;) {
        Insn i;
        int len = x86_decode(&i, code + at, s->len - 1 - at, s->mode);
        if (len < 0) {
            return;
        }
        fn(&i, opaque);
        at += len;
    }
}

static void needs_feature(const Insn *i, void *opaque)
{
    bool *ok = opaque;

    *ok = *ok && native_has_feature(i->desc->feature);
}

static bool host_can_run(const Snippet *s)
{
    bool ok = !s->no_host && native_has_mode(s->mode);

    each_insn(s, needs_feature, &ok);
    return ok;
}

static void track_undefined(const Insn *i, void *opaque)
{
    uint32_t *defined = opaque;
    X86Eflags f = x86_insn_eflags(i);

    *defined = (*defined | f.write) & ~f.undef;
}

/* --- running --- */

static void begin(const Snippet *s, Snapshot *snap)
{
    GError *err = NULL;

    snapshot_init(snap);
    snap->st.rip = CODE_BASE;
    snap->st.mode = s->mode;
    if (!snapshot_set(snap, s->in, &err)) {
        fail(s->name, err->message);
    }
}

static void run_native(const Snippet *s, Snapshot *snap)
{
    begin(s, snap);
    place(s);
    snapshot_load(snap);
    snap->res = native_run(&snap->st);
    snapshot_save(snap);
}

static void run_rig(Rig *rig, const Snippet *s, Snapshot *snap)
{
    begin(s, snap);
    place(s);
    if (opt.verbose) {
        g_autoptr(GString) ir = g_string_new(NULL);
        rig_print_ir(rig, &snap->st, ir);
        printf("%s\n", ir->str);
    }
    snapshot_load(snap);
    rig_forget(rig);
    snap->res = rig_run(rig, &snap->st, 10000);
    snapshot_save(snap);
}

static bool report(const Snippet *s, const char *who, const GString *why)
{
    printf("%s: %s:%s\n    in %s\n    %s\n", s->name, who, why->str, s->in, s->path);
    return false;
}

static void print_state(const Snippet *s, const char *who, const Snapshot *snap)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Snapshot *before = g_new(Snapshot, 1);

    begin(s, before);
    snapshot_describe(snap, before, s->end, RIG_EFLAGS, text);
    printf("%s: %s:%s\n", s->name, who, text->str);
    g_free(before);
}

static bool check_rig(Rig *rig, const Snippet *s, const Snapshot *host, uint32_t flags)
{
    g_autoptr(GString) why = g_string_new(NULL);
    Snapshot *ours = g_new(Snapshot, 1);
    uint32_t named;

    run_rig(rig, s, ours);
    if (opt.verbose) {
        print_state(s, opt.backend, ours);
    }
    bool ok = snapshot_matches(ours, s->out, s->end, why, &named);
    if (ok && host) {
        ok = snapshot_equal(ours, host, flags, why);
    }
    g_free(ours);
    return ok || report(s, opt.backend, why);
}

static bool check(Rig *rig, const Snippet *s, bool have_host)
{
    g_autoptr(GString) why = g_string_new(NULL);
    g_autofree Snapshot *host = g_new(Snapshot, 1);
    uint32_t named = CC_ALL;
    bool on_host = have_host && host_can_run(s);

    if (on_host) {
        run_native(s, host);
        if (opt.verbose) {
            print_state(s, "host", host);
        }
        if (!snapshot_matches(host, s->out, s->end, why, &named)) {
            return report(s, "host", why);
        }
    }
    return !rig || check_rig(rig, s, on_host ? host : NULL, named);
}

/* --- bless --- */

static void bless(const Snippet *s)
{
    g_autoptr(GString) out = g_string_new("# out:");
    g_autofree Snapshot *host = g_new(Snapshot, 1), *before = g_new(Snapshot, 1);
    g_autofree char *text = NULL;
    uint32_t defined = 0;

    if (!host_can_run(s)) {
        return;
    }
    run_native(s, host);
    begin(s, before);
    each_insn(s, track_undefined, &defined);
    snapshot_describe(host, before, s->end, defined & RIG_EFLAGS, out);
    if (!g_file_get_contents(s->path, &text, NULL, NULL)) {
        fail(s->path, "cannot be read");
    }
    char *from = strstr(strstr(text, s->case_line), "# out:"), *to = strchr(from, '\n');
    *from = 0;
    g_autofree char *all = g_strconcat(text, out->str, to, NULL);
    g_file_set_contents(s->path, all, -1, NULL);
}

/* --- coverage --- */

static void mark_row(const Insn *i, void *opaque)
{
    bool *seen = opaque;

    seen[i->desc - x86_rows] = true;
}

static char *row_name(unsigned n)
{
    const InsnDesc *d = &x86_rows[n];
    GString *s = g_string_new(NULL);

    g_string_printf(s, "%04x %s", d->key, x86_row_name(d));
    for (unsigned k = 0; k < d->nops; k++) {
        g_string_append_printf(s, "%s%s", k ? "," : " ", x86_operand_names[d->op[k]]);
    }
    return g_string_free(s, false);
}

/* Rows that are implemented and in no snippet. Those that need CPL 0 are for tests/sys.
 */
static int check_coverage(GPtrArray *all)
{
    g_autofree bool *seen = g_new0(bool, x86_nr_rows);
    int missing = 0;

    for (unsigned n = 0; n < all->len; n++) {
        each_insn(all->pdata[n], mark_row, seen);
    }
    for (unsigned n = 1; n < x86_nr_rows; n++) {
        g_autofree char *name = row_name(n);
        bool skip = x86_rows[n].todo || x86_rows[n].gates & GATE_CPL0;
        if (!seen[n] && !skip) {
            printf("no snippet: %s\n", name);
            missing++;
        }
    }
    printf("%d rows without a snippet\n", missing);
    return missing != 0;
}

/* --- main --- */

static uint64_t opts_off(void)
{
    g_auto(GStrv) names = g_strsplit(opt.off ? opt.off : "", ",", -1);
    uint64_t mask = 0;

    for (char **n = names; *n && **n; n++) {
        int bit = strcmp(*n, "all") == 0 ? -1 : tcg_opt_find(*n);
        if (bit < 0 && strcmp(*n, "all") != 0) {
            fail(*n, "no such optimisation");
        }
        mask |= bit < 0 ? UINT64_MAX : UINT64_C(1) << bit;
    }
    return mask;
}

static Rig *make_rig(void)
{
    const TCGBackend *b = &tcg_interp_backend;

    if (g_strcmp0(opt.backend, "host") == 0) {
        return NULL;
    }
    if (g_strcmp0(opt.backend, "native") == 0) {
        b = tcg_native_backend;
    }
    if (!b) {
        printf("no back end for this host\n");
        exit(77);
    }
    Rig *r = rig_new(b, opts_off());
    rig_set_one_insn(r, opt.one_insn);
    return r;
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) ctx = g_option_context_new("DIR");
    GError *err = NULL;
    unsigned run = 0, failed = 0;

    opt.backend = g_strdup("interp");
    g_option_context_add_main_entries(ctx, entries, NULL);
    if (!g_option_context_parse(ctx, &argc, &argv, &err) || argc != 2) {
        fail("usage", err ? err->message : "test-asm [OPTION ...] DIR");
    }
    load_image(argv[1]);
    GPtrArray *all = read_manifest(argv[1]);
    if (opt.coverage) {
        return check_coverage(all);
    }
    bool have_host = native_init();
    Rig *rig = opt.bless ? NULL : make_rig();
    for (unsigned n = 0; n < all->len; n++) {
        Snippet *s = all->pdata[n];
        if (opt.only && !g_pattern_match_simple(opt.only, s->name)) {
            continue;
        }
        run++;
        if (opt.bless) {
            bless(s);
        } else {
            failed += !check(rig, s, have_host);
        }
    }
    printf("%u snippets, %u failed\n", run, failed);
    return failed != 0 || run == 0;
}
