/* A command line by a table: parsing, -help. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_OPTION_TABLE_H
#define UTIL_OPTION_TABLE_H

#include <stdio.h>

#include "util/common.h"
#include "util/error.h"

/*
 * Gets the argument, NULL if the option has none, and writes messages without the
 * option's name, which the caller puts in front.
 */
typedef bool OptFn(void *opaque, const char *arg, GError **errp);

typedef struct OptRow {
    const char *name; /* NULL: the row is the title of a section, and `text` its words */
    const char *alias, *arg, *text;
    OptFn *fn;
} OptRow;

/* An option that users of QEMU may give and that is not here. */
typedef struct OptMissing {
    const char *name;
    const char *text; /* why, and what to do */
} OptMissing;

typedef struct OptTable {
    const OptRow *rows;
    size_t nrows;
    const OptMissing *missing;
    size_t nmissing;
} OptTable;

/*
 * Takes the option at argv[0], which begins with a dash or two. Returns how many words it
 * has; 0: *errp is set.
 */
int opttable_take(const OptTable *t, void *opaque, char **argv, GError **errp);

/* The rows as -help shows them: names, and texts wrapped at 80 columns. */
void opttable_print(const OptTable *t, FILE *out);

#endif
