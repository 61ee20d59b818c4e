/* The command line of mynah-x86_64, parsed. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_OPTIONS_H
#define LINUX_USER_OPTIONS_H

#include <stdio.h>

#include "linux-user/task.h"
#include "util/common.h"
#include "util/error.h"

typedef enum UserHelp {
    USER_HELP_NONE,
    USER_HELP_OPTIONS,
    USER_HELP_VERSION,
    USER_HELP_CPU,
    USER_HELP_ACCEL,
    USER_HELP_LOG,
} UserHelp;

/* Strings belong to argv or the environment, unless they are said to be owned. */
typedef struct UserOptions {
    UserHelp help;
    const char *cpu;
    const char *accel;
    char *properties; /* ",NAME=on" ... for the accelerator, or NULL (owned) */
    char *sysroot;    /* absolute (owned) */
    const char *argv0, *uname_release;
    const char *gdb, *gdb_exec;
    int self_fd; /* of our own file; -1: it has a name */
    int lent_fd; /* that the path leads by, to be closed then; -1: none */
    GuestLimit limits[NR_GUEST_LIMITS];
    char *log_items; /* joined by commas (owned) */
    const char *log_file, *log_filter;
    bool strace, log_append;
    uint64_t stack_size;
    char **envp;          /* of the program (owned) */
    GPtrArray *inherited; /* argv[0] and what goes on to executed programs (owned) */
    char **exec_with;     /* the words; or NULL (owned) */
    int program;          /* index in argv of its path; argc: none */
} UserOptions;

/* Reads argv[1] up to the program's path. False with *errp set. */
bool user_options_parse(UserOptions *o, int argc, char **argv,
                        GError **errp) USER_CHECKED;
void user_options_print_help(FILE *out);

#endif
