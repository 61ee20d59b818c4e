/* User program: mappings that grow downwards; memory that vanishes under system calls. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096

static sigjmp_buf back;
static char *base;

static void report(int sig, siginfo_t *si, void *context)
{
    printf("  signal %d code %d at page %ld\n", sig, si->si_code,
           ((char *)si->si_addr - base) / PAGE);
    siglongjmp(back, 1);
}

#define TRY(expr)                              \
    do {                                       \
        puts(#expr);                           \
        if (sigsetjmp(back, 1) == 0) {         \
            printf("  = %ld\n", (long)(expr)); \
        }                                      \
    } while (0)

static int raw(long r)
{
    return r == -1 ? -errno : r;
}

/* ---- MAP_GROWSDOWN ---- */

enum { ROOM = 1024, GUARD = 256 }; /* pages; the kernel's stack_guard_gap */

/* Whether a line of /proc/self/maps covers these pages, and nothing more. */
static bool listed(char *from, char *to)
{
    FILE *f = fopen("/proc/self/maps", "r");
    unsigned long a, b;
    char line[512];
    bool found = false;

    while (fgets(line, sizeof line, f)) {
        found |= sscanf(line, "%lx-%lx", &a, &b) == 2 && a == (unsigned long)from &&
                 b == (unsigned long)to;
    }
    fclose(f);
    return found;
}

