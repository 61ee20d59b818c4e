/* Clock: the guest's time in nanoseconds, and the timers that run on it. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_CORE_CLOCK_H
#define HW_CORE_CLOCK_H

#include "util/common.h"

/*
 * One Clock a machine. It starts at 0, never goes back, and stands still while the
 * machine is paused. Where time comes from is a ClockSource: the host's monotonic clock
 * and the event loop in a running emulator, a counter that a test steps by hand in the
 * device tests.
 *
 * Timers are kept in a binary heap ordered by (expiry, order of arming), so that two runs
 * of the same guest fire them in the same order. A timer is a member of its device's
 * state. All functions but clock_ns() are called with the machine lock held.
 */
#define NS_PER_SEC 1000000000LL
#define TIMER_IDLE INT64_MAX /* expiry of a timer that is not armed */

typedef struct Clock Clock;
typedef void TimerFn(void *opaque);

typedef struct Timer {
    Clock *clock;
    TimerFn *fire; /* called once per arming, with the machine lock held */
    void *opaque;
    int64_t expire; /* ns on `clock`, or TIMER_IDLE */
    uint64_t seq;
    int slot; /* index in the heap, -1 when idle */
} Timer;

typedef struct ClockSource {
    int64_t (*now)(void *opaque); /* ns, any origin, never goes back; any thread */
    void (*arm)(void *opaque, int64_t delta); /* run clock_run() in delta ns; <0: never */
    void (*destroy)(void *opaque);            /* may be NULL */
} ClockSource;

/* A clock on `src`, running from 0. `src` must outlive it. */
Clock *clock_new(const ClockSource *src, void *opaque);

/* A clock on the host's monotonic time, whose timers fire in the loop's thread. */
struct EventLoop;
Clock *clock_new_host(struct EventLoop *l);

/* A clock that moves by clock_step() alone. */
Clock *clock_new_manual(void);

void clock_free(Clock *c);

/* Nanoseconds of guest time. Any thread. */
int64_t clock_ns(const Clock *c);

/* How long, on the source, guest time has stood still or not existed: the same for all
 * who ask between two pauses. Not while it is paused. */
int64_t clock_stood_ns(const Clock *c);

/* Stops and restarts guest time. Both are idempotent. */
void clock_pause(Clock *c);
void clock_resume(Clock *c);

/* Sets the time, for the restore of a snapshot; the clock must be paused or manual. */
void clock_set_ns(Clock *c, int64_t ns);

/* Fires what is due and arms the source for the rest. */
void clock_run(Clock *c);

/* Expiry of the first timer, or TIMER_IDLE. */
int64_t clock_deadline(const Clock *c);

/* Manual clocks: moves time forward by `ns`, stopping at each timer on the way. */
void clock_step(Clock *c, int64_t ns);

/* Prepares an idle timer; it must be idle again (timer_del) before its memory goes away.
 */
void timer_init(Timer *t, Clock *c, TimerFn *fire, void *opaque);

/* Arms or re-arms: fires when the clock reaches `expire` (at once if that is past). */
void timer_mod(Timer *t, int64_t expire);

/* Disarms; no effect on an idle timer. */
void timer_del(Timer *t);

static inline bool timer_pending(const Timer *t)
{
    return t->expire != TIMER_IDLE;
}

/* a * b / c without overflow of the product: converts between nanoseconds and ticks. */
static inline uint64_t muldiv64(uint64_t a, uint64_t b, uint64_t c)
{
    return (uint64_t)((unsigned __int128)a * b / c);
}

/* As muldiv64, rounded up: the first moment at which a count has been reached. */
static inline uint64_t muldiv64_up(uint64_t a, uint64_t b, uint64_t c)
{
    return (uint64_t)(((unsigned __int128)a * b + c - 1) / c);
}

#endif
