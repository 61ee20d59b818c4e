/* Threads, locks and the machine lock, over POSIX threads. */
/* SPDX-License-Identifier: MIT */
#include "util/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static Mutex big_lock = MUTEX_INIT;
static __thread bool big_lock_held;

static void check(int err, const char *what)
{
    if (unlikely(err)) {
        fprintf(stderr, "%s: %s\n", what, strerror(err));
        abort();
    }
}

void mutex_init(Mutex *m)
{
    check(pthread_mutex_init(&m->m, NULL), "mutex_init");
}

void mutex_destroy(Mutex *m)
{
    check(pthread_mutex_destroy(&m->m), "mutex_destroy");
}

RUN_AT_FORK void mutex_lock(Mutex *m)
{
    check(pthread_mutex_lock(&m->m), "mutex_lock");
}

bool mutex_trylock(Mutex *m)
{
    int err = pthread_mutex_trylock(&m->m);
    if (err == EBUSY) {
        return false;
    }
    check(err, "mutex_trylock");
    return true;
}

RUN_AT_FORK void mutex_unlock(Mutex *m)
{
    check(pthread_mutex_unlock(&m->m), "mutex_unlock");
}

void cond_init(CondVar *c)
{
    pthread_condattr_t attr;
    check(pthread_condattr_init(&attr), "condattr_init");
    check(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), "condattr_setclock");
    check(pthread_cond_init(&c->c, &attr), "cond_init");
    pthread_condattr_destroy(&attr);
}

void cond_destroy(CondVar *c)
{
    check(pthread_cond_destroy(&c->c), "cond_destroy");
}

void cond_wait(CondVar *c, Mutex *m)
{
    check(pthread_cond_wait(&c->c, &m->m), "cond_wait");
}

bool cond_wait_until(CondVar *c, Mutex *m, int64_t deadline)
{
    deadline = MAX(deadline, 0);
    struct timespec ts = {deadline / 1000000000, deadline % 1000000000};
    int err = pthread_cond_timedwait(&c->c, &m->m, &ts);
    if (err == ETIMEDOUT) {
        return false;
    }
    check(err, "cond_wait_until");
    return true;
}

void cond_signal(CondVar *c)
{
    check(pthread_cond_signal(&c->c), "cond_signal");
}

void cond_broadcast(CondVar *c)
{
    check(pthread_cond_broadcast(&c->c), "cond_broadcast");
}

void thread_create(Thread *t, const char *name, void *(*fn)(void *), void *opaque)
{
    /* Signals of a thread's own faults must reach their handlers. */
    static const int own[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
    sigset_t mask, old;
    sigfillset(&mask);
    for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
        sigdelset(&mask, own[i]);
    }
    check(pthread_sigmask(SIG_SETMASK, &mask, &old), "sigmask");
    check(pthread_create(&t->id, NULL, fn, opaque), "thread_create");
    check(pthread_sigmask(SIG_SETMASK, &old, NULL), "sigmask");
    char cut[16];
    g_strlcpy(cut, name, sizeof cut);
    pthread_setname_np(t->id, cut);
}

void *thread_join(Thread *t)
{
    void *result;
    check(pthread_join(t->id, &result), "thread_join");
    return result;
}

bool thread_is_self(const Thread *t)
{
    return pthread_equal(t->id, pthread_self());
}

void machine_lock(void)
{
    assert(!big_lock_held);
    mutex_lock(&big_lock);
    big_lock_held = true;
}

void machine_unlock(void)
{
    assert(big_lock_held);
    big_lock_held = false;
    mutex_unlock(&big_lock);
}

bool machine_lock_held(void)
{
    return big_lock_held;
}

void machine_cond_wait(CondVar *c)
{
    assert(big_lock_held);
    big_lock_held = false;
    cond_wait(c, &big_lock);
    big_lock_held = true;
}
