/* User program: system calls that are made without leaving translated code: registers,
 * signals in and around them, bad pointers, code that they write. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t count;
static int ends[2];

static void counter(int sig)
{
    count++;
}

static void writer(int sig)
{
    count++;
    if (write(ends[1], "x", 1) != 1) {
        _exit(3);
    }
}

static void set(int sig, void (*fn)(int), int flags)
{
    struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};
    sigaction(sig, &sa, NULL);
}

/* The call alone: what comes behind it is the next instruction. */
static long call(long nr, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return ret;
}

static void test_registers(void)
{
    enum { FLAGS = 0x8d5 };
    unsigned long rcx, r11, behind, flags, ppid;
    __asm__ volatile("stc\n"
                     "syscall\n"
                     "1: pushfq; pop %3\n"
                     "lea 1b(%%rip), %2\n"
                     "mov %%r11, %1\n"
                     : "=&c"(rcx), "=&r"(r11), "=&r"(behind), "=&r"(flags), "=a"(ppid)
                     : "4"(SYS_getppid)
                     : "r11", "memory");
    printf("registers: rcx %d r11 %d carry %lu result %d\n", rcx == behind,
           (r11 & FLAGS) == (flags & FLAGS), flags & 1, ppid == (unsigned long)getppid());
}

/* A signal that a call lets through is there before the next instruction. */
static void test_unblocked(void)
{
    uint64_t usr1 = 1ull << (SIGUSR1 - 1);
    int late = 0;
    set(SIGUSR1, counter, 0);
    count = 0;
    for (int i = 0; i < 2000; i++) {
        call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&usr1, 0, 8);
        kill(getpid(), SIGUSR1);
        late += count != i;
        call(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&usr1, 0, 8);
        late += count != i + 1;
    }
    printf("unblocked: %d signals, %d late\n", count, late);
}

/* The handler is what ends the wait: lost between a look and the call, it would be for
 * ever. */
static void test_waits(int flags, const char *name)
{
    int interrupted = 0, got = 0;
    char c;
    set(SIGALRM, writer, flags);
    count = 0;
    for (int i = 0; i < 200; i++) {
        struct itimerval soon = {
            {0, 0             },
            {0, 1 + i * 7 % 90}
        };
        setitimer(ITIMER_REAL, &soon, NULL);
        long n = call(SYS_read, ends[0], (long)&c, 1, 0);
        if (n == -EINTR) {
            interrupted++;
            n = call(SYS_read, ends[0], (long)&c, 1, 0);
        }
        got += n == 1;
    }
    printf("%s: %d signals, %d read%s\n", name, count, got,
           flags & SA_RESTART && interrupted ? ", interrupted" : "");
}

static void test_storm(int zeros)
{
    struct itimerval it =
                         {
                             {0, 150},
                             {0, 150}
    },
                     off = {{0, 0}, {0, 0}};
    long ppid = getppid(), wrong = 0, backwards = 0;
    struct timespec before = {0}, now;
    unsigned char buf[64];
    set(SIGALRM, counter, SA_RESTART);
    count = 0;
    setitimer(ITIMER_REAL, &it, NULL);
    while (count < 400) {
        wrong += call(SYS_getppid, 0, 0, 0, 0) != ppid;
        memset(buf, 1, sizeof buf);
        wrong += call(SYS_pread64, zeros, (long)buf, sizeof buf, 0) != sizeof buf;
        wrong += buf[count & 63] != 0;
        wrong += call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0) != 0;
        backwards += now.tv_sec < before.tv_sec ||
                     (now.tv_sec == before.tv_sec && now.tv_nsec < before.tv_nsec);
        before = now;
    }
    setitimer(ITIMER_REAL, &off, NULL);
    printf("storm: %ld wrong, %ld backwards\n", wrong, backwards);
}

static void test_bad(int zeros)
{
    char *page =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    printf("bad: %ld %ld %ld %ld %ld\n",
           call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)(page + 4092), 0, 0),
           call(SYS_clock_gettime, 77, (long)page, 0, 0),
           call(SYS_pread64, zeros, (long)page + 4096, 5, 0),
           call(SYS_pread64, 1000, (long)page, 5, 0),
           call(SYS_clock_gettime, CLOCK_MONOTONIC, -4096, 0, 0));
}

/* mov $n, %eax; ret, where a call has put it. */
static void test_code(void)
{
    unsigned char code[2][8] = {
        {0xb8, 11, 0, 0, 0, 0xc3},
        {0xb8, 22, 0, 0, 0, 0xc3}
    };
    unsigned char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int sum = 0;
    for (int i = 0; i < 100; i++) {
        if (write(ends[1], code[i & 1], 8) != 8 ||
            call(SYS_read, ends[0], (long)page, 8, 0) != 8) {
            _exit(4);
        }
        sum += ((int (*)(void))page)();
    }
    printf("code: %d\n", sum);
}

int main(void)
{
    FILE *f = fopen("/dev/zero", "r");
    if (!f || pipe(ends)) {
        return 2;
    }
    test_registers();
    test_unblocked();
    test_waits(SA_RESTART, "restarted");
    test_waits(0, "interrupted");
    test_storm(fileno(f));
    test_bad(fileno(f));
    test_code();
    return 0;
}
