/* User program: corners of signals and of mappings: nested, in string instructions, on
 * alternate stacks; code that is mapped over, moved, or beside a hole. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096
typedef uint32_t Fn(uint32_t);
enum { RWX = PROT_READ | PROT_WRITE | PROT_EXEC };

static sigjmp_buf back;

static void *pages(void *at, size_t n, int prot, int flags)
{
    return mmap(at, n * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void set(int sig, void (*fn)(int, siginfo_t *, void *), int flags, int also)
{
    struct sigaction sa = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags};

    if (also) {
        sigaddset(&sa.sa_mask, also);
    }
    sigaction(sig, &sa, NULL);
}

/* ---- nested signals ---- */

static int depth, deepest, order[16], norder;

static void nest(int sig, siginfo_t *si, void *context)
{
    depth++;
    deepest = depth > deepest ? depth : deepest;
    order[norder++ & 15] = sig;
    if (sig == SIGUSR1 && depth < 6) {
        raise(SIGUSR2);  /* comes now */
        raise(SIGUSR1);  /* blocked: after this handler, once */
        raise(SIGWINCH); /* in sa_mask: the same */
    } else if (sig == SIGUSR2 && depth < 6) {
        raise(SIGUSR2); /* SA_NODEFER: comes now */
    }
    order[norder++ & 15] = -sig;
    depth--;
}

static void test_nested(void)
{
    int left = 3;

    set(SIGUSR1, nest, SA_RESETHAND, SIGWINCH);
    set(SIGUSR2, nest, SA_NODEFER, 0);
    set(SIGWINCH, nest, 0, 0);
    sigset_t both, old;
    sigemptyset(&both);
    sigaddset(&both, SIGUSR2);
    sigaddset(&both, SIGWINCH);
    sigprocmask(SIG_BLOCK, &both, &old);
    raise(SIGUSR2);
    raise(SIGWINCH);
    sigprocmask(SIG_SETMASK, &old, NULL); /* two at once */
    printf("nested: depth %d:", deepest);
    for (int i = 0; i < norder && i < 16; i++) {
        printf(" %d", order[i]);
    }
    norder = deepest = 0;
    signal(SIGCHLD, SIG_DFL);
    if (fork() == 0) { /* the second SIGUSR1 finds SIG_DFL */
        raise(SIGUSR1);
        _exit(0);
    }
    wait(&left);
    printf("; reset: %d\n", WIFSIGNALED(left) ? WTERMSIG(left) : -1);
}

/* ---- signals on the way out ---- */

static void leave(int sig)
{
    _exit(7);
}

/* A signal just before, in and just behind execve() meets the handler or SIG_DFL. */
static void test_exec_signals(void)
{
    char self[] = "/proc/self/exe", word[] = "sleep", *args[] = {self, word, NULL};
    int lost = 0, status, p[2];

    for (unsigned i = 0; i < 60; i++) {
        if (pipe(p) < 0) {
            exit(2);
        }
        pid_t pid = fork();
        if (pid == 0) {
            signal(SIGTERM, leave);
            if (write(p[1], "x", 1) == 1) {
                execv(self, args);
            }
            _exit(1);
        }
        lost += read(p[0], &status, 1) != 1;
        for (volatile unsigned k = 0; k < i * i * 400; k++) {
        }
        kill(pid, SIGTERM);
        waitpid(pid, &status, 0);
        lost += status != 7 << 8 && status != SIGTERM;
        close(p[0]);
        close(p[1]);
    }
    printf("signals around execve(): %d lost\n", lost);
}

static int received;

static void receive(int sig)
{
    __atomic_fetch_add(&received, 1, __ATOMIC_SEQ_CST);
}

static void *open_for_signals(void *arg)
{
    pthread_sigmask(SIG_UNBLOCK, arg, NULL);
    return NULL;
}

/* Sent to the process while threads that take them come and go. */
static void test_exit_signals(void)
{
    enum { SENT = 400 };
    sigset_t set;
    pthread_t t[2];

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGRTMIN, receive);
    for (int i = 0; i < SENT;) {
        for (int k = 0; k < 2; k++) {
            pthread_create(&t[k], NULL, open_for_signals, &set);
            kill(getpid(), SIGRTMIN);
            kill(getpid(), SIGRTMIN);
            i += 2;
        }
        pthread_join(t[0], NULL);
        pthread_join(t[1], NULL);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("signals around the end of threads: %d of %d\n", received, SENT);
}

/* ---- string instructions ---- */

