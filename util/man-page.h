/* Writes a manual page from a table of options; used by build tools. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_MAN_PAGE_H
#define UTIL_MAN_PAGE_H

/*
 * Texts are plain, and none of their lines begins with '.' or '\''. The page goes to
 * standard output: man_begin(), an option or a section at a time, man_end().
 */
typedef struct ManPage {
    const char *name, *summary;
    const char *arguments; /* behind the options, as .RI wants it; may be "" */
    const char *table;     /* the file that the options come from */
    const char *description, *exit_status;
    const char *example;
} ManPage;

void man_begin(const ManPage *m, const char *version);
void man_section(const char *title);
/* alias and arg may be NULL. */
void man_option(const char *name, const char *alias, const char *arg, const char *text);
void man_end(const ManPage *m);

#endif
