/* Errors of the user: thin helpers over GError, one clear line each. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

#include "util/common.h"

/*
 * There are three kinds of trouble: the user's (these functions), the guest's
 * (log_guest_error() of util/log.h) and our own (assert). A function that can fail for
 * the user returns bool and takes `GError **errp`; false means that *errp is set.
 */

/* What bool functions with a GError are marked with: the result says whether to go on. */
#define USER_CHECKED __attribute__((warn_unused_result))

/*
 * Sets *errp (when errp is not NULL) to a message without a newline and returns false, so
 * that a function may end with `return user_error(errp, ...)`.
 */
bool user_error(GError **errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* Puts `fmt` in front of the message in *errp, if there is one. Returns false. */
bool user_error_prefix(GError **errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* Prints "PROGRAM: message" to stderr. */
void report_error(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/* Prints "PROGRAM: warning: message" to stderr. */
void report_warning(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/* Prints the message of err as report_error() does and frees err. */
void report_gerror(GError *err);

/* Ends the process with status 1 and one line: there is no memory for `what`. Where
 * memory runs out nothing can be undone that would help. */
void out_of_memory(const char *what) G_GNUC_NORETURN;

/* From now on an allocation of GLib's that fails ends the process so, not by a trap. */
void errors_init(void);

/*
 * Returns the one of `names` (ended by NULL) that is closest to `word` by edit distance,
 * or NULL when none is near enough to be what was meant.
 */
const char *closest_name(const char *word, const char *const *names);

#endif
