/* The log of -d: parsing of items and ranges, and the one stream that all threads share.
 */
/* SPDX-License-Identifier: MIT */
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/error.h"

/*
 * The mask is read without a lock by every thread; a reader may see a change late. The
 * file and the filter are set while the command line is read or with the machine stopped.
 */

typedef struct LogRange {
    uint64_t first, last;
} LogRange;

uint32_t log_mask;
uint64_t log_lockstep_insns = UINT64_MAX;

static FILE *log_file; /* NULL: stderr */
static GArray *log_ranges;

static const struct {
    const char *name, *desc;
} log_cats[] = {
#define LOG_CAT(constant, name, desc) {#name, desc},
#include "util/log.def"
};
static_assert(NR_LOG_CATS <= 32, "log_mask has 32 bits");

void log_set_mask(uint32_t mask)
{
    log_mask = mask;
}

static bool unknown_item(const char *item, GError **errp)
{
    const char *names[NR_LOG_CATS + 1] = {NULL};
    for (size_t i = 0; i < NR_LOG_CATS; i++) {
        names[i] = log_cats[i].name;
    }
    const char *close = closest_name(item, names);
    if (close) {
        return user_error(errp, "'%s' is no log category, did you mean '%s'?", item,
                          close);
    }
    g_autofree char *all = g_strjoinv(", ", (char **)names);
    return user_error(errp, "'%s' is no log category; there are %s", item, all);
}

/* Cuts "=N" off `lockstep=N`. False: there is a value that cannot be. */
static bool take_value(char *word, GError **errp)
{
    char *value = strchr(word, '='), *end;
    if (!value || !g_str_has_prefix(word, "lockstep=")) {
        return true;
    }
    errno = 0;
    log_lockstep_insns = g_ascii_strtoull(value + 1, &end, 0);
    if (errno || *end || !log_lockstep_insns) {
        return user_error(errp, "%s: expected a number of instructions", word);
    }
    *value = 0;
    return true;
}

bool log_set_items(const char *items, GError **errp)
{
    uint32_t mask = 0;
    g_auto(GStrv) words = g_strsplit(items, ",", -1);
    for (char **word = words; *word; word++) {
        size_t i = 0;
        if (!take_value(*word, errp)) {
            return false;
        }
        while (i < NR_LOG_CATS && strcmp(log_cats[i].name, *word) != 0) {
            i++;
        }
        if (i == NR_LOG_CATS) {
            return unknown_item(*word, errp);
        }
        mask |= UINT32_C(1) << i;
    }
    log_set_mask(log_mask | mask);
    return true;
}

void log_print_help(FILE *out)
{
    fprintf(out, "Items of -d, joined by commas:\n");
    for (size_t i = 0; i < NR_LOG_CATS; i++) {
        fprintf(out, "  %-14s %s\n", log_cats[i].name, log_cats[i].desc);
    }
}

char *log_expand_pid(const char *path)
{
    const char *percent = strchr(path, '%');
    if (!percent) {
        return g_strdup(path);
    }
    if (percent[1] != 'd' || strchr(percent + 2, '%')) {
        return NULL;
    }
    return g_strdup_printf("%.*s%ld%s", (int)(percent - path), path, (long)getpid(),
                           percent + 2);
}

/* Several processes may write to it, each line at the end. */
static FILE *open_file(const char *name, bool append)
{
    int fd = open(
        name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (append ? 0 : O_TRUNC), 0666);

    return fd < 0 ? NULL : fdopen(fd, "a");
}

bool log_set_file(const char *path, bool append, GError **errp)
{
    FILE *f = NULL;
    if (path) {
        g_autofree char *name = log_expand_pid(path);
        if (!name) {
            return user_error(errp, "%s: only one %%d may stand in the name", path);
        }
        f = open_file(name, append);
        if (!f) {
            return user_error(errp, "%s: %s", name, strerror(errno));
        }
        setvbuf(f, NULL, _IOLBF, 0);
    }
    if (log_file) {
        fclose(log_file);
    }
    log_file = f;
    return true;
}

void log_own_fd(int (*reserve)(int fd))
{
    int fd = dup(fileno(log_file ? log_file : stderr));
    int own = fd < 0 ? fd : reserve(fd);
    FILE *f = own < 0 ? NULL : fdopen(own, "w");

    if (f) {
        setvbuf(f, NULL, _IOLBF, 0);
        if (log_file) {
            fclose(log_file);
        }
        log_file = f;
    } else if (fd >= 0) {
        close(fd);
    }
}

static bool parse_range(const char *text, LogRange *r)
{
    char *end;
    errno = 0;
    uint64_t a = g_ascii_strtoull(text, &end, 0);
    if (end == text || errno) {
        return false;
    }
    char kind = *end;
    bool dots = kind == '.' && end[1] == '.';
    if (!dots && kind != '+' && kind != '-') {
        return false;
    }
    const char *second = end + (dots ? 2 : 1);
    uint64_t b = g_ascii_strtoull(second, &end, 0);
    if (end == second || *end || errno) {
        return false;
    }
    if (dots) {
        *r = (LogRange){a, b};
        return a <= b;
    }
    uint64_t len = b;
    *r = kind == '+' ? (LogRange){a, a + len - 1} : (LogRange){a - len, a - 1};
    return len && r->first <= r->last;
}

bool log_set_filter(const char *ranges, GError **errp)
{
    g_autoptr(GArray) list = NULL;
    if (ranges && *ranges) {
        list = g_array_new(false, false, sizeof(LogRange));
        g_auto(GStrv) words = g_strsplit(ranges, ",", -1);
        for (char **word = words; *word; word++) {
            LogRange r;
            if (!parse_range(*word, &r)) {
                return user_error(
                    errp, "'%s' is no range; use a..b, a+length or a-length", *word);
            }
            g_array_append_val(list, r);
        }
    }
    if (log_ranges) {
        g_array_unref(log_ranges);
    }
    log_ranges = g_steal_pointer(&list);
    return true;
}

bool log_addr_in_filter(uint64_t addr)
{
    if (!log_ranges) {
        return true;
    }
    for (unsigned i = 0; i < log_ranges->len; i++) {
        const LogRange *r = &g_array_index(log_ranges, LogRange, i);
        if (addr >= r->first && addr <= r->last) {
            return true;
        }
    }
    return false;
}

static FILE *log_stream(void)
{
    return log_file ? log_file : stderr;
}

void log_printf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vfprintf(log_stream(), fmt, ap);
    va_end(ap);
}

void log_line(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    FILE *f = log_lock();
    vfprintf(f, fmt, ap);
    putc('\n', f);
    log_unlock();
    va_end(ap);
}

FILE *log_lock(void)
{
    FILE *f = log_stream();
    flockfile(f);
    return f;
}

void log_unlock(void)
{
    funlockfile(log_stream());
}
