/* Option values: `first,key=value,flag,...` with doubled commas, numbers, sizes,
 * booleans. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_OPTIONS_H
#define UTIL_OPTIONS_H

#include "util/common.h"
#include "util/error.h"

/*
 * A value is a list of `key=value` joined by commas; `,,` is a comma inside a value. The
 * first may stand without a key: it then belongs to the option's implied key (`-accel
 * tcg,...`). A later word without `=` means `word=on`. When a key comes twice, the last
 * one counts.
 */

typedef struct OptList OptList;

/* NULL with *errp set when the text is malformed. implied_key may be NULL. */
OptList *optlist_parse(const char *text, const char *implied_key, GError **errp);
void optlist_free(OptList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OptList, optlist_free)

/* The value of `key`, or NULL. */
const char *optlist_get(OptList *list, const char *key);

/* These leave *value alone and return true when the key is not there. */
bool optlist_get_bool(OptList *list, const char *key, bool *value,
                      GError **errp) USER_CHECKED;
bool optlist_get_u64(OptList *list, const char *key, uint64_t *value,
                     GError **errp) USER_CHECKED;

/* Calls fn for each pair in order until it returns false; returns whether all did. */
bool optlist_foreach(OptList *list,
                     bool (*fn)(const char *key, const char *value, void *opaque,
                                GError **errp),
                     void *opaque, GError **errp) USER_CHECKED;

/* Fails, and names the nearest valid one, when a key is not in `keys` (ended by NULL). */
bool optlist_check_keys(OptList *list, const char *const *keys,
                        GError **errp) USER_CHECKED;

/* on/off, yes/no, true/false. */
bool parse_bool(const char *text, bool *value);
/* Decimal, 0x or 0 octal; the whole text, no sign. */
bool parse_u64(const char *text, uint64_t *value);
/*
 * A number with an optional suffix B K M G T P (binary, either case); a fraction is
 * allowed before a suffix. `unit` is the suffix taken for a bare number: 'B' or 'M'.
 */
bool parse_size(const char *text, char unit, uint64_t *value);

/*
 * For values out of a list: false with "'NAME' is no KIND ..., did you mean 'X'?" or with
 * the list of what there is. names is ended by NULL. Never returns true.
 */
bool unknown_name(const char *name, const char *kind, const char *const *names,
                  GError **errp);

#endif
