/* EventLoop: file descriptors, timers and bottom halves of the main thread, over
 * GMainContext. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_EVENT_LOOP_H
#define UTIL_EVENT_LOOP_H

#include "util/common.h"

/*
 * One thread runs a loop. All callbacks run there with the machine lock held; the loop
 * gives the lock up only while it waits. Making and removing fds, timers and bottom
 * halves, and setting them, may be done by any thread that holds the machine lock; where
 * a comment says "any thread", without it as well. Timers have the resolution of the
 * host's clock, not the millisecond of poll().
 */

typedef struct EventLoop EventLoop;
typedef struct EvFd EvFd;
typedef struct EvTimer EvTimer;
typedef struct EvBH EvBH;

EventLoop *evloop_new(void);
/* Everything made from it must be gone. */
void evloop_free(EventLoop *l);

/* Runs until evloop_quit(). Called and left with the machine lock held. */
void evloop_run(EventLoop *l);
/* One round; waits for something to happen if may_wait. Returns whether a callback ran.
 */
bool evloop_iterate(EventLoop *l, bool may_wait);
/* Makes evloop_run() return soon, or at once when it is called next. Any thread. */
void evloop_quit(EventLoop *l);
/* Makes the loop go round once. Any thread. */
void evloop_wake(EventLoop *l);
/* For libraries that bring their own sources. */
GMainContext *evloop_context(EventLoop *l);

/* ---- file descriptors ---- */

enum {
    EV_READ = 1,
    EV_WRITE = 2,
    EV_HANGUP = 4 /* or error; told even if not asked for */
};

typedef void EvFdFn(void *opaque, unsigned events);

/* Watches fd for `events` (may be 0), level-triggered. The fd stays the caller's. */
EvFd *evfd_new(EventLoop *l, int fd, unsigned events, EvFdFn *fn, void *opaque);
/* 0: not watched at all, not even for hang-up. Any thread. */
void evfd_set_events(EvFd *w, unsigned events);
/* NULL is allowed. May be called in its own callback. */
void evfd_free(EvFd *w);

/* ---- timers ---- */

typedef void EvFn(void *opaque);

EvTimer *evtimer_new(EventLoop *l, EvFn *fn, void *opaque);
/* Calls fn once when clock_monotonic_ns() reaches `deadline`; INT64_MAX: never. Any
 * thread. */
void evtimer_set(EvTimer *t, int64_t deadline);
/* NULL is allowed. May be called in its own callback. */
void evtimer_free(EvTimer *t);

/* ---- bottom halves: work that is put off to the loop's thread ---- */

EvBH *evbh_new(EventLoop *l, EvFn *fn, void *opaque);
/* Calls fn once in the next round, however often it was scheduled until then. Any thread.
 */
void evbh_schedule(EvBH *bh);
/* NULL is allowed. May be called in its own callback. */
void evbh_free(EvBH *bh);

#endif