static unsigned char *from, *to;
static volatile int ticks, in_string;
extern const char string_insn[] __asm__("string_insn");

static void copy(size_t n)
{
    void *d = to, *s = from;

    __asm__ volatile(".globl string_insn\nstring_insn: rep movsb"
                     : "+D"(d), "+S"(s), "+c"(n)
                     :
                     : "memory");
    if (n || d != (void *)(to + (2 << 20)) || s != (void *)(from + (2 << 20))) {
        printf("registers are wrong behind rep movsb\n");
    }
}

/* In the middle the registers say how far it is, and all before that is copied. */
static void on_tick(int sig, siginfo_t *si, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;

    ticks++;
    if (r[REG_RIP] == (greg_t)string_insn && r[REG_RCX]) {
        size_t done = (2 << 20) - r[REG_RCX];
        in_string++;
        if ((unsigned char *)r[REG_RDI] != to + done ||
            (unsigned char *)r[REG_RSI] != from + done ||
            (done && to[done - 1] != from[done - 1])) {
            printf("registers are wrong inside rep movsb\n");
        }
    }
}

static void test_string_signals(void)
{
    struct itimerval it =
                         {
                             {0, 300},
                             {0, 300}
    },
                     off = {{0, 0}, {0, 0}};
    int same = 1;

    from = pages(NULL, 512, RWX, 0);
    to = pages(NULL, 512, RWX, 0);
    for (int i = 0; i < 2 << 20; i++) {
        from[i] = i * 7 ^ i >> 9;
    }
    set(SIGALRM, on_tick, SA_RESTART, 0);
    setitimer(ITIMER_REAL, &it, NULL);
    while (ticks < 100) {
        memset(to, 0, 4096);
        copy(2 << 20);
        same &= memcmp(from, to, 2 << 20) == 0;
    }
    setitimer(ITIMER_REAL, &off, NULL);
    printf("signals in rep movsb: %s\n", same ? "copied" : "lost");
}

static int faults;

