/* Errors of the user: messages, prefixes, printing, and the nearest known name. */
/* SPDX-License-Identifier: MIT */
#include "util/error.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static GQuark user_error_quark(void)
{
    return g_quark_from_static_string("mynah-user-error");
}

bool user_error(GError **errp, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    g_set_error_literal(errp, user_error_quark(), 0, text);
    return false;
}

bool user_error_prefix(GError **errp, const char *fmt, ...)
{
    if (!errp || !*errp) {
        return false;
    }
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    g_prefix_error(errp, "%s", text);
    return false;
}

static const char *program_name(void)
{
    const char *name = g_get_prgname();
    return name ? name : "mynah";
}

static void report(const char *kind, const char *fmt, va_list ap)
{
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    fprintf(stderr, "%s: %s%s\n", program_name(), kind, text);
}

void report_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report("", fmt, ap);
    va_end(ap);
}

void report_warning(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report("warning: ", fmt, ap);
    va_end(ap);
}

void report_gerror(GError *err)
{
    report_error("%s", err->message);
    g_error_free(err);
}

/* Without the heap, and without what runs at exit: nothing is known about either. */
void out_of_memory(const char *what)
{
    dprintf(STDERR_FILENO, "%s: no memory for %s\n", program_name(), what);
    _exit(1);
}

/* Its message is "FILE:LINE: failed to allocate N bytes". */
static void on_glib_error(const char *domain, GLogLevelFlags level, const char *message,
                          void *opaque)
{
    const char *what = strstr(message, "failed to allocate ");
    if (what) {
        out_of_memory(what + strlen("failed to allocate "));
    }
    g_log_default_handler(domain, level, message, opaque);
}

void errors_init(void)
{
    g_log_set_handler("GLib", G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION,
                      on_glib_error, NULL);
}

/* Edit distance: insertions, deletions, replacements, swaps of neighbours; without case.
 */
static unsigned edit_distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), width = lb + 1;
    g_autofree unsigned *d = g_new(unsigned, (la + 1) * width);
    for (size_t i = 0; i <= la; i++) {
        d[i * width] = i;
    }
    for (size_t j = 0; j <= lb; j++) {
        d[j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        for (size_t j = 1; j <= lb; j++) {
            unsigned *at = &d[i * width + j];
            char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
            *at = MIN(at[-(ptrdiff_t)width], at[-1]) + 1;
            *at = MIN(*at, at[-(ptrdiff_t)width - 1] + (x != y));
            if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
                y == g_ascii_tolower(a[i - 2])) {
                *at = MIN(*at, at[-2 * (ptrdiff_t)width - 2] + 1);
            }
        }
    }
    return d[la * width + lb];
}

const char *closest_name(const char *word, const char *const *names)
{
    const char *best = NULL;
    unsigned best_distance = 1 + MAX(strlen(word) / 3, 1); /* a third may be wrong */
    for (; *names; names++) {
        unsigned d = edit_distance(word, *names);
        if (d < best_distance && d < strlen(*names)) {
            best_distance = d;
            best = *names;
        }
    }
    return best;
}
