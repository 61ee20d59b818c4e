/* Threads, locks and the machine lock that devices run under. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>

#include "util/common.h"

/* Errors of these calls are bugs of ours, so they abort rather than return. */

typedef struct Mutex {
    pthread_mutex_t m;
} Mutex;

typedef struct CondVar {
    pthread_cond_t c; /* waits are measured on the monotonic clock */
} CondVar;

typedef struct Thread {
    pthread_t id;
} Thread;

#define MUTEX_INIT                \
    {                             \
        PTHREAD_MUTEX_INITIALIZER \
    }

void mutex_init(Mutex *m);
void mutex_destroy(Mutex *m);
void mutex_lock(Mutex *m);
bool mutex_trylock(Mutex *m);
void mutex_unlock(Mutex *m);

void cond_init(CondVar *c);
void cond_destroy(CondVar *c);
void cond_wait(CondVar *c, Mutex *m);
/* Waits until `deadline`, nanoseconds of clock_monotonic_ns(); false: the time is over.
 */
bool cond_wait_until(CondVar *c, Mutex *m, int64_t deadline);
void cond_signal(CondVar *c);
void cond_broadcast(CondVar *c);

/* Starts a thread that takes no signals but those of its own faults; `name` is cut to 15
 * characters. */
void thread_create(Thread *t, const char *name, void *(*fn)(void *), void *opaque);
/* Waits for the end of the thread and returns what it returned. */
void *thread_join(Thread *t);
bool thread_is_self(const Thread *t);

/*
 * The machine lock: devices, timers, chardevs and changes of the memory layout run under
 * it. vCPU threads take it only on slow paths, for the access of a device region. It is
 * not recursive; a path that may be entered with or without it uses machine_lock_held().
 */
void machine_lock(void);
void machine_unlock(void);
bool machine_lock_held(void);
/* Waits for `c` with the machine lock released meanwhile. */
void machine_cond_wait(CondVar *c);

#endif