/* Opens the page; the string instruction goes on. */
static void open_page(int sig, siginfo_t *si, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t at = (uintptr_t)si->si_addr;

    printf("fault %d: at +%lx, rdi +%lx, rsi +%lx, rcx %llx, rip %s\n", ++faults,
           (long)(at - (uintptr_t)to), (long)(r[REG_RDI] - (uintptr_t)to),
           (long)(r[REG_RSI] - (uintptr_t)from), r[REG_RCX],
           r[REG_RIP] == (greg_t)string_insn ? "right" : "wrong");
    mprotect((void *)(at & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}

static void test_string_faults(void)
{
    set(SIGSEGV, open_page, 0, 0);
    mprotect(to + 5 * PAGE, PAGE, PROT_NONE);
    mprotect(to + 300 * PAGE, PAGE, PROT_READ);
    memset(to, 0, 5 * PAGE);
    copy(2 << 20);
    printf("faults in rep movsb: %s\n", memcmp(from, to, 2 << 20) ? "lost" : "copied");
    signal(SIGSEGV, SIG_DFL);
}

/* ---- alternate stacks ---- */

static char *alt;
enum { ALT = 16 * PAGE };

static int on_alt(void)
{
    char here;

    return &here >= alt && &here < alt + ALT;
}

static void on_altstack(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    stack_t now, other = {.ss_sp = alt, .ss_size = ALT};
    int r;

    sigaltstack(NULL, &now);
    r = now.ss_flags == SS_ONSTACK && sigaltstack(&other, NULL) ? errno : 0;
    printf("on the alternate stack: %d, flags %x, in the frame %x, change: %d\n",
           on_alt(), now.ss_flags, uc->uc_stack.ss_flags, r);
    if (sig == SIGUSR1) {
        raise(SIGUSR2); /* goes on on the same stack */
    }
}

static void overflown(int sig, siginfo_t *si, void *context)
{
    printf("overflow: on the alternate stack: %d, trapno %lld\n", on_alt(),
           ((ucontext_t *)context)->uc_mcontext.gregs[REG_TRAPNO]);
    siglongjmp(back, 1);
}

static unsigned char *low; /* the end of a small stack */

static void __attribute__((noinline)) overflow(void)
{
    __asm__ volatile("mov %%rsp, %%rbx\n"
                     "lea 64(%0), %%rsp\n"
                     "1: push %%rax\n"
                     "jmp 1b\n"
                     :
                     : "r"(low)
                     : "rbx", "memory");
}

static void test_altstack(void)
{
    stack_t st = {.ss_flags = 77}, old;

    alt = pages(NULL, 16, PROT_READ | PROT_WRITE, 0);
    st.ss_sp = alt;
    st.ss_size = ALT;
    printf("altstack: bad flags %d", sigaltstack(&st, NULL) ? errno : 0);
    st.ss_flags = 0;
    st.ss_size = 1024;
    printf(", small %d", sigaltstack(&st, NULL) ? errno : 0);
    st.ss_size = ALT;
    printf(", good %d\n", sigaltstack(&st, &old) ? errno : 0);
    set(SIGUSR1, on_altstack, SA_ONSTACK, 0);
    set(SIGUSR2, on_altstack, SA_ONSTACK, 0);
    raise(SIGUSR1);
    st.ss_flags = (int)(1u << 31); /* SS_AUTODISARM */
    sigaltstack(&st, NULL);
    raise(SIGUSR1);
    sigaltstack(NULL, &old);
    printf("disarmed and back: flags %x size %lx\n", old.ss_flags, (long)old.ss_size);
    st.ss_flags = 0;
    sigaltstack(&st, NULL);
    low = pages(NULL, 2, PROT_READ | PROT_WRITE, 0);
    mprotect(low, PAGE, PROT_NONE);
    low += PAGE;
    set(SIGSEGV, overflown, SA_ONSTACK, 0);
    if (!sigsetjmp(back, 1)) {
        overflow();
    }
    signal(SIGSEGV, SIG_DFL);
    if (fork() == 0) { /* no stack at all for the handler */
        signal(SIGSEGV, SIG_DFL);
        set(SIGSEGV, overflown, 0, 0);
        overflow();
        _exit(0);
    }
    int status;
    wait(&status);
    printf("overflow without one: signal %d\n",
           WIFSIGNALED(status) ? WTERMSIG(status) : -1);
    st.ss_flags = SS_DISABLE;
    sigaltstack(&st, NULL);
}

/* ---- mappings ---- */

/* lea eax, [rdi + k]; ret */
static void emit_add(unsigned char *p, uint32_t k)
{
    p[0] = 0x8d;
    p[1] = 0x87;
    memcpy(p + 2, &k, 4);
    p[6] = 0xc3;
}

static void on_fault(int sig, siginfo_t *si, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;

    printf("signal %d code %d at +%lx%s\n", sig, si->si_code,
           (long)((uintptr_t)si->si_addr & 0xfff),
           r[REG_RIP] == (greg_t)si->si_addr ? ", by its fetch" : "");
    siglongjmp(back, 1);
}

#define FAULT(what)              \
    do {                         \
        if (!sigsetjmp(back, 1)) \
            what;                \
    } while (0)

static void test_code_maps(void)
{
    unsigned char *p = pages(NULL, 4, RWX, 0), *q;
    int good = 0;

    for (uint32_t i = 0; i < 50; i++) { /* MAP_FIXED over code that has just run */
        emit_add(p + PAGE, i);
        good += ((Fn *)(p + PAGE))(1) == i + 1;
        q = pages(p + PAGE, 1, RWX, MAP_FIXED);
        emit_add(q, i + 100);
        good += ((Fn *)q)(1) == i + 101;
    }
    printf("mapped over code: %d of 100\n", good);

    emit_add(p, 1);
    emit_add(p + PAGE, 2);
    ((Fn *)p)(0), ((Fn *)(p + PAGE))(0);
    munmap(p + PAGE, PAGE); /* the neighbour of code that runs */
    printf("neighbour gone: %u\n", ((Fn *)p)(5));
    FAULT(((Fn *)(p + PAGE))(0));
    memset(p + PAGE - 2, 0x90, 2); /* runs into the hole */
    FAULT(((Fn *)(p + PAGE - 2))(0));
    p[PAGE - 1] = 0x8d; /* an instruction that goes on in it */
    FAULT(((Fn *)(p + PAGE - 1))(0));

    emit_add(p + 2 * PAGE, 3);
    printf("before the move: %u\n", ((Fn *)(p + 2 * PAGE))(5));
    q = pages(NULL, 2, PROT_NONE, 0);
    unsigned char *moved =
        mremap(p + 2 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q);
    printf("moved: %u\n", ((Fn *)moved)(5));
    emit_add(moved, 30);
    printf("changed there: %u\n", ((Fn *)moved)(5));
    FAULT(((Fn *)(p + 2 * PAGE))(0));
    emit_add(p + 3 * PAGE, 4);
    ((Fn *)(p + 3 * PAGE))(0);
    mprotect(p + 3 * PAGE, PAGE, PROT_READ | PROT_WRITE);
    FAULT(((Fn *)(p + 3 * PAGE))(0)); /* not executable any more */
    mprotect(p + 3 * PAGE, PAGE, PROT_READ | PROT_EXEC);
    printf("and again: %u\n", ((Fn *)(p + 3 * PAGE))(5));
    mprotect(p + 3 * PAGE, PAGE, PROT_NONE);
    FAULT(((Fn *)(p + 3 * PAGE))(0));
    FAULT(p[3 * PAGE] = 0);
    mprotect(p + 3 * PAGE, PAGE, PROT_READ);
    FAULT(p[3 * PAGE + 3] = 0);
    FAULT(((Fn *)(p + 3 * PAGE))(0));
}

/* Two mappings of one file: code is changed in one after it was run in the other. */
static void test_alias(void)
{
    int fd = memfd_create("code", 0), good = 0;

    if (fd < 0 || ftruncate(fd, 2 * PAGE) < 0) {
        return;
    }
    unsigned char *w = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned char *x = mmap(NULL, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);

    for (uint32_t i = 0; i < 50; i++) {
        emit_add(w + PAGE - 3, i);
        good += ((Fn *)(x + PAGE - 3))(i) == 2 * i;
        if (pwrite(fd, "\x8d\x47\x11\xc3", 4, 64) == 4) { /* lea 0x11(%rdi), %eax */
            good += ((Fn *)(x + 64))(i) == i + 0x11;
        }
        emit_add(w + 64, i);
        good += ((Fn *)(x + 64))(1) == i + 1;
    }
    printf("changed through another mapping: %d of 150\n", good);
    close(fd);
}

static void test_holes(void)
{
    char name[] = "/tmp/mynah-corners-XXXXXX";
    int fd = mkstemp(name);
    unsigned char *p, buf[64];

    unlink(name);
    if (ftruncate(fd, PAGE + 100) < 0) {
        return;
    }
    p = mmap(NULL, 4 * PAGE, RWX, MAP_SHARED, fd, 0);
    printf("behind the end of a file, in its page: %d\n", p[PAGE + 200]);
    FAULT(p[2 * PAGE] = 1);
    FAULT(printf("%d\n", *(volatile char *)(p + 3 * PAGE + 5)));
    FAULT(((Fn *)(p + 2 * PAGE))(0));
    emit_add(p + 64, 9);
    printf("code in a file: %u\n", ((Fn *)(p + 64))(1));
    if (ftruncate(fd, 0) < 0) {
        return;
    }
    FAULT(printf("%d\n", *(volatile char *)(p + 64)));
    FAULT(((Fn *)(p + 64))(1)); /* its bytes are gone */
    printf("read() behind the end: %d\n", pread(fd, p, 10, 0) < 0 ? errno : 0);
    if (ftruncate(fd, 4 * PAGE) < 0) {
        return;
    }
    printf("write() from there: %ld\n", (long)pwrite(fd, p + 8, 8, 0));
    p = pages(NULL, 3, PROT_READ | PROT_WRITE, 0);
    mprotect(p + PAGE, PAGE, PROT_NONE);
    printf("read() over a hole: %d", pread(fd, p, 3 * PAGE, 0) < 0 ? errno : 0);
    printf(", mprotect() over one: ");
    munmap(p + PAGE, PAGE);
    printf("%d\n", mprotect(p, 3 * PAGE, PROT_READ) ? errno : 0);
    FAULT(p[5] = 1); /* but it got that far */
    p[2 * PAGE] = 1; /* and no farther */
    printf("munmap() of nothing: %d\n", munmap(p + PAGE, PAGE) ? errno : 0);
    printf("brk below: %d\n", sbrk(0) == (void *)syscall(SYS_brk, 0x1000));
    printf("getrandom() into it: %d\n",
           syscall(SYS_getrandom, p + 2 * PAGE - 32, 64, 0) < 0 ? errno : 0);
    memcpy(buf, p + 2 * PAGE, 32);
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        sleep(20);
        return 99;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    test_nested();
    test_exec_signals();
    test_exit_signals();
    test_string_signals();
    test_string_faults();
    test_altstack();
    set(SIGSEGV, on_fault, 0, 0);
    set(SIGBUS, on_fault, 0, 0);
    test_code_maps();
    test_alias();
    test_holes();
    return 0;
}
