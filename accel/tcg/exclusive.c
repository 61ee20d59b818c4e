/* Stopping all other vCPUs for a moment. */
/* SPDX-License-Identifier: MIT */
/*
 * A vCPU is `running` while it may be in generated code or hold on to units. Who wants to
 * be alone sets `pending`, which every vCPU looks at when it begins to run and at each
 * safe point; exit_request brings it there. The two flags are a store and a load on
 * either side with a fence between, so that one of the two sees the other.
 */
#include "accel/tcg/tb.h"

#include "util/atomic.h"
#include "util/epoch.h"
#include "util/host.h"

void exclusive_init(TCGEngine *e)
{
    e->exclusive = g_new0(Exclusive, 1);
    mutex_init(&e->exclusive->lock);
    cond_init(&e->exclusive->changed);
}

void exclusive_free(TCGEngine *e)
{
    if (e->exclusive) {
        mutex_destroy(&e->exclusive->lock);
        cond_destroy(&e->exclusive->changed);
        g_free(e->exclusive);
    }
}

static void wait_for_turn(Exclusive *x, CPUTCG *t)
{
    mutex_lock(&x->lock);
    atomic_set(&t->running, false);
    cond_broadcast(&x->changed);
    while (x->pending) {
        cond_wait(&x->changed, &x->lock);
    }
    atomic_set(&t->running, true);
    mutex_unlock(&x->lock);
}

RUN_AT_FORK void exclusive_run(CPUTCG *t)
{
    Exclusive *x = t->engine->exclusive;

    atomic_set(&t->running, true);
    smp_mb();
    if (unlikely(atomic_read(&x->pending))) {
        wait_for_turn(x, t);
    }
}

RUN_AT_FORK void exclusive_stop(CPUTCG *t)
{
    Exclusive *x = t->engine->exclusive;

    atomic_store_release(&t->running, false);
    smp_mb();
    if (unlikely(atomic_read(&x->pending))) {
        mutex_lock(&x->lock);
        cond_broadcast(&x->changed);
        mutex_unlock(&x->lock);
    }
}

void exclusive_park(CPUTCG *t)
{
    Exclusive *x = t->engine->exclusive;

    if (unlikely(atomic_read(&x->pending))) {
        epoch_leave();
        wait_for_turn(x, t);
        epoch_enter();
    }
}

/* Some other vCPU runs; it is asked to stop. */
static bool others_run(CPUTCG *t)
{
    TCGEngine *e = t->engine;
    bool any = false;

    mutex_lock(&e->lock);
    for (unsigned i = 0; i < e->cpus->len; i++) {
        CPUTCG *o = e->cpus->pdata[i];

        if (o != t && atomic_read(&o->running)) {
            atomic_set(&o->cpu->exit_request, 1);
            any = true;
        }
    }
    mutex_unlock(&e->lock);
    return any;
}

void exclusive_begin(CPUTCG *t)
{
    Exclusive *x = t->engine->exclusive;

    mutex_lock(&x->lock);
    while (x->pending) { /* somebody else is first */
        mutex_unlock(&x->lock);
        exclusive_park(t);
        mutex_lock(&x->lock);
    }
    atomic_set(&x->pending, true);
    mutex_unlock(&x->lock);
    smp_mb();
    while (others_run(t)) {
        mutex_lock(&x->lock);
        cond_wait_until(&x->changed, &x->lock, clock_monotonic_ns() + 1000000);
        mutex_unlock(&x->lock);
    }
}

void exclusive_end(CPUTCG *t)
{
    Exclusive *x = t->engine->exclusive;

    mutex_lock(&x->lock);
    atomic_set(&x->pending, false);
    cond_broadcast(&x->changed);
    mutex_unlock(&x->lock);
}

void exclusive_after_fork(TCGEngine *e)
{
    mutex_init(&e->exclusive->lock);
    cond_init(&e->exclusive->changed);
    e->exclusive->pending = false;
}
