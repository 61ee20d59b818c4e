/* EventLoop: sources of a GMainContext, and one timerfd for all timers. */
/* SPDX-License-Identifier: MIT */
#include "util/event-loop.h"

#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "util/atomic.h"
#include "util/host.h"
#include "util/thread.h"

/*
 * EvFd and EvBH are GSources, whose functions are safe to call from any thread and wake
 * the loop. Timers are kept in a short list; the timerfd is set to the first deadline. A
 * deadline that moves away leaves the timerfd as it is: the loop then wakes once for
 * nothing, which is cheaper than a system call each time a guest puts its timer off.
 */

struct EventLoop {
    GMainContext *context;
    bool quit;
    Mutex lock; /* of the three below */
    EvTimer *timers;
    int64_t armed; /* what the timerfd is set to; INT64_MAX: not set */
    int timer_fd;
    EvFd *timer_watch;
};

struct EvTimer {
    EventLoop *loop;
    EvTimer *next;
    EvFn *fn;
    void *opaque;
    int64_t deadline; /* INT64_MAX: idle */
};

struct EvFd {
    GSource source;
    int fd;
    gpointer tag; /* NULL: not watched */
    EvFdFn *fn;
    void *opaque;
};

struct EvBH {
    GSource source;
    EvFn *fn;
    void *opaque;
};

/* ---- file descriptors ---- */

static GIOCondition to_condition(unsigned events)
{
    return (events & EV_READ ? G_IO_IN : 0) | (events & EV_WRITE ? G_IO_OUT : 0) |
           G_IO_HUP | G_IO_ERR;
}

static gboolean fd_dispatch(GSource *source, GSourceFunc unused, gpointer unused_data)
{
    EvFd *w = (EvFd *)source;
    GIOCondition c = w->tag ? g_source_query_unix_fd(source, w->tag) : 0;
    unsigned events = (c & G_IO_IN ? EV_READ : 0) | (c & G_IO_OUT ? EV_WRITE : 0) |
                      (c & (G_IO_HUP | G_IO_ERR) ? EV_HANGUP : 0);
    if (events) {
        w->fn(w->opaque, events);
    }
    return G_SOURCE_CONTINUE;
}

EvFd *evfd_new(EventLoop *l, int fd, unsigned events, EvFdFn *fn, void *opaque)
{
    static GSourceFuncs funcs = {.dispatch = fd_dispatch};
    EvFd *w = (EvFd *)g_source_new(&funcs, sizeof(EvFd));
    w->fd = fd;
    w->tag = NULL;
    w->fn = fn;
    w->opaque = opaque;
    /* GLib otherwise takes the descriptor out of the poll set around each call, and wakes
     * the loop both times: four system calls an event. */
    g_source_set_can_recurse(&w->source, TRUE);
    evfd_set_events(w, events);
    g_source_attach(&w->source, l->context);
    return w;
}

void evfd_set_events(EvFd *w, unsigned events)
{
    if (!events && w->tag) {
        g_source_remove_unix_fd(&w->source, w->tag);
        w->tag = NULL;
    } else if (events && w->tag) {
        g_source_modify_unix_fd(&w->source, w->tag, to_condition(events));
    } else if (events) {
        w->tag = g_source_add_unix_fd(&w->source, w->fd, to_condition(events));
    }
}

void evfd_free(EvFd *w)
{
    if (w) {
        evfd_set_events(w, 0);
        g_source_destroy(&w->source);
        g_source_unref(&w->source);
    }
}

/* ---- bottom halves ---- */

static gboolean bh_dispatch(GSource *source, GSourceFunc unused, gpointer unused_data)
{
    EvBH *bh = (EvBH *)source;
    g_source_set_ready_time(source, -1);
    bh->fn(bh->opaque);
    return G_SOURCE_CONTINUE;
}

EvBH *evbh_new(EventLoop *l, EvFn *fn, void *opaque)
{
    static GSourceFuncs funcs = {.dispatch = bh_dispatch};
    EvBH *bh = (EvBH *)g_source_new(&funcs, sizeof(EvBH));
    bh->fn = fn;
    bh->opaque = opaque;
    g_source_attach(&bh->source, l->context);
    return bh;
}

void evbh_schedule(EvBH *bh)
{
    g_source_set_ready_time(&bh->source, 0);
}

void evbh_free(EvBH *bh)
{
    if (bh) {
        g_source_destroy(&bh->source);
        g_source_unref(&bh->source);
    }
}

