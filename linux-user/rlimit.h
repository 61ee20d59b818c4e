/* Limits of memory, which are the guest's alone. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_RLIMIT_H
#define LINUX_USER_RLIMIT_H

#include "linux-user/task.h"

/*
 * May the running guest have `size` bytes more with these USER_* flags, at `start` in
 * place of what is there, or anywhere if that is 0? Under the map's lock.
 */
bool rlimit_allows(uint64_t start, uint64_t size, unsigned flags);

/* The limits that are set as one word, "" if none is; and back. False: no such word. */
enum { LIMITS_WORD_MAX = NR_GUEST_LIMITS * 48 };
void rlimit_print(const TaskState *ts, char *word, size_t size);
bool rlimit_parse(const char *word, GuestLimit limits[NR_GUEST_LIMITS]);

#endif
