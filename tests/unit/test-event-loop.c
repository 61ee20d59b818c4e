/* EventLoop: fds, order of timers, bottom halves, wake-up and quit from other threads. */
/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "tests/unit/unit.h"
#include "util/event-loop.h"
#include "util/host.h"
#include "util/thread.h"

static EventLoop *loop;
static GString *trace;

static void setup(void)
{
    machine_lock();
    loop = evloop_new();
    trace = g_string_new(NULL);
}

static void teardown(void)
{
    evloop_free(loop);
    g_string_free(trace, true);
    machine_unlock();
}

static void note(void *opaque)
{
    ck_assert(machine_lock_held());
    g_string_append(trace, opaque);
}

static void note_and_quit(void *opaque)
{
    note(opaque);
    evloop_quit(loop);
}

START_TEST(timers)
{
    EvTimer *a = evtimer_new(loop, note, (void *)"a"),
            *b = evtimer_new(loop, note, (void *)"b");
    EvTimer *c = evtimer_new(loop, note, (void *)"c"),
            *end = evtimer_new(loop, note_and_quit, (void *)".");
    int64_t now = clock_monotonic_ns();
    evtimer_set(a, now + 3000000);
    evtimer_set(b, now + 1000000);
    evtimer_set(c, now + 2000000);
    evtimer_set(end, now + 5000000);
    evtimer_set(c, INT64_MAX); /* taken back */
    evloop_run(loop);
    ck_assert_str_eq(trace->str, "ba.");
    ck_assert_int_ge(clock_monotonic_ns(), now + 5000000);

    evtimer_set(c, 0); /* long past; and once only */
    evtimer_set(end, clock_monotonic_ns() + 1000000);
    evloop_run(loop);
    ck_assert_str_eq(trace->str, "ba.c.");
    evtimer_free(a);
    evtimer_free(b);
    evtimer_free(c);
    evtimer_free(end);
}
END_TEST

static EvTimer *self_timer;

static void free_self(void *opaque)
{
    evtimer_free(self_timer);
    evloop_quit(loop);
}

START_TEST(timer_frees_itself)
{
    self_timer = evtimer_new(loop, free_self, NULL);
    evtimer_set(self_timer, 1);
    evloop_run(loop);
    ck_assert(!evloop_iterate(loop, false));
}
END_TEST

START_TEST(bottom_halves)
{
    EvBH *a = evbh_new(loop, note, (void *)"a"),
         *end = evbh_new(loop, note_and_quit, (void *)".");
    evbh_schedule(a);
    evbh_schedule(a);
    evbh_schedule(end);
    evloop_run(loop);
    ck_assert_str_eq(trace->str, "a.");
    ck_assert(!evloop_iterate(loop, false));
    evbh_free(a);
    evbh_free(end);
}
END_TEST

static int pipe_fds[2];
static EvFd *reader;

static void read_byte(void *opaque, unsigned events)
{
    char c;
    if (events & EV_READ) {
        ck_assert_int_eq(read(pipe_fds[0], &c, 1), 1);
        g_string_append_c(trace, c);
    } else if (events & EV_HANGUP) {
        g_string_append_c(trace, '!');
        evfd_free(reader);
        reader = NULL;
        evloop_quit(loop);
    }
}

START_TEST(fds)
{
    ck_assert_int_eq(pipe(pipe_fds), 0);
    reader = evfd_new(loop, pipe_fds[0], EV_READ, read_byte, NULL);
    ck_assert(!evloop_iterate(loop, false));
    ck_assert_int_eq(write(pipe_fds[1], "xyz", 3), 3);
    ck_assert(evloop_iterate(loop, true));
    ck_assert_str_eq(trace->str, "x");
    evfd_set_events(reader, 0);
    ck_assert(!evloop_iterate(loop, false));
    evfd_set_events(reader, EV_READ);
    close(pipe_fds[1]);
    evloop_run(loop);
    ck_assert_str_eq(trace->str, "xyz!");
    ck_assert_ptr_null(reader);
    close(pipe_fds[0]);
}
END_TEST

/* Whether the loop has something to poll for that does not wait. */
static bool poll_would_return(void)
{
    GPollFD polled[8];
    int timeout;
    int n = g_main_context_query(evloop_context(loop), G_MAXINT, &timeout, polled,
                                 ARRAY_SIZE(polled));
    ck_assert_int_le(n, ARRAY_SIZE(polled));
    return g_poll(polled, n, 0) > 0;
}

/* A call for a descriptor wakes nobody: an idle guest's timer would cost two rounds. */
START_TEST(no_waking_of_itself)
{
    ck_assert_int_eq(pipe(pipe_fds), 0);
    reader = evfd_new(loop, pipe_fds[0], EV_READ, read_byte, NULL);
    while (evloop_iterate(loop, false)) {
    }
    ck_assert_int_eq(write(pipe_fds[1], "x", 1), 1);
    ck_assert(poll_would_return());
    ck_assert(evloop_iterate(loop, true));
    ck_assert_str_eq(trace->str, "x");
    ck_assert(!poll_would_return());
    evfd_free(reader);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}
END_TEST

static void *other_thread(void *opaque)
{
    machine_lock(); /* the loop lets go of it while it waits */
    g_string_append(trace, "thread");
    machine_unlock();
    evbh_schedule(opaque);
    return NULL;
}

START_TEST(threads)
{
    Thread t;
    EvBH *end = evbh_new(loop, note_and_quit, (void *)".");
    thread_create(&t, "other", other_thread, end);
    evloop_run(loop);
    ck_assert_str_eq(trace->str, "thread.");
    thread_join(&t);
    evbh_free(end);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, timers);
    tcase_add_test(tc, timer_frees_itself);
    tcase_add_test(tc, bottom_halves);
    tcase_add_test(tc, fds);
    tcase_add_test(tc, no_waking_of_itself);
    tcase_add_test(tc, threads);
}

int main(void)
{
    return unit_main("event-loop", add_tests);
}
