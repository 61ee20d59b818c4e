/* A command line by a table: parsing, -help. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_OPTION_TABLE_H
#define UTIL_OPTION_TABLE_H

#include <stdio.h>

#include "util/common.h"
#include "util/error.h"

/*
 * Gets the argument, NULL if the option has none, and writes messages without the
 * option's name, which the caller puts in front. `to` is what the row's `to` says.
 */
typedef bool OptFn(void *to, const char *arg, GError **errp);

typedef struct OptRow {
    const char *name; /* NULL: the row is the title of a section, and `text` its words */
    const char *alias, *arg, *text;
    OptFn *take;    /* NULL: it only asks for help */
    size_t to;      /* the field that the option sets, as an offset; 0: all of them */
    unsigned topic; /* of the help that "help" or "?" asks for; 0: there is none */
} OptRow;

/* What becomes of an argument: the field is a const char * that belongs to argv, an owned
 * one, or a GPtrArray of owned ones. */
OptFn opt_flag; /* a bool: true */
OptFn opt_text; /* the last one counts */
OptFn opt_once; /* a second one is an error */
OptFn opt_join; /* owned; joined by commas */
OptFn opt_list;

/*
 * A table is a file of rows SECTION(title) and OPT(what, name, alias, argument, text).
 * Who includes it in an array of OptRow has OPTIONS defined as the struct of the fields.
 * `what` is one of
 *   CALL(id)     opt_ID() of that file gets all options
 *   FLAG, TEXT, ONCE, JOIN, LIST(field)   the functions above
 *   HELP(topic)  in front of one of these or alone
 */
#define SECTION(title) {.text = title},
#define OPT(what, name_, alias_, arg_, text_) \
    {.name = name_, .alias = alias_, .arg = arg_, .text = text_, what},
#define CALL(id)    .take = opt_##id
#define FLAG(field) .take = opt_flag, .to = offsetof(OPTIONS, field)
#define TEXT(field) .take = opt_text, .to = offsetof(OPTIONS, field)
#define ONCE(field) .take = opt_once, .to = offsetof(OPTIONS, field)
#define JOIN(field) .take = opt_join, .to = offsetof(OPTIONS, field)
#define LIST(field) .take = opt_list, .to = offsetof(OPTIONS, field)
#define HELP(id)    .topic = id,

/* An option that users of QEMU may give and that is not here. */
typedef struct OptMissing {
    const char *name;
    const char *text; /* why, and what to do */
} OptMissing;

#define MISSING(name, text) {name, text},

typedef struct OptTable {
    const OptRow *rows;
    size_t nrows;
    const OptMissing *missing;
    size_t nmissing;
    size_t help; /* the field of the topic that is asked for first, an enum */
} OptTable;

/*
 * Takes the option at argv[0], which begins with a dash or two, into `options`. Returns
 * how many words it has; 0: *errp is set.
 */
int opttable_take(const OptTable *t, void *options, char **argv, GError **errp);
/* Whether a value asks what values there are. */
bool opttable_is_help(const char *arg);

/* The rows as -help shows them: names, and texts wrapped at 80 columns. */
void opttable_print(const OptTable *t, FILE *out);

#endif
