/* Clock: heap of timers over a source of time. */
/* SPDX-License-Identifier: MIT */
/*
 * heap[0] is the next timer to fire; heap[i] is not later than its children 2i+1 and
 * 2i+2, and heap[i]->slot == i. The source is armed for heap[0] whenever the clock runs,
 * except inside clock_run(), which arms once at its end.
 *
 * clock_ns() reads `base` and `paused` without a lock: base changes only while vCPUs
 * stand still (pause, resume, restore).
 */
#include "hw/core/clock.h"

struct Clock {
    const ClockSource *src;
    void *src_opaque;
    int64_t base; /* running: guest time - source time; paused: guest time */
    bool paused;
    bool in_run;
    uint64_t next_seq;
    int64_t manual_ns;
    int nheap, heap_room;
    Timer **heap;
};

int64_t clock_ns(const Clock *c)
{
    return c->paused ? c->base : c->base + c->src->now(c->src_opaque);
}

int64_t clock_deadline(const Clock *c)
{
    return c->nheap ? c->heap[0]->expire : TIMER_IDLE;
}

static void clock_arm(Clock *c)
{
    if (c->in_run) {
        return;
    }
    if (c->paused || !c->nheap) {
        c->src->arm(c->src_opaque, -1);
        return;
    }
    int64_t delta = c->heap[0]->expire - clock_ns(c);
    c->src->arm(c->src_opaque, MAX(delta, 0));
}

Clock *clock_new(const ClockSource *src, void *opaque)
{
    Clock *c = g_new0(Clock, 1);
    c->src = src;
    c->src_opaque = opaque;
    c->base = -src->now(opaque);
    return c;
}

void clock_free(Clock *c)
{
    for (int i = 0; i < c->nheap; i++) {
        c->heap[i]->expire = TIMER_IDLE;
        c->heap[i]->slot = -1;
    }
    if (c->src->destroy) {
        c->src->destroy(c->src_opaque);
    }
    g_free(c->heap);
    g_free(c);
}

int64_t clock_stood_ns(const Clock *c)
{
    return -c->base;
}

void clock_pause(Clock *c)
{
    if (!c->paused) {
        c->base = clock_ns(c);
        c->paused = true;
        clock_arm(c);
    }
}

void clock_resume(Clock *c)
{
    if (c->paused) {
        c->base -= c->src->now(c->src_opaque);
        c->paused = false;
        clock_arm(c);
    }
}

void clock_set_ns(Clock *c, int64_t ns)
{
    c->base += ns - clock_ns(c);
    clock_arm(c);
}

static bool timer_before(const Timer *a, const Timer *b)
{
    return a->expire < b->expire || (a->expire == b->expire && a->seq < b->seq);
}

static void heap_put(Clock *c, int i, Timer *t)
{
    c->heap[i] = t;
    t->slot = i;
}

static void heap_up(Clock *c, int i)
{
    Timer *t = c->heap[i];
    while (i > 0 && timer_before(t, c->heap[(i - 1) / 2])) {
        heap_put(c, i, c->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    heap_put(c, i, t);
}

static void heap_down(Clock *c, int i)
{
    Timer *t = c->heap[i];
    for (;;) {
        int child = 2 * i + 1;
        if (child >= c->nheap) {
            break;
        }
        if (child + 1 < c->nheap && timer_before(c->heap[child + 1], c->heap[child])) {
            child++;
        }
        if (!timer_before(c->heap[child], t)) {
            break;
        }
        heap_put(c, i, c->heap[child]);
        i = child;
    }
    heap_put(c, i, t);
}

static void heap_insert(Clock *c, Timer *t)
{
    if (c->nheap == c->heap_room) {
        c->heap_room = c->heap_room ? 2 * c->heap_room : 16;
        c->heap = g_renew(Timer *, c->heap, c->heap_room);
    }
    heap_put(c, c->nheap++, t);
    heap_up(c, t->slot);
}

static void heap_remove(Clock *c, Timer *t)
{
    int i = t->slot;
    Timer *last = c->heap[--c->nheap];
    if (last != t) {
        heap_put(c, i, last);
        heap_down(c, i);
        heap_up(c, last->slot);
    }
    t->slot = -1;
}

void timer_init(Timer *t, Clock *c, TimerFn *fire, void *opaque)
{
    *t = (Timer){
        .clock = c, .fire = fire, .opaque = opaque, .expire = TIMER_IDLE, .slot = -1};
}

void timer_mod(Timer *t, int64_t expire)
{
    Clock *c = t->clock;
    int64_t before = clock_deadline(c);
    if (t->slot >= 0) {
        heap_remove(c, t);
    }
    t->expire = MIN(expire, TIMER_IDLE - 1);
    t->seq = c->next_seq++;
    heap_insert(c, t);
    if (clock_deadline(c) != before) {
        clock_arm(c);
    }
}

void timer_del(Timer *t)
{
    if (t->slot < 0) {
        return;
    }
    bool first = t->slot == 0;
    heap_remove(t->clock, t);
    t->expire = TIMER_IDLE;
    if (first) {
        clock_arm(t->clock);
    }
}

/*
 * Each pass fires only what was due when it began: a device that re-arms itself in the
 * past is served by the next call and cannot keep the main loop here.
 */
void clock_run(Clock *c)
{
    int64_t now = clock_ns(c);
    uint64_t end = c->next_seq;
    if (c->paused || c->in_run) {
        return;
    }
    c->in_run = true;
    while (c->nheap && c->heap[0]->expire <= now && c->heap[0]->seq < end) {
        Timer *t = c->heap[0];
        heap_remove(c, t);
        t->expire = TIMER_IDLE;
        t->fire(t->opaque);
    }
    c->in_run = false;
    clock_arm(c);
}

static int64_t manual_now(void *opaque)
{
    Clock *c = *(Clock **)opaque;
    return c ? c->manual_ns : 0;
}

static void manual_arm(void *opaque, int64_t delta) {}

static const ClockSource manual_source = {manual_now, manual_arm, g_free};

Clock *clock_new_manual(void)
{
    Clock **self = g_new0(Clock *, 1);
    *self = clock_new(&manual_source, self);
    return *self;
}

void clock_step(Clock *c, int64_t ns)
{
    int64_t end = c->manual_ns + ns;
    int64_t shift = clock_ns(c) - c->manual_ns; /* guest time may have been set */
    while (!c->paused && c->nheap && clock_deadline(c) <= end + shift) {
        c->manual_ns = MAX(c->manual_ns, clock_deadline(c) - shift);
        clock_run(c);
    }
    c->manual_ns = end;
}
