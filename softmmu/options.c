/* The command line: one function an option, found by the table options.def. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/options.h"

#include "util/host.h"
#include "util/options.h"

/*
 * Here words are checked, not things: whether a file can be read or a device exists is
 * found out by whoever uses it. An opt_*() function gets the argument (NULL if the option
 * has none) and writes messages without the option's name, which the caller puts in
 * front.
 */

typedef bool OptFn(Options *o, const char *arg, GError **errp);

static bool is_help(const char *arg)
{
    return strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0;
}

static bool want_help(Options *o, HelpTopic topic)
{
    if (o->help == HELP_NONE) {
        o->help = topic;
    }
    return true;
}

static bool set_once(const char **field, const char *arg, GError **errp)
{
    if (*field) {
        return user_error(errp, "there was one already: %s", *field);
    }
    *field = arg;
    return true;
}

static void replace(const char **field, const char *value)
{
    g_free((char *)*field);
    *field = g_strdup(value);
}

/* ---- machine ---- */

static bool opt_machine(Options *o, const char *arg, GError **errp)
{
    static const char *const keys[] = {"type", "accel", NULL};
    if (is_help(arg)) {
        return want_help(o, HELP_MACHINE);
    }
    g_autoptr(OptList) list = optlist_parse(arg, "type", errp);
    if (!list || !optlist_check_keys(list, keys, errp)) {
        return false;
    }
    const char *type = optlist_get(list, "type"), *accel = optlist_get(list, "accel");
    if (type) {
        replace(&o->machine, type);
    }
    if (accel) {
        replace(&o->accel, accel);
    }
    return true;
}

static bool opt_cpu(Options *o, const char *arg, GError **errp)
{
    if (is_help(arg)) {
        return want_help(o, HELP_CPU);
    }
    o->cpu = arg;
    return true;
}

static bool opt_accel(Options *o, const char *arg, GError **errp)
{
    if (is_help(arg)) {
        return want_help(o, HELP_ACCEL);
    }
    replace(&o->accel, arg);
    return true;
}

static bool opt_smp(Options *o, const char *arg, GError **errp)
{
    static const char *const keys[] = {"cpus",    "sockets", "cores",
                                       "threads", "maxcpus", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "cpus", errp);
    uint64_t n = 1;
    if (!list || !optlist_check_keys(list, keys, errp) ||
        !optlist_get_u64(list, "cpus", &n, errp)) {
        return false;
    }
    if (n == 0 || n > 255) {
        return user_error(errp, "expected a number of CPUs from 1 to 255");
    }
    o->ncpus = n;
    return true;
}

static bool opt_m(Options *o, const char *arg, GError **errp)
{
    static const char *const keys[] = {"size", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "size", errp);
    if (!list || !optlist_check_keys(list, keys, errp)) {
        return false;
    }
    const char *text = optlist_get(list, "size");
    uint64_t size;
    if (!text || !parse_size(text, 'M', &size)) {
        return user_error(errp, "expected a size such as 512M or 2G");
    }
    uint64_t host = host_memory_size();
    if (size == 0) {
        return user_error(errp, "a machine needs memory");
    }
    if (host && size > host) {
        return user_error(errp, "the host has only %.1f GiB of memory", host / 0x1p30);
    }
    o->ram_size = ROUND_UP(size, 4096);
    o->ram_text = arg;
    return true;
}

static bool opt_device(Options *o, const char *arg, GError **errp)
{
    if (is_help(arg)) {
        return want_help(o, HELP_DEVICE);
    }
    const char *comma = strchr(arg, ',');
    if (comma && is_help(comma + 1)) {
        if (o->help == HELP_NONE) {
            o->help_device = g_strndup(arg, comma - arg);
        }
        return want_help(o, HELP_DEVICE);
    }
    g_ptr_array_add(o->devices, (void *)arg);
    return true;
}

static bool opt_name(Options *o, const char *arg, GError **errp)
{
    o->name = arg;
    return true;
}

/* ---- what it starts ---- */

static bool opt_kernel(Options *o, const char *arg, GError **errp)
{
    return set_once(&o->kernel, arg, errp);
}

static bool opt_initrd(Options *o, const char *arg, GError **errp)
{
    return set_once(&o->initrd, arg, errp);
}

static bool opt_append(Options *o, const char *arg, GError **errp)
{
    o->append = arg;
    return true;
}

