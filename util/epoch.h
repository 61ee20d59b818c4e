/* Epochs: memory that lock-free readers may still see is freed when the last has left. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_EPOCH_H
#define UTIL_EPOCH_H

#include "util/atomic.h"
#include "util/common.h"

/*
 * A reader brackets its use of shared pointers by epoch_enter() and epoch_leave(); pairs
 * may nest, only the outermost costs anything (one fence). A writer first unlinks an
 * object, then hands it to epoch_retire(). The object is freed once each thread that was
 * inside at that moment has left. A thread that stays inside for long calls
 * epoch_quiesce() at points where it holds no shared pointer, or nothing is ever freed.
 */

void epoch_enter(void);
void epoch_leave(void);

/* As a leave followed by an enter of the outermost level. */
void epoch_quiesce(void);

/*
 * An outermost leave and enter in line, for who has asked for the calling thread's place:
 * valid as long as the thread. A full fence behind the second is the caller's.
 */
uint64_t *epoch_place(void);
extern __attribute__((visibility("hidden"))) uint64_t epoch_now;
static inline void epoch_leave_at(uint64_t *place)
{
    atomic_store_release(place, 0);
}
static inline void epoch_enter_at(uint64_t *place)
{
    atomic_set(place, atomic_load_acquire(&epoch_now));
}

/* Calls fn(p) later, in whichever thread finds that it is safe. May be called inside or
 * out. */
void epoch_retire(void *p, void (*fn)(void *p));

/* Around fork(), which keeps only the calling thread; it is outside. */
void epoch_fork_begin(void);
void epoch_fork_end(bool child);

/* The calling thread is outside, whatever it was. */
void epoch_reset(void);

/* Frees what can be freed now and returns how many objects still wait. */
size_t epoch_reap(void);

#endif
