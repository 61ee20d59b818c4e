/* User program: system calls that are made without leaving translated code: registers,
 * signals in and around them, bad pointers, code that they write. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
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

/* RFLAGS in r11, as `how` leaves them. */
#define FLAGS_OF(how)                                                          \
    ({                                                                         \
        unsigned long f_, r_;                                                  \
        __asm__ volatile("mov $0x71, %%ecx; mov $0x7fffff90, %%edx\n" how "\n" \
                         "pushfq; pop %0\n"                                    \
                         "mov $0x71, %%ecx; mov $0x7fffff90, %%edx\n" how      \
                         "\nmov $110, %%eax\n"                                 \
                         "syscall\n"                                           \
                         "mov %%r11, %1; cld"                                  \
                         : "=&r"(f_), "=&r"(r_)                                \
                         :                                                     \
                         : "rax", "rcx", "rdx", "r11", "memory");              \
        (r_ & 0xcd5) != (f_ & 0xcd5);                                          \
    })

static void test_flags(void)
{
    int wrong = 0;
    wrong += FLAGS_OF("cmp %%ecx, %%edx") + FLAGS_OF("cmp %%edx, %%ecx");
    wrong += FLAGS_OF("cmp %%cl, %%dl") + FLAGS_OF("sub %%dx, %%cx");
    wrong += FLAGS_OF("sub %%rdx, %%rcx") + FLAGS_OF("sub %%rcx, %%rcx");
    wrong += FLAGS_OF("test %%dl, %%dl") + FLAGS_OF("xor %%ecx, %%ecx");
    wrong += FLAGS_OF("or %%edx, %%ecx") + FLAGS_OF("and %%cx, %%dx");
    wrong += FLAGS_OF("add %%edx, %%edx") + FLAGS_OF("add %%dl, %%cl");
    wrong += FLAGS_OF("stc; adc %%rdx, %%rcx") + FLAGS_OF("stc; sbb %%dl, %%cl");
    wrong += FLAGS_OF("cmp %%ecx, %%edx; inc %%ecx") + FLAGS_OF("stc; dec %%dl");
    wrong += FLAGS_OF("neg %%edx") + FLAGS_OF("neg %%cl");
    wrong += FLAGS_OF("std; cmp %%dl, %%cl") + FLAGS_OF("std; test %%ecx, %%ecx; stc");
    printf("flags: %d wrong\n", wrong);
}

/* What a call leaves as it was. */
#define EACH_VECTOR(op)                                                              \
    op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11) op(12) \
        op(13) op(14) op(15)
#define LOAD_YMM(n)  "vmovdqu 32*" #n "(%%r12), %%ymm" #n "\n"
#define STORE_YMM(n) "vmovdqu %%ymm" #n ", 32*" #n "(%%r13)\n"
#define LOAD_XMM(n)  "movdqu 32*" #n "(%%r12), %%xmm" #n "\n"
#define STORE_XMM(n) "movdqu %%xmm" #n ", 32*" #n "(%%r13)\n"
static int changed_by(long nr, long a, long b, long c, long d)
{
    static unsigned char in[16][32], out[16][32];
    static unsigned long regs[10];
    bool avx = __builtin_cpu_supports("avx");
    long ret;
    for (unsigned i = 0; i < sizeof in; i++) {
        in[i / 32][i % 32] = i * 7 + i / 32 + nr;
    }
    memset(out, 0, sizeof out);
    long args[] = {c, d};
    register void *r12 __asm__("r12") = in, *r13 __asm__("r13") = out;
#define CALL(load, store)                                                            \
    __asm__ volatile(                                                                \
        load                                                                         \
        "mov 0(%[args]), %%rdx; mov 8(%[args]), %%r10\n"                             \
        "mov $0x88, %%r8d; mov $0x99, %%r9d; mov $0xee, %%r14d; mov $0xff, %%r15d\n" \
        "syscall\n"                                                                  \
        "mov %%rdi, 0(%%rbx); mov %%rsi, 8(%%rbx); mov %%rdx, 16(%%rbx)\n"           \
        "mov %%r10, 24(%%rbx); mov %%r8, 32(%%rbx); mov %%r9, 40(%%rbx)\n"           \
        "mov %%r12, 48(%%rbx); mov %%r13, 56(%%rbx)\n"                               \
        "mov %%r14, 64(%%rbx); mov %%r15, 72(%%rbx)\n" store                         \
        : "=a"(ret)                                                                  \
        : "a"(nr), "D"(a), "S"(b), "b"(regs), [args] "r"(args), "r"(r12), "r"(r13)   \
        : "rcx", "rdx", "r8", "r9", "r10", "r11", "r14", "r15", "memory")
    if (avx) {
        CALL(EACH_VECTOR(LOAD_YMM), EACH_VECTOR(STORE_YMM) "vzeroupper");
    } else {
        CALL(EACH_VECTOR(LOAD_XMM), EACH_VECTOR(STORE_XMM));
    }
    int changed = ret < 0;
    for (unsigned i = 0; i < 16; i++) {
        changed += memcmp(in[i], out[i], avx ? 32 : 16) != 0;
    }
    const unsigned long want[] = {a,    b,        c,         d,    0x88,
                                  0x99, (long)in, (long)out, 0xee, 0xff};
    return changed + (memcmp(regs, want, sizeof want) != 0);
}

static void test_kept(int zeros)
{
    struct timespec now;
    uint64_t mask;
    char buf[64];
    int changed = 0;
    for (int i = 0; i < 3; i++) { /* the first of each kind goes another way */
        changed += changed_by(SYS_getppid, 1, 2, 3, 4);
        changed += changed_by(SYS_pread64, zeros, (long)buf, sizeof buf, 0);
        changed += changed_by(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 3, 4);
        changed += changed_by(SYS_gettimeofday, (long)buf, 0, 3, 4);
        changed += changed_by(SYS_time, (long)buf, 2, 3, 4);
        changed += changed_by(SYS_getcpu, (long)buf, 0, 3, 4);
        changed += changed_by(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&mask, 8);
        changed += changed_by(SYS_getrandom, (long)buf, sizeof buf, 0, 4);
        changed += changed_by(SYS_uname, (long)(char[400]){0}, 2, 3, 4);
    }
    printf("kept: %d changed\n", changed);
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
static int run_code(void)
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
    munmap(page, 4096);
    return sum;
}

static volatile bool enough, wrong_code;

static void *other(void *unused)
{
    sigset_t all;
    struct timespec now;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (!enough) {
        wrong_code |= run_code() != 1650;
        call(SYS_getppid, 0, 0, 0, 0);
        call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0);
    }
    return NULL;
}

/* The same while another thread makes calls, and changes code. */
static void test_threads(int zeros)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, other, NULL)) {
        _exit(5);
    }
    test_kept(zeros);
    test_storm(zeros);
    enough = true;
    pthread_join(thread, NULL);
    printf("code: %d wrong\n", wrong_code);
    test_waits(SA_RESTART, "restarted");
}

int main(void)
{
    FILE *f = fopen("/dev/zero", "r");
    if (!f || pipe(ends)) {
        return 2;
    }
    test_registers();
    test_flags();
    test_kept(fileno(f));
    test_unblocked();
    test_waits(SA_RESTART, "restarted");
    test_waits(0, "interrupted");
    test_storm(fileno(f));
    test_bad(fileno(f));
    printf("code: %d\n", run_code());
    test_threads(fileno(f));
    return 0;
}
