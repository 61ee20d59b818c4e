/* User program: processes that share memory and are neither threads nor vfork()'s. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK (64 << 10)
#define TURNS 2000

/*
 * A child has the thread-local storage of its parent, so it makes raw calls and prints
 * nothing. errno is not looked at while there is one.
 */
static int tid_word, parent_word;

static long call(long nr, long a, long b, long c)
{
    long r, d = 0;
    register long r10 __asm__("r10") = d;

    __asm__ volatile("syscall"
                     : "=a"(r)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return r;
}

static void wait_while(int *word, int value)
{
    while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == value) {
        call(SYS_futex, (long)word, FUTEX_WAIT, value);
    }
}

static void put(int *word, int value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
    call(SYS_futex, (long)word, FUTEX_WAKE, INT_MAX);
}

static int start(int (*fn)(void *), int flags, void *arg)
{
    char *stack =
        mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pid = clone(fn, stack + STACK, flags, arg, &parent_word, NULL, &tid_word);

    if (pid < 0) {
        printf("clone: %s\n", strerror(errno));
    }
    return pid;
}

static void ended(const char *what, int pid, int options)
{
    int status = 0, got = waitpid(pid, &status, options);

    printf("%s: %s, exited %d with %d, signal %d\n", what, got == pid ? "its" : "other",
           WIFEXITED(status), WEXITSTATUS(status),
           WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

/* ---- who is who, and memory in common ---- */

static int seen_pid, seen_parent, seen_tid;

static int look(void *arg)
{
    seen_pid = call(SYS_getpid, 0, 0, 0);
    seen_tid = call(SYS_gettid, 0, 0, 0);
    seen_parent = call(SYS_getppid, 0, 0, 0);
    return 7;
}

static void identity(void)
{
    int pid = start(look, CLONE_VM | SIGCHLD, NULL);

    ended("child", pid, 0);
    printf("pid %d tid %d parent %d\n", seen_pid == pid, seen_tid == pid,
           seen_parent == getpid());
}

/* ---- both run at once ---- */

static int turn;

static int answer(void *arg)
{
    for (int i = 1; i < 2 * TURNS; i += 2) {
        wait_while(&turn, i - 1);
        put(&turn, i + 1);
    }
    return 0;
}

static void ping_pong(void)
{
    int pid =
        start(answer, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, NULL);
    for (int i = 1; i < 2 * TURNS; i += 2) {
        put(&turn, i);
        wait_while(&turn, i);
    }
    ended("turns", pid, 0);
    printf("turn %d\n", turn);
}

/* ---- descriptors ---- */

static int open_one(void *arg)
{
    return call(SYS_dup2, 1, 77, 0) == 77 ? 0 : 1;
}

static void files(void)
{
    ended("own files", start(open_one, CLONE_VM | SIGCHLD, NULL), 0);
    printf("seen: %d\n", fcntl(77, F_GETFD) >= 0);
    ended("same files", start(open_one, CLONE_VM | CLONE_FILES | SIGCHLD, NULL), 0);
    printf("seen: %d\n", fcntl(77, F_GETFD) >= 0);
    close(77);
}

/* ---- signals ---- */

static int caught, ready;

static void note(int sig)
{
    __atomic_fetch_add(&caught, sig, __ATOMIC_SEQ_CST);
}

static int own_handler(void *arg)
{
    struct sigaction sa = {.sa_handler = note};

    sigaction(SIGUSR1, &sa, NULL);
    call(SYS_kill, call(SYS_getpid, 0, 0, 0), SIGUSR1, 0);
    return 0;
}

static long handler_of(int sig)
{
    struct sigaction sa;

    sigaction(sig, NULL, &sa);
    return (long)sa.sa_handler;
}

static int sleep_long(void *arg)
{
    put(&ready, 1);
    for (;;) {
        call(SYS_pause, 0, 0, 0);
    }
    return 0;
}

static int spin(void *arg)
{
    put(&ready, 1);
    for (volatile unsigned i = 0;; i++) {
    }
    return 0;
}

static int fault(void *arg)
{
    *(volatile int *)8 = 1;
    return 0;
}

static void kill_it(const char *what, int (*fn)(void *), int sig)
{
    ready = 0;
    int pid = start(fn, CLONE_VM | SIGCHLD, NULL);

    wait_while(&ready, 0);
    kill(pid, sig);
    ended(what, pid, 0);
}

static void signals(void)
{
    ended("own handler", start(own_handler, CLONE_VM | SIGCHLD, NULL), 0);
    printf("caught %d, ours %ld\n", caught, handler_of(SIGUSR1));
    ended("same handler", start(own_handler, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL),
          0);
    printf("caught %d, ours %d\n", caught, handler_of(SIGUSR1) == (long)note);
    kill_it("asleep, TERM", sleep_long, SIGTERM);
    kill_it("asleep, KILL", sleep_long, SIGKILL);
    kill_it("running, TERM", spin, SIGTERM);
    kill_it("running, KILL", spin, SIGKILL);
    ended("fault", start(fault, CLONE_VM | SIGCHLD, NULL), 0);
    ended("no signal at its end", start(look, CLONE_VM, NULL), __WCLONE);
    caught = 0;
    ended("USR1 at its end", start(look, CLONE_VM | SIGUSR1, NULL), __WALL);
    printf("caught %d\n", caught);
}

/* ---- ends ---- */

static int end_group(void *arg)
{
    call(SYS_exit_group, 9, 0, 0);
    return 0;
}

static int run_shell(void *arg)
{
    static const char *argv[] = {"sh", "-c", "exit 5", NULL};

    call(SYS_execve, (long)"/bin/sh", (long)argv, 0);
    return 1;
}

static int run_nothing(void *arg)
{
    return call(SYS_execve, (long)"/no/such", 0, 0) == -ENOENT ? 3 : 4;
}

static int do_fork(void *arg)
{
    int status = 0, pid = call(SYS_fork, 0, 0, 0);

    if (pid == 0) {
        call(SYS_exit_group, 4, 0, 0);
    }
    call(SYS_wait4, pid, (long)&status, 0);
    return WEXITSTATUS(status) + 40;
}

static int nested(void *arg)
{
    static char stack[STACK] __attribute__((aligned(16)));
    int status = 0, pid = clone(look, stack + STACK, CLONE_VM | SIGCHLD, NULL);

    call(SYS_wait4, pid, (long)&status, 0);
    return WEXITSTATUS(status) + 50;
}

static void ends(void)
{
    int flags = CLONE_VM | SIGCHLD;

    ended("exit_group", start(end_group, flags, NULL), 0);
    ended("execve", start(run_shell, flags, NULL), 0);
    ended("execve fails", start(run_nothing, flags, NULL), 0);
    ended("forks", start(do_fork, flags, NULL), 0);
    ended("makes another", start(nested, flags, NULL), 0);
    tid_word = 1;
    int pid = start(look, flags | CLONE_CHILD_CLEARTID, NULL);
    wait_while(&tid_word, 1);
    printf("tid word %d\n", tid_word);
    ended("tid is cleared", pid, 0);
    tid_word = 1;
    ended("and of exit_group", start(end_group, flags | CLONE_CHILD_CLEARTID, NULL), 0);
    printf("tid word %d\n", tid_word);
    tid_word = 1;
    pid = start(run_shell, flags | CLONE_CHILD_CLEARTID, NULL);
    wait_while(&tid_word, 1);
    ended("and of execve", pid, 0);
    pid = start(look, flags | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, NULL);
    ended("tids are stored", pid, 0);
    printf("%d %d\n", parent_word == pid, tid_word == pid);
    parent_word = -1;
    pid = start(look, flags | CLONE_PIDFD, NULL);
    printf("pidfd %d\n", fcntl(parent_word, F_GETFD));
    ended("pidfd", pid, 0);
    close(parent_word);
}

/* ---- the child goes on when its parent is gone ---- */

static int pipe_fd[2];

static int outlive(void *arg)
{
    int parent = (int)(intptr_t)arg;

    while (call(SYS_getppid, 0, 0, 0) == parent) {
        call(SYS_sched_yield, 0, 0, 0);
    }
    call(SYS_write, pipe_fd[1], (long)"still here", 10);
    return 0;
}

static void orphan(void)
{
    char text[16] = "";

    if (pipe(pipe_fd) < 0) {
        return;
    }
    fflush(stdout);
    int pid = fork();

    if (pid == 0) {
        start(outlive, CLONE_VM | SIGCHLD, (void *)(intptr_t)getpid());
        _exit(0);
    }
    ended("parent", pid, 0);
    close(pipe_fd[1]);
    ssize_t n = read(pipe_fd[0], text, sizeof text - 1);
    printf("%zd: %s\n", n, text);
}

static void bad_flags(void)
{
    printf("%ld\n", call(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0));
    printf("%ld\n", call(SYS_clone, CLONE_VM | CLONE_FS | CLONE_NEWNS | SIGCHLD, 0, 0));
    printf("%ld\n", call(SYS_clone, CLONE_VM | CLONE_THREAD, 0, 0));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    identity();
    ping_pong();
    files();
    signals();
    ends();
    orphan();
    bad_flags();
    for (int i = 0; i < 100; i++) {
        int status = 0, pid = start(look, CLONE_VM | SIGCHLD, NULL);

        if (waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != 7) {
            printf("%d: 0x%x\n", i, status);
        }
    }
    return 0;
}
