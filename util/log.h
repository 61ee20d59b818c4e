/* The log of -d: categories, output file, address filter. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdio.h>

#include "util/common.h"

enum {
#define LOG_CAT(constant, name, desc) LOG_BIT_##constant,
#include "util/log.def"
    NR_LOG_CATS
};

enum {
#define LOG_CAT(constant, name, desc) LOG_##constant = 1 << LOG_BIT_##constant,
#include "util/log.def"
};

/* The categories that are on. Written by log_set_items() and log_set_mask() only. */
extern uint32_t log_mask;

/* Whether any category of `mask` is on: one load and one test, fit for hot paths. */
static inline bool log_enabled(uint32_t mask)
{
    return unlikely(log_mask & mask);
}

/* Turns on exactly the categories of `mask`. */
void log_set_mask(uint32_t mask);

/* The N of `lockstep=N`: instructions to compare; UINT64_MAX: all. */
extern uint64_t log_lockstep_insns;

/*
 * Turns on the categories named in `items` ("in_asm,int"), besides those already on.
 * `lockstep` may be followed by `=N`.
 */
bool log_set_items(const char *items, GError **errp);

/* Prints the table of categories, as `-d help` does. */
void log_print_help(FILE *out);

/* Replaces the one %d that a name may have by the process id, in new memory; NULL: some
 * other % is there. */
char *log_expand_pid(const char *path);

/*
 * Sends the log to the end of the file `path`, which is made empty before unless
 * `append`; NULL goes back to stderr. One %d in the name stands for the process id.
 */
bool log_set_file(const char *path, bool append, GError **errp);

/*
 * Gives the log a descriptor of its own, a copy of the present one: reserve() moves it to
 * where it shall be and returns the new number, or a negative one, and the log stays as
 * it was.
 */
void log_own_fd(int (*reserve)(int fd));

/*
 * Limits block-wise categories to address ranges: a comma list of `a..b` (both ends
 * belong to it), `a+len` and `a-len` (the len bytes before a). NULL or "" removes the
 * limit.
 */
bool log_set_filter(const char *ranges, GError **errp);

/* Whether `addr` passes the filter; true when there is none. */
bool log_addr_in_filter(uint64_t addr);

/* Writes to the log whatever the categories are; no newline is added. */
void log_printf(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/* Writes a line to the log; the newline is added. */
void log_line(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/*
 * Gives the log's stream to the calling thread alone, so that many lines stay together,
 * until log_unlock(). log_printf() may be called in between.
 */
FILE *log_lock(void);
void log_unlock(void);

/* A line about something that the guest should not have done. */
#define log_guest_error(...)                 \
    do {                                     \
        if (log_enabled(LOG_GUEST_ERRORS)) { \
            log_line(__VA_ARGS__);           \
        }                                    \
    } while (0)

/* A line about something that the guest may do and we cannot. */
#define log_unimp(...)                \
    do {                              \
        if (log_enabled(LOG_UNIMP)) { \
            log_line(__VA_ARGS__);    \
        }                             \
    } while (0)

#endif
