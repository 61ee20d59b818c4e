/* Build tool: writes the manual page of mynah-system-x86_64 from options.def. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>

/* Prints text for troff: no line of ours begins with '.' or '\'', but backslashes and
 * dashes occur. */
static void print_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '-') {
            putchar('\\');
        }
        putchar(*text == '\\' ? 'e' : *text);
    }
}

static void print_section(const char *title)
{
    printf(".SS ");
    print_text(title);
    printf("\n");
}

static void print_option(const char *name, const char *alias, const char *arg,
                         const char *text)
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

int main(int argc, char **argv)
{
    printf(
        ".\\\" Made from softmmu/options.def.\n"
        ".TH MYNAH\\-SYSTEM\\-X86_64 1 \"\" \"Mynah %s\"\n"
        ".SH NAME\n"
        "mynah\\-system\\-x86_64 \\- runs an x86_64 machine\n"
        ".SH SYNOPSIS\n"
        ".B mynah\\-system\\-x86_64\n"
        ".RI [ options ]\n"
        ".SH DESCRIPTION\n"
        "Translates the code of a whole x86_64 machine to that of the host and runs it.\n"
        "Options are those of QEMU as far as they are here; one dash or two may be "
        "used.\n"
        ".SH OPTIONS\n",
        argc > 1 ? argv[1] : "");
#define SECTION(title)                  print_section(title);
#define OPT(id, name, alias, arg, text) print_option(name, alias, arg, text);
#include "softmmu/options.def"
    printf(
        ".SH EXIT STATUS\n"
        "0 when the guest powers off or the user quits, 1 when the options are wrong, "
        "and an\n"
        "odd number of the guest's choice when it uses the isa\\-debug\\-exit device.\n"
        ".SH EXAMPLE\n"
        ".nf\n"
        "mynah\\-system\\-x86_64 \\-m 512 \\-kernel vmlinuz \\-initrd initrd.gz \\e\n"
        "    \\-append \"console=ttyS0\" \\-nographic \\-no\\-reboot\n"
        ".fi\n");
    return 0;
}
