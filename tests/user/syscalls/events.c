/* Waiting for descriptors: poll, select, epoll, eventfd, timerfd, signalfd, inotify. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>

#include "calls.h"

static volatile int handled, ticked;

static void handler(int sig)
{
    handled++;
}

static void on_tick(int sig)
{
    ticked = 1;
}

static void polls(void)
{
    int p[2];
    struct timespec ts = {0, 1000000};
    struct timeval tv = {0, 1500000};

    if (pipe(p) < 0) {
        exit(2);
    }
    struct pollfd fds[3] = {
        {p[0], POLLIN,  0},
        {p[1], POLLOUT, 0},
        {99,   POLLIN,  0}
    };
    CALL(RAW(poll, fds, 3, 1000));
    SHOW(fds[0].revents * 10000 + fds[1].revents * 100 + fds[2].revents);
    CALL(RAW(poll, fds, 1, 1));
    CALL(RAW(poll, fds, 1, 0));
    CALL(RAW(poll, NULL, 0, 1));
    CALL(RAW(poll, fds, 100000000, 0));
    CALL(RAW(ppoll, fds, 1, &ts, NULL, 0));
    SHOW(ts.tv_nsec);
    ts.tv_nsec = -1;
    CALL(RAW(ppoll, fds, 1, &ts, NULL, 0));
    CALL(RAW(ppoll, fds, 1, NULL, &ts, 3));
    fd_set r, w;
    FD_ZERO(&r);
    FD_ZERO(&w);
    FD_SET(p[0], &r);
    FD_SET(p[1], &w);
    CALL(RAW(select, 64, &r, &w, NULL, &tv));
    SHOW(FD_ISSET(p[0], &r) * 10 + FD_ISSET(p[1], &w));
    SHOW(tv.tv_sec);
    FD_SET(p[0], &r);
    tv = (struct timeval){0, 1000};
    CALL(RAW(select, 64, &r, NULL, NULL, &tv));
    SHOW(tv.tv_sec * 1000000 + tv.tv_usec);
    tv = (struct timeval){-1, 0};
    CALL(RAW(select, 64, &r, NULL, NULL, &tv));
    CALL(RAW(select, -1, NULL, NULL, NULL, NULL));
    /* above 63, the kernel may not look at a descriptor that is not open */
    FD_SET(63, &r);
    CALL(RAW(select, 64, &r, NULL, NULL, NULL));
    ts = (struct timespec){0, 1000};
    CALL(RAW(pselect6, 0, NULL, NULL, NULL, &ts, NULL));
    struct {
        void *set;
        long size;
    } pair = {&ts, 4};
    CALL(RAW(pselect6, 0, NULL, NULL, NULL, &ts, &pair));
    close(p[0]);
    close(p[1]);
}

/* A blocked signal is let in by the mask of the call, and only for its time. */
static void masks(void)
{
    sigset_t block, none, now;
    struct timespec ts = {5, 0};
    struct epoll_event event;

    sigemptyset(&none);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigprocmask(SIG_BLOCK, &block, NULL);
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &sa, NULL);

    kill(getpid(), SIGUSR1);
    SHOW(handled);
    CALL(RAW(ppoll, NULL, 0, &ts, &none, 8));
    SHOW(handled);
    kill(getpid(), SIGUSR1);
    struct {
        void *set;
        long size;
    } pair = {&none, 8};
    CALL(RAW(pselect6, 0, NULL, NULL, NULL, &ts, &pair));
    SHOW(handled);
    kill(getpid(), SIGUSR1);
    int e = epoll_create1(0);
    CALL(RAW(epoll_pwait, e, &event, 1, 5000, &none, 8));
    SHOW(handled);
    kill(getpid(), SIGUSR1);
    CALL(RAW(epoll_pwait, e, &event, 1, 0, &block, 8));
    SHOW(handled);
    CALL(RAW(rt_sigsuspend, &none, 8));
    SHOW(handled);
    sigprocmask(SIG_SETMASK, NULL, &now);
    SHOW(sigismember(&now, SIGUSR1));
    /* The last one: hosts without this call leave the signal to whatever comes next. */
    int before = handled;
    kill(getpid(), SIGUSR1);
    CALL(RAW(epoll_pwait2, e, &event, 1, &ts, &none, 8));
    int by_pwait2 = handled - before;
    SHOW(by_pwait2);
    close(e);
    sigprocmask(SIG_UNBLOCK, &block, NULL);
}