static bool opt_bios(Options *o, const char *arg, GError **errp)
{
    return set_once(&o->bios, arg, errp);
}

static bool opt_no_reboot(Options *o, const char *arg, GError **errp)
{
    o->no_reboot = true;
    return true;
}

static bool opt_no_shutdown(Options *o, const char *arg, GError **errp)
{
    o->no_shutdown = true;
    return true;
}

/* ---- terminal and ports ---- */

static bool opt_nographic(Options *o, const char *arg, GError **errp)
{
    o->nographic = true;
    return true;
}

static bool opt_display(Options *o, const char *arg, GError **errp)
{
    o->display_none = true;
    return strcmp(arg, "none") == 0 ||
           user_error(errp, "there is no such display; only 'none'");
}

static bool opt_serial(Options *o, const char *arg, GError **errp)
{
    if (o->nserial == MACHINE_SERIALS) {
        return user_error(errp, "there are only %d serial ports", MACHINE_SERIALS);
    }
    o->serial[o->nserial++] = arg;
    return true;
}

static bool opt_monitor(Options *o, const char *arg, GError **errp)
{
    g_ptr_array_add(o->monitors, g_strdup(arg));
    return true;
}

static bool opt_mon(Options *o, const char *arg, GError **errp)
{
    static const char *const keys[] = {"chardev", "mode", "pretty", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "chardev", errp);
    if (!list || !optlist_check_keys(list, keys, errp)) {
        return false;
    }
    const char *id = optlist_get(list, "chardev"), *mode = optlist_get(list, "mode");
    if (!id) {
        return user_error(errp, "it needs chardev=ID");
    }
    if (mode && strcmp(mode, "readline") != 0) {
        return user_error(errp, "mode=%s: there is no such mode yet; only 'readline'",
                          mode);
    }
    g_ptr_array_add(o->monitors, g_strconcat("chardev:", id, NULL));
    return true;
}

static bool opt_chardev(Options *o, const char *arg, GError **errp)
{
    g_ptr_array_add(o->chardevs, (void *)arg);
    return true;
}

/* ---- looking inside ---- */

static bool opt_gdb(Options *o, const char *arg, GError **errp)
{
    o->gdb = strcmp(arg, "none") == 0 ? NULL : arg;
    return true;
}

static bool opt_gdb_1234(Options *o, const char *arg, GError **errp)
{
    o->gdb = "tcp::1234";
    return true;
}

static bool opt_stopped(Options *o, const char *arg, GError **errp)
{
    o->stopped = true;
    return true;
}

static bool opt_d(Options *o, const char *arg, GError **errp)
{
    if (is_help(arg)) {
        return want_help(o, HELP_LOG);
    }
    g_autofree char *all = o->log_items ? g_strjoin(",", o->log_items, arg, NULL) : NULL;
    replace(&o->log_items, all ? all : arg);
    return true;
}

static bool opt_perfmap(Options *o, const char *arg, GError **errp)
{
    o->perfmap = true;
    return true;
}

static bool opt_jitdump(Options *o, const char *arg, GError **errp)
{
    o->jitdump = true;
    return true;
}

static bool opt_symbols(Options *o, const char *arg, GError **errp)
{
    return set_once(&o->symbols, arg, errp);
}

static bool opt_logfile(Options *o, const char *arg, GError **errp)
{
    o->log_file = arg;
    return true;
}

static bool opt_dfilter(Options *o, const char *arg, GError **errp)
{
    o->log_filter = arg;
    return true;
}

/* ---- about, and the rest ---- */

static bool opt_help(Options *o, const char *arg, GError **errp)
{
    return want_help(o, HELP_OPTIONS);
}

static bool opt_version(Options *o, const char *arg, GError **errp)
{
    return want_help(o, HELP_VERSION);
}

static bool opt_ignored(Options *o, const char *arg, GError **errp)
{
    return true;
}

static bool opt_only_none(Options *o, const char *arg, GError **errp)
{
    return strcmp(arg, "none") == 0 || user_error(errp, "only 'none' is possible");
}

/* ---- the table ---- */

typedef struct OptRow {
    const char *name; /* NULL: the row is the title of a section */
    const char *alias, *arg, *text;
    OptFn *fn;
} OptRow;

static const OptRow rows[] = {
#define SECTION(title)                  {.text = title},
#define OPT(id, name, alias, arg, text) {name, alias, arg, text, opt_##id},
#include "softmmu/options.def"
};

