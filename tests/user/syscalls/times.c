/* System calls of time: clocks, sleeps, interval timers, POSIX timers. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#include "calls.h"

static volatile int alarms, value;

static void handler(int sig, siginfo_t *info, void *context)
{
    alarms++;
    value = info->si_code == SI_TIMER ? info->si_value.sival_int : -1;
}

static void clocks(void)
{
    struct timespec ts, res;
    struct timeval tv;
    struct timezone tz;
    long seconds;

    CALL(RAW(clock_gettime, CLOCK_MONOTONIC, &ts));
    CALL(RAW(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &ts));
    CALL(RAW(clock_gettime, 99, &ts));
    CALL(RAW(clock_getres, CLOCK_REALTIME, &res));
    SHOW(res.tv_nsec);
    CALL(RAW(clock_getres, CLOCK_REALTIME, NULL));
    CALL(RAW(gettimeofday, &tv, &tz));
    CALL(RAW(gettimeofday, NULL, NULL));
    long now = RAW(time, &seconds);
    SHOW(now == seconds);
    SHOW(labs(now - tv.tv_sec) <= 1);
    CALL(RAW(time, (void *)8));
    CALL(RAW(clock_settime, CLOCK_MONOTONIC, &ts));
    struct timex tx = {0};
    SHOW(RAW(adjtimex, &tx) >= 0);
    SHOW(RAW(clock_adjtime, CLOCK_REALTIME, &tx) >= 0);
}

static void sleeps(void)
{
    struct timespec ts = {0, 1000000}, bad = {0, 1000000000};

    CALL(RAW(nanosleep, &ts, NULL));
    CALL(RAW(nanosleep, &bad, NULL));
    CALL(RAW(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL));
    CALL(RAW(clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL));
    CALL(RAW(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL));
}

static void timers(void)
{
    struct itimerval it =
                         {
                             .it_value = {100, 0}
    },
                     old;
    struct itimerspec spec =
                          {
                              .it_value = {0, 200000000}
    },
                      was;
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL,
                          .sigev_signo = SIGRTMIN + 1,
                          .sigev_value.sival_int = 77};
    int id;

    sigaction(SIGALRM, &sa, NULL);
    sigaction(SIGRTMIN + 1, &sa, NULL);
    CALL(RAW(setitimer, ITIMER_REAL, &it, &old));
    CALL(RAW(getitimer, ITIMER_REAL, &old));
    SHOW(old.it_value.tv_sec == 99 || old.it_value.tv_sec == 100);
    CALL(RAW(alarm, 50));
    CALL(RAW(alarm, 0));
    CALL(RAW(setitimer, 99, &it, &old));
    it = (struct itimerval){
        .it_value = {0, 200000}
    };
    CALL(RAW(setitimer, ITIMER_REAL, &it, NULL));
    CALL(RAW(pause));
    SHOW(alarms);
    SHOW(value);
    CALL(RAW(timer_create, CLOCK_MONOTONIC, &ev, &id));
    CALL(RAW(timer_settime, id, 0, &spec, &was));
    CALL(RAW(pause));
    SHOW(alarms);
    SHOW(value);
    CALL(RAW(timer_gettime, id, &was));
    SHOW(was.it_value.tv_nsec);
    CALL(RAW(timer_getoverrun, id));
    ev.sigev_notify = SIGEV_THREAD_ID;
    ((int *)&ev)[4] = getpid();
    CALL(RAW(timer_create, CLOCK_MONOTONIC, &ev, &id));
    CALL(RAW(timer_settime, id, 0, &spec, NULL));
    CALL(RAW(pause));
    SHOW(alarms);
    CALL(RAW(timer_delete, id));
    CALL(RAW(timer_delete, id));
    ev.sigev_notify = 99;
    CALL(RAW(timer_create, CLOCK_MONOTONIC, &ev, &id));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    clocks();
    sleeps();
    timers();
    return 0;
}
