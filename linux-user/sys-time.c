/* System calls of time that the host's libc answers from the kernel's page, and old ones
 * in terms of newer. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/time.h>
#include <utime.h>

#include "linux-user/host-nr.h"
#include "linux-user/syscall.h"
#include "util/host.h"

int64_t sys_getcpu(TaskState *ts, const uint64_t args[6])
{
    uint32_t n = host_cpu_number(), cpu = n & 0xfff, node = n >> 12;

    return (args[0] && put_guest(args[0], cpu)) || (args[1] && put_guest(args[1], node))
               ? -EFAULT
               : 0;
}

int64_t sys_clock_gettime(TaskState *ts, const uint64_t args[6])
{
    struct timespec now;

    if (clock_gettime((clockid_t)args[0], &now) < 0) {
        return -errno;
    }
    return put_guest(args[1], now) ? -EFAULT : 0;
}

int64_t sys_gettimeofday(TaskState *ts, const uint64_t args[6])
{
    struct timeval now;
    struct timezone zone;

    if (gettimeofday(&now, args[1] ? &zone : NULL) < 0) {
        return -errno;
    }
    return (args[0] && put_guest(args[0], now)) || (args[1] && put_guest(args[1], zone))
               ? -EFAULT
               : 0;
}

int64_t sys_time(TaskState *ts, const uint64_t args[6])
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    int64_t seconds = now.tv_sec;
    if (args[0] && put_guest(args[0], seconds)) {
        return -EFAULT;
    }
    return seconds;
}

/* Seconds left of the one before, rounded to the nearest, but never down to none. */
int64_t sys_alarm(TaskState *ts, const uint64_t args[6])
{
    struct itimerval new = {.it_value.tv_sec = (uint32_t)args[0]}, old;
    int64_t ret = HOST_CALL(setitimer, ITIMER_REAL, host_ptr(&new), host_ptr(&old));

    if (ret < 0) {
        return ret;
    }
    bool up =
        old.it_value.tv_usec >= 500000 || (!old.it_value.tv_sec && old.it_value.tv_usec);
    return old.it_value.tv_sec + up;
}

int64_t sys_utime(TaskState *ts, const uint64_t args[6])
{
    struct utimbuf times;

    if (!args[1]) {
        return HOST_CALL(utimensat, AT_FDCWD, args[0], 0, 0);
    }
    if (get_guest(times, args[1])) {
        return -EFAULT;
    }
    struct timespec spec[2] = {
        {times.actime,  0},
        {times.modtime, 0}
    };
    return HOST_CALL(utimensat, AT_FDCWD, args[0], host_ptr(spec), 0);
}

int64_t sys_futimesat(TaskState *ts, const uint64_t args[6])
{
    struct timeval times[2];
    struct timespec spec[2];

    if (!args[2]) {
        return HOST_CALL(utimensat, args[0], args[1], 0, 0);
    }
    if (get_guest(times, args[2])) {
        return -EFAULT;
    }
    for (int i = 0; i < 2; i++) {
        /* utimensat() has special numbers there, these calls have not. */
        if (times[i].tv_usec < 0 || times[i].tv_usec >= 1000000) {
            return -EINVAL;
        }
        spec[i] = (struct timespec){times[i].tv_sec, times[i].tv_usec * 1000};
    }
    return HOST_CALL(utimensat, args[0], args[1], host_ptr(spec), 0);
}

int64_t sys_utimes(TaskState *ts, const uint64_t args[6])
{
    const uint64_t at[6] = {AT_FDCWD, args[0], args[1]};

    return sys_futimesat(ts, at);
}
