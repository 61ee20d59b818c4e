/* What a short system call needs of the engine, in line. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_USER_SHORT_H
#define ACCEL_TCG_USER_SHORT_H

#include "accel/tcg/tb-leaf.h"
#include "util/epoch.h"

/* There has been no other vCPU, so nobody waits for this one, or changes code while it
 * sleeps. */
static inline bool user_is_alone(CPUState *cpu)
{
    return !cpu_tcg(cpu)->engine->has_had_more;
}

/*
 * user_sleep_begin() and user_sleep_end() of a thread that nobody waits for (who wants to
 * be alone looks again after a millisecond at most). False: code may be gone, or somebody
 * is alone; the thread counts as running, and has to leave the code.
 */
static inline unsigned user_short_sleep_begin(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    unsigned flushes = t->engine->flush_count;

    atomic_store_release(&t->running, false);
    epoch_leave_at(t->epoch);
    smp_mb();
    return flushes;
}

static inline bool user_short_sleep_end(CPUState *cpu, unsigned begin)
{
    CPUTCG *t = cpu_tcg(cpu);

    epoch_enter_at(t->epoch);
    atomic_set(&t->running, true);
    smp_mb();
    return !atomic_read(&t->engine->exclusive->pending) &&
           t->engine->flush_count == begin;
}

/* user_will_be_written() would do nothing; false: it might, or there are no n bytes. */
static inline bool user_short_is_data(CPUState *cpu, uint64_t start, uint64_t n)
{
    uint64_t last = start + n - 1;

    return (start ^ last) >> (PAGE_BITS + LEAF_BITS) == 0 &&
           !leaf_find(cpu_tcg(cpu)->engine, start);
}

#endif
