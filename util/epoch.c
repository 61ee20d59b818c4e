/* Epochs: a counter that moves with each retirement, and what each thread last saw of it.
 */
/* SPDX-License-Identifier: MIT */
#include "util/epoch.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/atomic.h"
#include "util/thread.h"

/*
 * A thread inside publishes the counter's value at its entry; outside it publishes 0. An
 * object retired at epoch e (the counter is e before, e + 1 after) is unlinked before the
 * counter moves, so a thread that entered at e + 1 or later cannot have found it. It may
 * be freed when no thread publishes a value in 1..e. Records of ended threads are reused.
 */

typedef struct EpochThread {
    uint64_t seen; /* 0: outside */
    unsigned depth;
    bool in_use;
    struct EpochThread *next;
} EpochThread;

typedef struct Retired {
    void *p;
    void (*fn)(void *p);
    uint64_t epoch;
} Retired;

uint64_t epoch_now = 1;
static WRITTEN_AT_FORK EpochThread epoch_first = {0}; /* mostly the only one */
static EpochThread *epoch_threads = &epoch_first;     /* grows only */
static GArray *epoch_retired;                         /* under epoch_lock */
static WRITTEN_AT_FORK Mutex epoch_lock = MUTEX_INIT;

/* The kernel fences all threads for us; fixed at first use. */
static WRITTEN_AT_FORK bool epoch_remote_fence = false;

static __thread EpochThread *epoch_self;
static pthread_key_t epoch_key;
static pthread_once_t epoch_once = PTHREAD_ONCE_INIT;

static void epoch_thread_end(void *opaque)
{
    EpochThread *t = opaque;
    atomic_store_release(&t->seen, 0);
    t->depth = 0;
    atomic_store_release(&t->in_use, false);
}

static bool membarrier(int cmd)
{
    return syscall(SYS_membarrier, cmd, 0, 0) == 0;
}

static void epoch_setup(void)
{
    pthread_key_create(&epoch_key, epoch_thread_end);
    epoch_remote_fence = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

/* The reader's half of the fence: after it has published that it is inside. */
static inline void fence_entry(void)
{
    if (likely(epoch_remote_fence)) {
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    } else {
        smp_mb();
    }
}

/* The writer's half: between unlinking and the look at who is inside. */
static void fence_retire(void)
{
    pthread_once(&epoch_once, epoch_setup);
    if (!epoch_remote_fence || !membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) {
        smp_mb();
    }
}

static EpochThread *epoch_register(void)
{
    pthread_once(&epoch_once, epoch_setup);
    mutex_lock(&epoch_lock);
    EpochThread *t = epoch_threads;
    while (t && atomic_load_acquire(&t->in_use)) {
        t = t->next;
    }
    if (!t) {
        t = g_new0(EpochThread, 1);
        t->next = epoch_threads;
        atomic_store_release(&epoch_threads, t);
    }
    t->in_use = true;
    mutex_unlock(&epoch_lock);
    pthread_setspecific(epoch_key, t);
    epoch_self = t;
    return t;
}

static inline EpochThread *self(void)
{
    return likely(epoch_self) ? epoch_self : epoch_register();
}

RUN_AT_FORK uint64_t *epoch_place(void)
{
    return &self()->seen;
}

RUN_AT_FORK void epoch_enter(void)
{
    EpochThread *t = self();
    if (t->depth++ == 0) {
        atomic_set(&t->seen, atomic_load_acquire(&epoch_now));
        fence_entry();
    }
}

RUN_AT_FORK void epoch_leave(void)
{
    EpochThread *t = self();
    assert(t->depth);
    if (--t->depth == 0) {
        atomic_store_release(&t->seen, 0);
    }
}

RUN_AT_FORK void epoch_quiesce(void)
{
    EpochThread *t = self();
    if (t->depth == 1) {
        atomic_store_release(&t->seen, atomic_load_acquire(&epoch_now));
        fence_entry();
    }
}

/* The oldest epoch that a thread is in; UINT64_MAX: all are outside. */
static uint64_t oldest_seen(void)
{
    fence_retire();
    uint64_t oldest = UINT64_MAX;
    for (EpochThread *t = atomic_load_acquire(&epoch_threads); t; t = t->next) {
        uint64_t seen = atomic_load_acquire(&t->seen);
        if (seen) {
            oldest = MIN(oldest, seen);
        }
    }
    return oldest;
}

/* Takes the objects that nobody can see off the list; they are in the order of
 * retirement. */
static GArray *take_unseen(void)
{
    GArray *ready = g_array_new(false, false, sizeof(Retired));
    uint64_t oldest = oldest_seen();
    unsigned n = 0;
    while (n < epoch_retired->len &&
           g_array_index(epoch_retired, Retired, n).epoch < oldest) {
        n++;
    }
    if (n) {
        g_array_append_vals(ready, epoch_retired->data, n);
        g_array_remove_range(epoch_retired, 0, n);
    }
    return ready;
}

void epoch_reset(void)
{
    EpochThread *t = self();
    t->depth = 0;
    atomic_store_release(&t->seen, 0);
}

RUN_AT_FORK void epoch_fork_begin(void)
{
    mutex_lock(&epoch_lock);
}

/* Records of threads that are not in the child are free again. */
RUN_AT_FORK void epoch_fork_end(bool child)
{
    for (EpochThread *t = epoch_threads; child && t; t = t->next) {
        if (t != epoch_self && t->in_use) {
            t->seen = t->depth = 0;
            t->in_use = false;
        }
    }
    if (child && epoch_remote_fence) { /* a registration is of one process */
        epoch_remote_fence = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
    }
    mutex_unlock(&epoch_lock);
}

size_t epoch_reap(void)
{
    mutex_lock(&epoch_lock);
    if (!epoch_retired) {
        mutex_unlock(&epoch_lock);
        return 0;
    }
    GArray *ready = take_unseen();
    size_t left = epoch_retired->len;
    mutex_unlock(&epoch_lock);

    for (unsigned i = 0; i < ready->len; i++) {
        Retired *r = &g_array_index(ready, Retired, i);
        r->fn(r->p);
    }
    g_array_unref(ready);
    return left;
}

void epoch_retire(void *p, void (*fn)(void *p))
{
    mutex_lock(&epoch_lock);
    if (!epoch_retired) {
        epoch_retired = g_array_new(false, false, sizeof(Retired));
    }
    Retired r = {p, fn, atomic_fetch_add(&epoch_now, 1)};
    g_array_append_val(epoch_retired, r);
    mutex_unlock(&epoch_lock);
    epoch_reap();
}
