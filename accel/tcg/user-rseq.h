/* The host's part of restartable sequences: one access that is a sequence itself. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_USER_RSEQ_H
#define ACCEL_TCG_USER_RSEQ_H

#include "util/common.h"

/*
 * If *pointer is d, copies 1 << size bytes, at most 32, and leaves d there, or 0 if the
 * kernel has looked since. False: it was not d, or the kernel came in between: nothing
 * was copied. d 0: just copies. Either side may fault.
 */
bool user_rseq_copy(uint64_t *pointer, uint64_t d, void *to, const void *from,
                    unsigned size);

#endif
