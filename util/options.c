/* Option values: the parser of key=value lists and of the values themselves. */
/* SPDX-License-Identifier: MIT */
#include "util/options.h"

#include <errno.h>
#include <math.h>

#include "util/bitops.h"

typedef struct Opt {
    char *key, *value;
} Opt;

struct OptList {
    GArray *opts; /* of Opt */
};

static void opt_clear(void *p)
{
    Opt *o = p;
    g_free(o->key);
    g_free(o->value);
}

void optlist_free(OptList *list)
{
    if (list) {
        g_array_unref(list->opts);
        g_free(list);
    }
}

/* Takes the text up to the next single comma, with doubled ones halved; NULL at the end.
 */
static char *next_word(const char **text)
{
    if (!**text) {
        return NULL;
    }
    GString *word = g_string_new(NULL);
    const char *p = *text;
    for (; *p; p++) {
        if (*p == ',' && *++p != ',') {
            break;
        }
        g_string_append_c(word, *p);
    }
    *text = p;
    return g_string_free(word, false);
}

static bool add_word(OptList *list, const char *word, const char *implied_key,
                     GError **errp)
{
    Opt o;
    const char *equals = strchr(word, '=');
    bool first = list->opts->len == 0;
    if (equals == word || (!*word && !(first && implied_key))) {
        return user_error(errp, "a name is missing before '%s'", *word ? word : ",");
    }
    if (equals) {
        o = (Opt){g_strndup(word, equals - word), g_strdup(equals + 1)};
    } else if (first && implied_key) {
        o = (Opt){g_strdup(implied_key), g_strdup(word)};
    } else {
        o = (Opt){g_strdup(word), g_strdup("on")};
    }
    g_array_append_val(list->opts, o);
    return true;
}

OptList *optlist_parse(const char *text, const char *implied_key, GError **errp)
{
    g_autoptr(OptList) list = g_new0(OptList, 1);
    list->opts = g_array_new(false, false, sizeof(Opt));
    g_array_set_clear_func(list->opts, opt_clear);
    for (char *word; (word = next_word(&text));) {
        bool ok = add_word(list, word, implied_key, errp);
        g_free(word);
        if (!ok) {
            return NULL;
        }
    }
    return g_steal_pointer(&list);
}

const char *optlist_get(OptList *list, const char *key)
{
    for (unsigned i = list->opts->len; i-- > 0;) {
        const Opt *o = &g_array_index(list->opts, Opt, i);
        if (strcmp(o->key, key) == 0) {
            return o->value;
        }
    }
    return NULL;
}

bool optlist_get_bool(OptList *list, const char *key, bool *value, GError **errp)
{
    const char *text = optlist_get(list, key);
    if (text && !parse_bool(text, value)) {
        return user_error(errp, "%s=%s: expected 'on' or 'off'", key, text);
    }
    return true;
}

bool optlist_get_u64(OptList *list, const char *key, uint64_t *value, GError **errp)
{
    const char *text = optlist_get(list, key);
    if (text && !parse_u64(text, value)) {
        return user_error(errp, "%s=%s: expected a number", key, text);
    }
    return true;
}

bool optlist_foreach(OptList *list,
                     bool (*fn)(const char *key, const char *value, void *opaque,
                                GError **errp),
                     void *opaque, GError **errp)
{
    for (unsigned i = 0; i < list->opts->len; i++) {
        const Opt *o = &g_array_index(list->opts, Opt, i);
        if (!fn(o->key, o->value, opaque, errp)) {
            return false;
        }
    }
    return true;
}

bool optlist_check_keys(OptList *list, const char *const *keys, GError **errp)
{
    for (unsigned i = 0; i < list->opts->len; i++) {
        const char *key = g_array_index(list->opts, Opt, i).key;
        if (!g_strv_contains(keys, key)) {
            return unknown_name(key, "property", keys, errp);
        }
    }
    return true;
}

bool parse_bool(const char *text, bool *value)
{
    static const char *const on[] = {"on", "yes", "true", "y", NULL};
    static const char *const off[] = {"off", "no", "false", "n", NULL};
    if (g_strv_contains(on, text)) {
        *value = true;
        return true;
    }
    if (g_strv_contains(off, text)) {
        *value = false;
        return true;
    }
    return false;
}

bool parse_u64(const char *text, uint64_t *value)
{
    char *end;
    if (!g_ascii_isdigit(*text)) {
        return false;
    }
    errno = 0;
    uint64_t v = g_ascii_strtoull(text, &end, 0);
    if (*end || errno) {
        return false;
    }
    *value = v;
    return true;
}

/* The power of two that a suffix stands for; -1: none. */
static int suffix_shift(char c)
{
    static const char suffixes[] = "BKMGTP";
    const char *p = strchr(suffixes, g_ascii_toupper(c));
    return c && p ? (int)(p - suffixes) * 10 : -1;
}

bool parse_size(const char *text, char unit, uint64_t *value)
{
    char *end;
    if (!g_ascii_isdigit(*text)) {
        return false;
    }
    errno = 0;
    uint64_t whole = g_ascii_strtoull(text, &end, 0);
    double fraction = 0;
    if (errno) {
        return false;
    }
    if (*end == '.' && g_ascii_isdigit(end[1])) {
        fraction = g_ascii_strtod(end, &end);
    }
    int shift = suffix_shift(*end ? *end++ : unit);
    if (shift < 0 || *end || (fraction != 0 && shift == 0)) {
        return false;
    }
    if (shift && whole >> (64 - shift)) {
        return false;
    }
    *value = (whole << shift) + (uint64_t)(fraction * (double)BIT64(shift));
    return true;
}

bool unknown_name(const char *name, const char *kind, const char *const *names,
                  GError **errp)
{
    const char *close = closest_name(name, names);
    g_autofree char *all = g_strjoinv(", ", (char **)names);
    if (close) {
        return user_error(errp, "'%s' is no %s, did you mean '%s'? (there are: %s)", name,
                          kind, close, all);
    }
    return user_error(errp, "'%s' is no %s; there are: %s", name, kind, all);
}