static const OptRow *find_row(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const OptRow *r = &rows[i];
        if (r->name && (strcmp(r->name, name) == 0 || g_strcmp0(r->alias, name) == 0)) {
            return r;
        }
    }
    return NULL;
}

static bool unknown_option(const char *word, GError **errp)
{
    const char *names[ARRAY_SIZE(rows) + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].name) {
            names[n++] = rows[i].name;
        }
    }
    const char *close = closest_name(word + strspn(word, "-"), names);
    g_autofree char *all = g_strjoinv(" -", (char **)names);
    g_autofree char *hint =
        close ? g_strdup_printf(", did you mean '-%s'?", close) : NULL;
    return user_error(errp, "%s: no such option%s (there are: -%s)", word,
                      hint ? hint : "", all);
}

/* Takes the option at argv[0] and returns how many words it has; 0: *errp is set. */
static int take_option(Options *o, char **argv, GError **errp)
{
    const char *word = argv[0];
    if (word[0] != '-' || !word[1]) {
        user_error(errp, "%s: this is no option; a kernel is given by '-kernel %s'", word,
                   word);
        return 0;
    }
    const OptRow *row = find_row(word + (word[1] == '-' ? 2 : 1));
    if (!row) {
        unknown_option(word, errp);
        return 0;
    }
    if (row->arg && !argv[1]) {
        user_error(errp, "-%s: the argument is missing: %s", row->name, row->arg);
        return 0;
    }
    if (!row->fn(o, row->arg ? argv[1] : NULL, errp)) {
        user_error_prefix(errp, "%s%s%s: ", word, row->arg ? " " : "",
                          row->arg ? argv[1] : "");
        return 0;
    }
    return row->arg ? 2 : 1;
}

/* What can be said only when all options are known. */
static bool check_together(const Options *o, GError **errp)
{
    if (o->help != HELP_NONE) {
        return true;
    }
    if (o->initrd && !o->kernel) {
        return user_error(errp, "-initrd %s: it needs a kernel (-kernel)", o->initrd);
    }
    if (o->append && !o->kernel) {
        return user_error(errp, "-append %s: it needs a kernel (-kernel)", o->append);
    }
    if (!o->kernel && !o->bios) {
        return user_error(errp,
                          "there is nothing to start: give a kernel by -kernel FILE");
    }
    return true;
}

bool options_parse(Options *o, int argc, char **argv, GError **errp)
{
    *o = (Options){.version = o->version,
                   .ncpus = 1,
                   .devices = g_ptr_array_new(),
                   .chardevs = g_ptr_array_new(),
                   .monitors = g_ptr_array_new_with_free_func(g_free)};
    for (int i = 1; i < argc;) {
        int n = take_option(o, argv + i, errp);
        if (!n) {
            return false;
        }
        i += n;
    }
    return check_together(o, errp);
}

void options_clear(Options *o)
{
    replace(&o->machine, NULL);
    replace(&o->accel, NULL);
    replace(&o->log_items, NULL);
    replace(&o->help_device, NULL);
    g_ptr_array_unref(o->devices);
    g_ptr_array_unref(o->chardevs);
    g_ptr_array_unref(o->monitors);
}

/* ---- -help ---- */

enum { HELP_INDENT = 8, HELP_WIDTH = 80 };

/* Prints a paragraph, indented and wrapped at spaces. */
static void print_wrapped(FILE *out, const char *text)
{
    while (*text) {
        int len = strlen(text), room = HELP_WIDTH - HELP_INDENT;
        if (len > room) {
            len = room;
            while (len > 0 && text[len] != ' ') {
                len--;
            }
        }
        fprintf(out, "%*s%.*s\n", HELP_INDENT, "", len, text);
        text += len;
        text += strspn(text, " ");
    }
}

void options_print_help(FILE *out)
{
    fprintf(out,
            "usage: %s [options]\n\n"
            "Runs an x86_64 machine. Options are those of QEMU as far as they are here;\n"
            "one dash or two may be used.\n",
            g_get_prgname());
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const OptRow *r = &rows[i];
        if (!r->name) {
            fprintf(out, "\n%s:\n\n", r->text);
            continue;
        }
        fprintf(out, "  -%s%s%s%s%s\n", r->name, r->alias ? ", -" : "",
                r->alias ? r->alias : "", r->arg ? " " : "", r->arg ? r->arg : "");
        print_wrapped(out, r->text);
    }
}
