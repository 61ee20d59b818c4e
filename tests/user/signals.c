/* User program: signals, their frames, masks, stacks, restarts, and faults. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile sig_atomic_t count[65];
static sigjmp_buf back;

static void counter(int sig)
{
    count[sig]++;
}

static void set(int sig, void (*fn)(int), int flags)
{
    struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};
    sigaction(sig, &sa, NULL);
}

/* Asynchronous signals find all registers, vectors too, as they were. */
static void test_alarm(void)
{
    struct itimerval it =
                         {
                             {0, 500},
                             {0, 500}
    },
                     off = {{0, 0}, {0, 0}};
    double sum = 0;
    unsigned long n = 0, h = 1;
    set(SIGALRM, counter, SA_RESTART);
    setitimer(ITIMER_REAL, &it, NULL);
    while (count[SIGALRM] < 300) {
        for (int i = 1; i < 1000; i++) {
            sum += 1.0 / i;
            h = h * 31 + (h >> 7) + i;
        }
        n++;
    }
    setitimer(ITIMER_REAL, &off, NULL);
    double again = 0;
    unsigned long g = 1;
    for (unsigned long k = 0; k < n; k++) {
        for (int i = 1; i < 1000; i++) {
            again += 1.0 / i;
            g = g * 31 + (g >> 7) + i;
        }
    }
    printf("alarm: %s\n", sum == again && h == g ? "state kept" : "state lost");
}

static void on_fault(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    greg_t *r = uc->uc_mcontext.gregs;
    printf("signal %d code %d addr %p trapno %lld err %lld cr2 %llx\n", sig, si->si_code,
           sig == SIGFPE || sig == SIGILL || sig == SIGTRAP
               ? NULL
               : (void *)((uintptr_t)si->si_addr & 0xfff),
           (long long)r[REG_TRAPNO], (long long)r[REG_ERR] & ~1,
           r[REG_TRAPNO] == 14 ? (long long)r[REG_CR2] & 0xfff : 0);
    siglongjmp(back, 1);
}

#define FAULT(what)          \
    if (!sigsetjmp(back, 1)) \
    what

static void test_faults(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    static char text[4096] __attribute__((aligned(4096)));
    volatile int zero = 0;
    for (unsigned i = 0; i < 5; i++) {
        struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
        sigaction(sigs[i], &sa, NULL);
    }
    mprotect(text, 4096, PROT_READ);
    FAULT((void)*(volatile int *)0x1230);
    FAULT(*(volatile int *)0x1234 = 1);
    FAULT(text[17] = 1);
    FAULT((void)*(volatile int *)0xdeadbeefdeadbeef);
    FAULT((void)*(volatile int *)0xffffffff81000000);
    FAULT(((void (*)(void))0x5000)());
    FAULT(((void (*)(void))text)());
    FAULT(printf("%d\n", 1 / zero));
    FAULT(__asm__ volatile("ud2"));
    FAULT(__asm__ volatile("int3"));
    FAULT(__asm__ volatile("hlt"));
    FAULT(__asm__ volatile("movaps %%xmm0, 1(%0)" ::"r"(&back) : "memory"));
    FAULT(__asm__ volatile("cld; rep movsb" ::"S"(text), "D"(0x2000), "c"(5) : "memory"));
    char *file = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(file + 4096, 4096);
    FAULT(*(volatile char *)(file + 4096) = 1);
    for (unsigned i = 0; i < 5; i++) {
        signal(sigs[i], SIG_DFL);
    }
}

static void change_registers(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    uc->uc_mcontext.gregs[REG_RAX] = 77;
    uc->uc_mcontext.gregs[REG_RIP] += 3; /* mov (%rax), %rax */
    uc->uc_mcontext.fpregs->_xmm[3].element[0] = 1234;
}

static void test_change(void)
{
    struct sigaction sa = {.sa_sigaction = change_registers, .sa_flags = SA_SIGINFO};
    unsigned long v = 8;
    unsigned x = 0;
    sigaction(SIGSEGV, &sa, NULL);
    __asm__ volatile("pxor %%xmm3, %%xmm3\n mov (%0), %0\n movd %%xmm3, %1"
                     : "+a"(v), "=r"(x)
                     :
                     : "xmm3");
    printf("changed: %lu %u\n", v, x);
    signal(SIGSEGV, SIG_DFL);
}

static void on_altstack(int sig)
{
    stack_t now;
    char here;
    sigaltstack(NULL, &now);
    printf("altstack: %s, flags %d\n",
           &here > (char *)now.ss_sp && &here < (char *)now.ss_sp + now.ss_size
               ? "inside"
               : "outside",
           now.ss_flags);
}

