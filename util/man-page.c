/* Writes a manual page from a table of options; used by build tools. */
/* SPDX-License-Identifier: MIT */
/* man(7). Runs on the build machine, so nothing but libc is used. */
#include "util/man-page.h"

#include <ctype.h>
#include <stdio.h>

static void print_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '-') {
            putchar('\\');
        }
        putchar(*text == '\\' ? 'e' : *text);
    }
}

static void print_paragraph(const char *macro, const char *text)
{
    printf("%s\n", macro);
    print_text(text);
    printf("\n");
}

void man_begin(const ManPage *m, const char *version)
{
    printf(".\\\" Made from %s.\n.TH ", m->table);
    for (const char *p = m->name; *p; p++) {
        printf(*p == '-' ? "\\-" : "%c", toupper((unsigned char)*p));
    }
    printf(" 1 \"\" \"Mynah %s\"\n", version);
    printf(".SH NAME\n");
    print_text(m->name);
    printf(" \\- ");
    print_text(m->summary);
    printf("\n.SH SYNOPSIS\n.B ");
    print_text(m->name);
    printf("\n.RI [ options ]%s\n", m->arguments);
    print_paragraph(".SH DESCRIPTION", m->description);
    printf(".SH OPTIONS\n");
}

void man_section(const char *title)
{
    printf(".SS ");
    print_text(title);
    printf("\n");
}

void man_option(const char *name, const char *alias, const char *arg, const char *text)
{
    printf(".TP\n.B \\-");
    print_text(name);
    if (alias) {
        printf(", \\-%s", alias);
    }
    if (arg) {
        printf(" \\fI");
        print_text(arg);
        printf("\\fR");
    }
    printf("\n");
    print_text(text);
    printf("\n");
}

void man_end(const ManPage *m)
{
    print_paragraph(".SH EXIT STATUS", m->exit_status);
    print_paragraph(".SH EXAMPLE\n.nf", m->example);
    printf(".fi\n");
}
