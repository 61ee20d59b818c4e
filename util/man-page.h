/* A manual page: its words, and the table of options that it is made from. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_MAN_PAGE_H
#define UTIL_MAN_PAGE_H

#include <stddef.h>

/* A row of the table. */
typedef struct ManRow {
    const char *name; /* NULL: the title of a section */
    const char *alias, *arg, *text;
} ManRow;

#define SECTION(title)                    {.text = title},
#define OPT(what, name, alias, arg, text) {name, alias, arg, text},

/* Texts are plain, and none of their lines begins with '.' or '\''. */
typedef struct ManPage {
    const char *name, *summary;
    const char *arguments; /* behind the options, as .RI wants it; may be "" */
    const char *table;     /* the file that the rows come from */
    const ManRow *rows;
    size_t nrows;
    const char *description, *exit_status;
    const char *example;
} ManPage;

/* Of the program; man-page.c writes it to standard output. */
extern const ManPage man_page;

#endif