static void interrupted(void)
{
    struct timespec ts = {5, 0}, left;
    int p[2];
    char c;

    if (pipe(p) < 0) {
        exit(2);
    }
    /* A call is ended by a signal, or begun again after it, as the handler was set. The
     * signal may come before the call, so that it has to come again. */
    struct sigaction sa = {.sa_handler = on_tick};
    struct itimerspec timer = {
        .it_interval = {0, 30000000},
          .it_value = {0, 30000000}
    };
    timer_t id;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
    sigaction(SIGUSR2, &sa, NULL);
    timer_create(CLOCK_MONOTONIC, &ev, &id);
    timer_settime(id, 0, &timer, NULL);
    CALL(RAW(nanosleep, &ts, &left));
    SHOW(left.tv_sec);
    CALL(RAW(read, p[0], &c, 1));
    CALL(RAW(poll, NULL, 0, 5000));
    CALL(RAW(pause));
    sa.sa_flags = SA_RESTART;
    sigaction(SIGUSR2, &sa, NULL);
    CALL(RAW(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, &left));
    if (fork() == 0) {
        usleep(100000);
        c = 'x';
        _exit(write(p[1], &c, 1) != 1);
    }
    CALL(RAW(read, p[0], &c, 1));
    SHOW(ticked);
    timer_delete(id);
}

static void epolls(void)
{
    int e = epoll_create(1), f = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK);
    struct epoll_event events[4] = {0}, add = {.events = EPOLLIN | EPOLLET,
                                               .data.u64 = 0x123456789abcdef0};
    uint64_t v = 5;

    CALL(RAW(epoll_create, 0));
    CALL(RAW(epoll_create1, 5));
    CALL(RAW(epoll_ctl, e, EPOLL_CTL_ADD, f, &add));
    CALL(RAW(epoll_ctl, e, EPOLL_CTL_ADD, f, &add));
    CALL(RAW(epoll_ctl, e, EPOLL_CTL_DEL, 99, &add));
    CALL(RAW(epoll_wait, e, events, 4, 1000));
    SHOW(events[0].events);
    SHOW(events[0].data.u64 == add.data.u64);
    CALL(RAW(epoll_wait, e, events, 4, 0));
    CALL(RAW(epoll_wait, e, events, 0, 0));
    CALL(RAW(epoll_wait, e, events, 1 << 30, 0));
    CALL(RAW(epoll_wait, f, events, 1, 0));
    CALL(RAW(write, f, &v, 8));
    CALL(RAW(epoll_wait, e, events, 4, 0));
    add.events = EPOLLOUT;
    CALL(RAW(epoll_ctl, e, EPOLL_CTL_MOD, f, &add));
    CALL(RAW(epoll_wait, e, events, 4, 0));
    SHOW(events[0].events);
    CALL(RAW(read, f, &v, 8));
    SHOW(v);
    CALL(RAW(read, f, &v, 4));
    CALL_OK(RAW(eventfd, 1));
    CALL(RAW(eventfd2, 1, 0x1000));
    close(e);
    close(f);
}

static void timers_and_signals(void)
{
    int t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec spec =
                          {
                              .it_value = {0, 1000000}
    },
                      old;
    uint64_t v;

    CALL(RAW(read, t, &v, 8));
    CALL(RAW(timerfd_settime, t, 0, &spec, NULL));
    struct pollfd p = {t, POLLIN, 0};
    CALL(RAW(poll, &p, 1, 5000));
    CALL(RAW(read, t, &v, 8));
    SHOW(v);
    CALL(RAW(timerfd_gettime, t, &old));
    SHOW(old.it_value.tv_nsec);
    CALL(RAW(timerfd_create, 99, 0));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int s = RAW(signalfd4, -1, &set, 8, SFD_NONBLOCK);
    struct signalfd_siginfo info;
    CALL(RAW(read, s, &info, sizeof info));
    kill(getpid(), SIGHUP);
    CALL(RAW(read, s, &info, sizeof info));
    SHOW(info.ssi_signo);
    SHOW(info.ssi_pid == (unsigned)getpid());
    CALL(RAW(signalfd4, -1, &set, 4, 0));
    CALL_OK(RAW(signalfd, -1, &set, 8));
    close(s);
    close(t);
}

static void notifications(void)
{
    int n = RAW(inotify_init1, IN_NONBLOCK);
    char buf[4096];

    CALL_OK(RAW(inotify_init));
    CALL(RAW(inotify_add_watch, n, ".", IN_CREATE | IN_DELETE));
    close(open("new", O_CREAT | O_WRONLY, 0600));
    unlink("new");
    long len = RAW(read, n, buf, sizeof buf);
    for (long at = 0; at < len;) {
        struct inotify_event *e = (void *)(buf + at);
        printf("event %x %s\n", e->mask, e->name);
        at += sizeof *e + e->len;
    }
    CALL(RAW(inotify_add_watch, n, "nothing", IN_CREATE));
    CALL(RAW(inotify_rm_watch, n, 1));
    CALL(RAW(inotify_rm_watch, n, 1));
    int f = result(RAW(fanotify_init, 0, O_RDONLY));
    print_call("fanotify_init", f < 0 ? f : 0);
    CALL(RAW(fanotify_mark, 0, 1, 2, AT_FDCWD, "."));
}

int main(void)
{
    own_folder();
    polls();
    masks();
    interrupted();
    epolls();
    timers_and_signals();
    notifications();
    remove_folder();
    return 0;
}
