/* The Clock of a running emulator: host monotonic time, woken by the event loop. */
/* SPDX-License-Identifier: MIT */
#include "hw/core/clock.h"
#include "util/event-loop.h"
#include "util/host.h"

typedef struct HostSource {
    Clock *clock;
    EvTimer *timer;
} HostSource;

static int64_t host_now(void *opaque)
{
    return clock_monotonic_ns();
}

static void host_arm(void *opaque, int64_t delta)
{
    HostSource *s = opaque;
    evtimer_set(s->timer, delta < 0 ? INT64_MAX : clock_monotonic_ns() + delta);
}

static void host_fire(void *opaque)
{
    clock_run(((HostSource *)opaque)->clock);
}

static void host_destroy(void *opaque)
{
    HostSource *s = opaque;
    evtimer_free(s->timer);
    g_free(s);
}

static const ClockSource host_source = {host_now, host_arm, host_destroy};

Clock *clock_new_host(EventLoop *l)
{
    HostSource *s = g_new0(HostSource, 1);
    s->timer = evtimer_new(l, host_fire, s);
    s->clock = clock_new(&host_source, s);
    return s->clock;
}
