/* User program: clocks and the number of the CPU, by the vDSO, by system calls and by
 * instructions: they agree. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 1000, SECOND = 1000000000 };

static int64_t ns(struct timespec t)
{
    return t.tv_sec * (int64_t)SECOND + t.tv_nsec;
}

/* Readings in turns never go back. */
static int check_clock(clockid_t id)
{
    struct timespec t;
    int64_t last = 0;

    for (int i = 0; i < ROUNDS; i++) {
        if (i & 1 ? syscall(SYS_clock_gettime, id, &t) : clock_gettime(id, &t)) {
            return errno;
        }
        if (ns(t) < last) {
            return -1;
        }
        last = ns(t);
    }
    return 0;
}

static int check_real(void)
{
    struct timeval v, w;
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    gettimeofday(&v, NULL);
    syscall(SYS_gettimeofday, &w, NULL);
    time_t after = time(NULL);
    int64_t a = ns(t) / 1000, b = v.tv_sec * INT64_C(1000000) + v.tv_usec,
            c = w.tv_sec * INT64_C(1000000) + w.tv_usec;

    /* time() is the clock of the last tick: a new second comes a little late */
    return a <= b && b <= c && after + 1 >= t.tv_sec && c - a < 600 * INT64_C(1000000);
}

static uint64_t rdtsc(void)
{
    uint32_t lo, hi;

    asm volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi));
    return (uint64_t)hi << 32 | lo;
}

/* On one CPU only, all ways to ask tell the same. */
static int check_cpu(int cpu)
{
    cpu_set_t set;
    unsigned a = 1234, b = 1234, node = 1234;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) {
        return 1; /* not ours */
    }
    getcpu(&a, &node);
    syscall(SYS_getcpu, &b, NULL, NULL);
    return sched_getcpu() == cpu && a == (unsigned)cpu && b == a && node < 64;
}

int main(void)
{
    static const clockid_t clocks[] = {
        CLOCK_REALTIME,          CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
        CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
        CLOCK_MONOTONIC_COARSE,  CLOCK_BOOTTIME,      CLOCK_TAI,
        (clockid_t)99,
    };
    uint64_t vdso = getauxval(AT_SYSINFO_EHDR), tsc = rdtsc();

    for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        printf("clock %d: %d\n", clocks[i], check_clock(clocks[i]));
    }
    printf("real %d, tsc %d, cpus %d %d\n", check_real(), rdtsc() > tsc, check_cpu(0),
           check_cpu(1));
    printf("%d", (int)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, 16) * errno == -EFAULT);
    printf("%d", (int)syscall(SYS_gettimeofday, 16, NULL) * errno == -EFAULT);
    printf("%d\n", (int)syscall(SYS_getcpu, NULL, 16, NULL) * errno == -EFAULT);
    if (vdso) {
        munmap((void *)vdso, 4096); /* Linux does not split it */
        printf("%.3s %d\n", (char *)vdso + 1, check_clock(CLOCK_MONOTONIC));
    }
    return 0;
}