/* ---- timers ---- */

/* With the loop's lock held. */
static EvTimer *first_timer(EventLoop *l)
{
    EvTimer *first = l->timers;
    for (EvTimer *t = first; t; t = t->next) {
        if (t->deadline < first->deadline) {
            first = t;
        }
    }
    return first;
}

/* Sets the timerfd; with the loop's lock held. A deadline of 0 would switch it off. */
static void arm(EventLoop *l, int64_t deadline)
{
    struct itimerspec spec = {0};
    if (deadline != INT64_MAX) {
        deadline = MAX(deadline, 1);
        spec.it_value.tv_sec = deadline / 1000000000;
        spec.it_value.tv_nsec = deadline % 1000000000;
    }
    l->armed = deadline;
    timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

/* Takes the first timer that is due; NULL: none is. Arms the timerfd for the others. */
static EvTimer *take_due(EventLoop *l, int64_t now)
{
    mutex_lock(&l->lock);
    EvTimer *t = first_timer(l);
    if (t && t->deadline <= now) {
        t->deadline = INT64_MAX;
    } else {
        arm(l, t ? t->deadline : INT64_MAX);
        t = NULL;
    }
    mutex_unlock(&l->lock);
    return t;
}

static void timers_due(void *opaque, unsigned events)
{
    EventLoop *l = opaque;
    uint64_t expirations;
    if (read(l->timer_fd, &expirations, sizeof expirations) < 0) {
        return; /* it was set anew meanwhile */
    }
    int64_t now =
        clock_monotonic_ns(); /* what comes due later waits for the next round */
    for (EvTimer *t; (t = take_due(l, now));) {
        t->fn(t->opaque);
    }
}

EvTimer *evtimer_new(EventLoop *l, EvFn *fn, void *opaque)
{
    EvTimer *t = g_new0(EvTimer, 1);
    *t = (EvTimer){.loop = l, .fn = fn, .opaque = opaque, .deadline = INT64_MAX};
    mutex_lock(&l->lock);
    t->next = l->timers;
    l->timers = t;
    mutex_unlock(&l->lock);
    return t;
}

void evtimer_set(EvTimer *t, int64_t deadline)
{
    EventLoop *l = t->loop;
    mutex_lock(&l->lock);
    t->deadline = deadline;
    if (deadline < l->armed) {
        arm(l, deadline);
    }
    mutex_unlock(&l->lock);
}

void evtimer_free(EvTimer *t)
{
    if (!t) {
        return;
    }
    EventLoop *l = t->loop;
    mutex_lock(&l->lock);
    EvTimer **p = &l->timers;
    while (*p != t) {
        p = &(*p)->next;
    }
    *p = t->next;
    mutex_unlock(&l->lock);
    g_free(t);
}

/* ---- the loop ---- */

static gint poll_unlocked(GPollFD *fds, guint nfds, gint timeout)
{
    machine_unlock();
    gint n = g_poll(fds, nfds, timeout);
    machine_lock();
    return n;
}

EventLoop *evloop_new(void)
{
    EventLoop *l = g_new0(EventLoop, 1);
    l->context = g_main_context_new();
    g_main_context_set_poll_func(l->context, poll_unlocked);
    mutex_init(&l->lock);
    l->armed = INT64_MAX;
    l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    g_assert(l->timer_fd >= 0);
    l->timer_watch = evfd_new(l, l->timer_fd, EV_READ, timers_due, l);
    return l;
}

void evloop_free(EventLoop *l)
{
    assert(!l->timers);
    evfd_free(l->timer_watch);
    close(l->timer_fd);
    mutex_destroy(&l->lock);
    g_main_context_unref(l->context);
    g_free(l);
}

GMainContext *evloop_context(EventLoop *l)
{
    return l->context;
}

bool evloop_iterate(EventLoop *l, bool may_wait)
{
    return g_main_context_iteration(l->context, may_wait);
}

void evloop_run(EventLoop *l)
{
    while (!atomic_load_acquire(&l->quit)) {
        g_main_context_iteration(l->context, true);
    }
    atomic_set(&l->quit, false);
}

void evloop_quit(EventLoop *l)
{
    atomic_store_release(&l->quit, true);
    evloop_wake(l);
}

void evloop_wake(EventLoop *l)
{
    g_main_context_wakeup(l->context);
}
