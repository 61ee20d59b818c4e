/* Seqlock: small data that is read without a lock and read again when it changed
 * meanwhile. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_SEQLOCK_H
#define UTIL_SEQLOCK_H

#include "util/atomic.h"
#include "util/common.h"

/*
 * The sequence is odd while a writer is at work. Writers exclude each other by a lock of
 * their own. The data is read by atomic_read(), so that a torn round is harmless:
 *
 *     do {
 *         seq = seqlock_read_begin(&s);
 *         ... copy the data ...
 *     } while (seqlock_read_retry(&s, seq));
 */

typedef struct Seqlock {
    unsigned sequence;
} Seqlock;

static inline void seqlock_write_begin(Seqlock *s)
{
    atomic_set(&s->sequence, s->sequence + 1);
    smp_wmb();
}

static inline void seqlock_write_end(Seqlock *s)
{
    atomic_store_release(&s->sequence, s->sequence + 1);
}

/* Never waits: an odd value is returned as even, which makes the retry fail. */
static inline unsigned seqlock_read_begin(const Seqlock *s)
{
    return atomic_load_acquire(&s->sequence) & ~1u;
}

static inline bool seqlock_read_retry(const Seqlock *s, unsigned begin)
{
    smp_rmb();
    return unlikely(atomic_read(&s->sequence) != begin);
}

#endif
