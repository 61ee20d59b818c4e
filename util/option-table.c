/* A command line by a table: parsing, -help. */
/* SPDX-License-Identifier: MIT */
#include "util/option-table.h"

bool opttable_is_help(const char *arg)
{
    return strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0;
}

/* ---- what becomes of an argument ---- */

bool opt_flag(void *to, const char *arg, GError **errp)
{
    return *(bool *)to = true;
}

bool opt_text(void *to, const char *arg, GError **errp)
{
    *(const char **)to = arg;
    return true;
}

bool opt_once(void *to, const char *arg, GError **errp)
{
    const char **field = to;

    if (*field) {
        return user_error(errp, "there was one already: %s", *field);
    }
    *field = arg;
    return true;
}

bool opt_join(void *to, const char *arg, GError **errp)
{
    char **field = to;
    char *all = *field ? g_strjoin(",", *field, arg, NULL) : g_strdup(arg);

    g_free(*field);
    *field = all;
    return true;
}

bool opt_list(void *to, const char *arg, GError **errp)
{
    g_ptr_array_add(*(GPtrArray **)to, g_strdup(arg));
    return true;
}

/* ---- parsing ---- */

static const OptRow *find_row(const OptTable *t, const char *name)
{
    for (size_t i = 0; i < t->nrows; i++) {
        const OptRow *r = &t->rows[i];
        if (r->name && (strcmp(r->name, name) == 0 || g_strcmp0(r->alias, name) == 0)) {
            return r;
        }
    }
    return NULL;
}

static bool unknown_option(const OptTable *t, const char *word, GError **errp)
{
    const char *bare = word + strspn(word, "-");
    for (size_t i = 0; i < t->nmissing; i++) {
        if (strcmp(t->missing[i].name, bare) == 0) {
            return user_error(errp, "%s: QEMU's option, which is not here: %s", word,
                              t->missing[i].text);
        }
    }
    g_autofree const char **names = g_new0(const char *, t->nrows + 1);
    size_t n = 0;
    for (size_t i = 0; i < t->nrows; i++) {
        if (t->rows[i].name) {
            names[n++] = t->rows[i].name;
        }
    }
    const char *close = closest_name(bare, names);
    g_autofree char *all = g_strjoinv(" -", (char **)names);
    g_autofree char *hint =
        close ? g_strdup_printf(", did you mean '-%s'?", close) : NULL;
    return user_error(errp, "%s: no such option%s (there are: -%s)", word,
                      hint ? hint : "", all);
}

static bool take_row(const OptTable *t, const OptRow *row, void *options, const char *arg,
                     GError **errp)
{
    unsigned *help = (unsigned *)((char *)options + t->help);

    if (row->topic && (!row->take || opttable_is_help(arg))) {
        *help = *help ? *help : row->topic;
        return true;
    }
    return row->take((char *)options + row->to, arg, errp);
}

int opttable_take(const OptTable *t, void *options, char **argv, GError **errp)
{
    const char *word = argv[0];
    const OptRow *row = find_row(t, word + (word[1] == '-' ? 2 : 1));
    if (!row) {
        unknown_option(t, word, errp);
        return 0;
    }
    if (row->arg && !argv[1]) {
        user_error(errp, "-%s: the argument is missing: %s", row->name, row->arg);
        return 0;
    }
    if (!take_row(t, row, options, row->arg ? argv[1] : NULL, errp)) {
        user_error_prefix(errp, "%s%s%s: ", word, row->arg ? " " : "",
                          row->arg ? argv[1] : "");
        return 0;
    }
    return row->arg ? 2 : 1;
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

void opttable_print(const OptTable *t, FILE *out)
{
    for (size_t i = 0; i < t->nrows; i++) {
        const OptRow *r = &t->rows[i];
        if (!r->name) {
            fprintf(out, "\n%s:\n\n", r->text);
            continue;
        }
        fprintf(out, "  -%s%s%s%s%s\n", r->name, r->alias ? ", -" : "",
                r->alias ? r->alias : "", r->arg ? " " : "", r->arg ? r->arg : "");
        print_wrapped(out, r->text);
    }
}
