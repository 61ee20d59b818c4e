/* What the programs that compare system calls share: calls printed with their results. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_USER_CALLS_H
#define TESTS_USER_CALLS_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Each program runs twice, natively and under the emulator, and must print the same: so
 * it prints results, never process ids, times or inode numbers.
 */

static inline long result(long r)
{
    return r == -1 ? -errno : r;
}

/* The call as text, and what came back: a number or the name of an error. */
static inline long print_call(const char *text, long r)
{
    if (r < 0 && r > -4096) {
        printf("%s = -%s\n", text, strerrorname_np(-r));
    } else {
        printf("%s = %ld\n", text, r);
    }
    return r;
}

/* For calls whose result is the same each time. */
#define CALL(expr) print_call(#expr, result(expr))
/* For calls that give a descriptor or other number: only whether they succeed is printed.
 */
#define CALL_OK(expr)                                     \
    ({                                                    \
        long r_ = result(expr);                           \
        print_call(#expr " (succeeds)", r_ < 0 ? r_ : 0); \
        r_;                                               \
    })
/* A fact. */
#define SHOW(expr) printf("%s: %ld\n", #expr, (long)(expr))

/* The raw call, not what a C library makes of it. */
#define RAW(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

/* A folder of the program's own, which becomes the working directory. */
static inline void own_folder(void)
{
    char name[] = "/tmp/mynah-test-XXXXXX";

    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (!mkdtemp(name) || chdir(name) < 0) {
        perror(name);
        exit(2);
    }
}

static inline void remove_folder(void)
{
    char name[4096], command[5000];

    if (getcwd(name, sizeof name) && strncmp(name, "/tmp/mynah-test-", 16) == 0) {
        snprintf(command, sizeof command, "rm -rf %s", name);
        fflush(stdout);
        if (system(command) != 0) {
            exit(2);
        }
    }
}

#endif