/* Two pages that may grow, at the end of a range that is free but for its first page. */
static char *growing(void)
{
    char *room = mmap(NULL, ROOM * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    base = room;
    munmap(room + PAGE, (ROOM - 1) * PAGE);
    return mmap(room + (ROOM - 2) * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
}

static long by_string(char *to)
{
    size_t n = 3 * PAGE;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(7) : "memory");
    return n;
}

static void x87_state(char *to)
{
    __asm__ volatile("fnsave %0; frstor %0" : "=m"(*(char(*)[108])to));
}

/* A function of the pages: mov eax, imm32; ret. */
static long run_at(char *at, int value)
{
    uint8_t code[] = {0xb8, value, 0, 0, 0, 0xc3};

    memcpy(at, code, sizeof code);
    return ((int (*)(void))at)();
}

/* Runs what is there: where a page is new, add %al, (%rax) again and again. */
static long run_zeros(char *at)
{
    static char scratch;
    long r = (long)&scratch;

    __asm__ volatile("call *%1" : "+a"(r) : "r"(at) : "memory", "cc");
    return r;
}

static void test_growing(void)
{
    int fds[2];
    char *top = growing(), *end = top + 2 * PAGE;

    TRY(top[5] = 1);
    TRY(top[-10 * PAGE] = 2);
    TRY(listed(top - 10 * PAGE, end));
    TRY(by_string(top - 14 * PAGE));
    TRY((x87_state(top - 20 * PAGE), 0));
    TRY(listed(top - 20 * PAGE, end));
    pipe(fds);
    write(fds[1], "hello", 5);
    TRY(raw(read(fds[0], top - 30 * PAGE, 5)));
    TRY(top[-30 * PAGE]);
    TRY(raw(clock_gettime(CLOCK_REALTIME, (void *)(top - 40 * PAGE))));
    TRY(run_zeros(top - 41 * PAGE));
    TRY(listed(top - 41 * PAGE, end));
    TRY(mprotect(top - 41 * PAGE, 43 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
    TRY(run_at(top - 45 * PAGE, 11));
    TRY(run_at(top - 45 * PAGE, 12));
    TRY(run_zeros(top - 50 * PAGE));
    TRY(mprotect(top, PAGE, PROT_READ | PROT_GROWSDOWN));
    TRY(listed(top - 50 * PAGE, top + PAGE));
    TRY(top[-50 * PAGE] = 1);
    TRY(munmap(top - 45 * PAGE, 46 * PAGE));
    TRY(top[-46 * PAGE]);
    TRY(top[-45 * PAGE]);
    TRY(raw(mprotect(end - PAGE, PAGE, PROT_READ | PROT_WRITE)));
    TRY(end[-PAGE] = 1);
    TRY(base[GUARD / 2 * PAGE]); /* too near to the page below */
    TRY(raw(mprotect(&(char[1]){0} - ((uintptr_t) & (char[1]){0}) % PAGE, PAGE,
                     PROT_READ | PROT_WRITE | PROT_GROWSDOWN)));
    TRY(raw(mprotect(base, PAGE, PROT_READ | PROT_GROWSDOWN)));
    munmap(base, ROOM * PAGE);
    close(fds[0]);
    close(fds[1]);
}

/* ---- memory that vanishes ---- */

enum { ROUNDS = 1500 };

static char *page; /* there, or not, or read-only */
static atomic_int stop;

static void *vanish(void *arg)
{
    for (int i = 0; !atomic_load(&stop); i++) {
        munmap(page, PAGE);
        mmap(page, PAGE, i & 1 ? PROT_READ : PROT_READ | PROT_WRITE | PROT_EXEC,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
    return NULL;
}

static int sockets[2], null_fd, pipes[2];

/* Calls that read there, that write there, whose structures lie there; those of ours as
 * well as of the kernel's. Each returns -1 for an error. */
static long call(int n)
{
    union {
        char *p;
        void *v;
        struct sigaction *sa;
        struct iovec *iov;
        struct msghdr *msg;
        struct pollfd *poll;
        struct timespec *ts;
        struct stat *st;
        sigset_t *set;
        stack_t *stack;
        fd_set *fds;
    } u = {.p = page + 8};
    struct iovec good = {u.p, 100};

    switch (n) {
    case 0:
        return syscall(SYS_rt_sigaction, SIGUSR1, u.sa, NULL, 8);
    case 1:
        return syscall(SYS_rt_sigaction, SIGUSR1, NULL, u.sa, 8);
    case 2:
        return syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, u.set, 8);
    case 3:
        return writev(null_fd, u.iov, 1);
    case 4:
        return sendmsg(sockets[0], u.msg, MSG_DONTWAIT);
    case 5:
        return recvmsg(sockets[1], u.msg, MSG_DONTWAIT);
    case 6:
        return syscall(SYS_poll, u.poll, 1, 0);
    case 7:
        return syscall(SYS_clock_gettime, CLOCK_MONOTONIC, u.ts);
    case 8:
        return syscall(SYS_newfstatat, AT_FDCWD, "/", u.st, 0);
    case 9:
        return syscall(SYS_newfstatat, AT_FDCWD, u.p, u.st, AT_EMPTY_PATH);
    case 10:
        return syscall(SYS_execve, u.p, u.p, u.p);
    case 11:
        return syscall(SYS_sigaltstack, NULL, u.stack);
    case 12:
        return syscall(SYS_select, 1, u.fds, NULL, NULL, &(struct timeval){0});
    case 13:
        return pwritev(null_fd, &good, 1, 0);
    case 14:
        return write(pipes[1], "x", 1) == 1 ? read(pipes[0], u.p, 1) : -1;
    case 15:
        return syscall(SYS_getcwd, u.p, 1000);
    case 16:
        return syscall(SYS_futex, u.p, 1 /* FUTEX_WAKE */, 1, NULL, NULL, 0);
    default:
        return syscall(SYS_rt_sigprocmask, SIG_BLOCK, u.set, NULL, 8);
    }
}

/* Errors of the kernel's for what zeros say. */
static int is_known(int err)
{
    return err == EFAULT || err == ENOENT || err == EAGAIN || err == EMSGSIZE ||
           err == EACCES || err == EDESTADDRREQ;
}

static void test_vanishing(void)
{
    pthread_t t;
    static int odd, faults;

    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets);
    null_fd = open("/dev/null", O_WRONLY);
    pipe(pipes);
    pthread_create(&t, NULL, vanish, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        for (int n = 0; n < 18; n++) {
            bool failed = call(n) < 0;

            faults += failed && errno == EFAULT;
            if (failed && !is_known(errno) && !odd++) {
                printf("call %d: %s\n", n, strerrorname_np(errno));
            }
        }
        char c = 0;
        if (sigsetjmp(back, 1) == 0) {
            c = *page;
            *page = c;
        }
    }
    atomic_store(&stop, 1);
    pthread_join(t, NULL);
    printf("odd errors: %d, faults: %d\n", odd, faults > 0);
}

static void quietly(int sig)
{
    siglongjmp(back, 1);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = report, .sa_flags = SA_SIGINFO | SA_NODEFER};

    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    test_growing();
    signal(SIGSEGV, quietly);
    test_vanishing();
    puts("done");
    return 0;
}
