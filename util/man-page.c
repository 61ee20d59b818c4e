/* Build tool: writes a manual page from a table of options. */
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

static void print_head(const ManPage *m, const char *version)
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

static void print_row(const ManRow *r)
{
    if (!r->name) {
        printf(".SS ");
    } else {
        printf(".TP\n.B \\-");
        print_text(r->name);
        if (r->alias) {
            printf(", \\-%s", r->alias);
        }
        if (r->arg) {
            printf(" \\fI");
            print_text(r->arg);
            printf("\\fR");
        }
        printf("\n");
    }
    print_text(r->text);
    printf("\n");
}

/* The argument: the version of the program. */
int main(int argc, char **argv)
{
    print_head(&man_page, argc > 1 ? argv[1] : "");
    for (size_t i = 0; i < man_page.nrows; i++) {
        print_row(&man_page.rows[i]);
    }
    print_paragraph(".SH EXIT STATUS", man_page.exit_status);
    print_paragraph(".SH EXAMPLE\n.nf", man_page.example);
    printf(".fi\n");
    return 0;
}