static void test_altstack(void)
{
    stack_t st = {.ss_sp = malloc(65536), .ss_size = 65536},
            small = {.ss_sp = &st, .ss_size = 100};
    printf("altstack too small: %d\n", sigaltstack(&small, NULL) ? errno : 0);
    sigaltstack(&st, NULL);
    set(SIGUSR1, on_altstack, SA_ONSTACK);
    raise(SIGUSR1);
    set(SIGUSR1, on_altstack, 0);
    raise(SIGUSR1);
    st.ss_flags = SS_DISABLE;
    sigaltstack(&st, NULL);
}

static void *kill_later(void *target)
{
    usleep(30000);
    pthread_kill(*(pthread_t *)target, SIGUSR1);
    return NULL;
}

static void test_restart(void)
{
    pthread_t self = pthread_self(), t;
    int fd[2];
    char c = 0;
    if (pipe(fd)) {
        return;
    }
    for (int flags = 0;; flags = SA_RESTART) {
        set(SIGUSR1, counter, flags);
        count[SIGUSR1] = 0;
        pthread_create(&t, NULL, kill_later, &self);
        struct pollfd p = {.fd = fd[0], .events = POLLIN};
        int r = poll(&p, 1, 5000);
        printf("poll: %d %d, %d\n", r, r < 0 ? errno : 0, count[SIGUSR1]);
        pthread_join(t, NULL);
        pthread_create(&t, NULL, kill_later, &self);
        if (flags) { /* the read goes on until there is something to read */
            pid_t pid = fork();
            if (!pid) {
                usleep(100000);
                _exit(write(fd[1], "x", 1) != 1);
            }
            r = read(fd[0], &c, 1);
            printf("read: %d %c, %d\n", r, c, count[SIGUSR1]);
            pthread_join(t, NULL);
            waitpid(pid, NULL, 0);
            break;
        }
        r = read(fd[0], &c, 1);
        printf("read: %d %d, %d\n", r, r < 0 ? errno : 0, count[SIGUSR1]);
        pthread_join(t, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    pthread_create(&t, NULL, kill_later, &self);
    int r = sigsuspend(&none);
    printf("sigsuspend: %d %d\n", r, errno);
    pthread_join(t, NULL);
    struct timespec ts = {0, 500000000}, left = {0, 0};
    pthread_create(&t, NULL, kill_later, &self);
    r = nanosleep(&ts, &left);
    printf("nanosleep: %d %d, %s\n", r, errno,
           left.tv_nsec > 100000000 ? "time left" : "no time");
    pthread_join(t, NULL);
}

/* A signal that only the mask of the call lets in is not lost between check and wait. */
static void test_ppoll(void)
{
    sigset_t block, none;
    struct timespec long_time = {20, 0};
    set(SIGUSR1, counter, 0);
    sigemptyset(&none);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigprocmask(SIG_BLOCK, &block, NULL);
    count[SIGUSR1] = 0;
    int interrupted = 0;
    for (int i = 0; i < 200; i++) {
        kill(getpid(), SIGUSR1);
        interrupted += ppoll(NULL, 0, &long_time, &none) < 0 && errno == EINTR;
    }
    printf("ppoll: %d of 200, %d handled\n", interrupted, count[SIGUSR1]);
    sigprocmask(SIG_UNBLOCK, &block, NULL);
}

static void test_death(void)
{
    const int sigs[] = {SIGTERM, SIGSEGV, SIGKILL,      SIGABRT,
                        SIGUSR1, SIGFPE,  SIGRTMIN + 3, 0};
    for (int i = 0; sigs[i]; i++) {
        fflush(stdout);
        pid_t pid = fork();
        if (!pid) {
            for (int s = 1; s < 65; s++) {
                signal(s, SIG_DFL);
            }
            kill(getpid(), sigs[i]);
            pause();
        }
        int status;
        waitpid(pid, &status, 0);
        printf("killed by %d: signaled %d by %d\n", sigs[i], WIFSIGNALED(status),
               WTERMSIG(status));
    }
    fflush(stdout);
    pid_t pid = fork();
    if (!pid) {
        *(volatile int *)8 = 1;
    }
    int status;
    waitpid(pid, &status, 0);
    printf("fault: %d\n", WTERMSIG(status));
    fflush(stdout);
    pid = fork();
    if (!pid) {
        signal(SIGTSTP, SIG_DFL);
        raise(SIGTSTP);
        _exit(5);
    }
    waitpid(pid, &status, WUNTRACED);
    printf("stopped: %d %d\n", WIFSTOPPED(status), WSTOPSIG(status));
    kill(pid, SIGCONT);
    waitpid(pid, &status, 0);
    printf("exited: %d\n", WEXITSTATUS(status));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    test_alarm();
    test_faults();
    test_change();
    test_altstack();
    test_restart();
    test_ppoll();
    test_death();
    return 0;
}
