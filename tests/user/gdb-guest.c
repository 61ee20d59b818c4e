/* User program for gdb: calls, data, signals, threads, a crash, a child. The first
 * argument says which. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile long counter, seen, wide[4], go_on;

static __attribute__((noinline)) long twice(long x)
{
    asm volatile("" ::: "memory");
    return 2 * x;
}

static __attribute__((noinline)) void touch(long v)
{
    counter = v;
    seen = wide[1];
    wide[2] = v;
}

static void handler(int sig)
{
    seen = sig;
}

static void *worker(void *arg)
{
    while (!go_on) {
        __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
        twice((long)arg);
    }
    return NULL;
}

static int threads(void)
{
    pthread_t t[3];

    for (long i = 0; i < 3; i++) {
        pthread_create(&t[i], NULL, worker, (void *)(i + 100));
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], NULL);
    }
    return 3;
}

static int signals(void)
{
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    printf("got %ld\n", seen);
    raise(SIGTERM);
    return 4;
}

static int crash(void)
{
    return *(volatile int *)16;
}

/* The child runs code where the parent has a breakpoint. */
static int child(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(twice(7));
    }
    waitpid(pid, &status, 0);
    pid = vfork();
    if (pid == 0) {
        _exit(twice(8));
    }
    int second;

    waitpid(pid, &second, 0);
    return WEXITSTATUS(status) + WEXITSTATUS(second);
}

static int spin(void)
{
    while (!go_on) {
        usleep(1000);
    }
    return go_on;
}

static const char *self;

/* The second one says what its descriptors are besides the three: none. */
static int again(void)
{
    execl("/no/such", "x", NULL);
    execl(self, self, "spare", NULL);
    return 1;
}

static int spare(void)
{
    int fd, n = 0;

    for (fd = 3; fd < 2000; fd++) {
        n += fcntl(fd, F_GETFD) >= 0;
    }
    return 50 + n;
}

static void *again_main(void *arg)
{
    again();
    return NULL;
}

/* Another thread executes the program while this one runs. */
static int thread_again(void)
{
    pthread_t t;

    pthread_create(&t, NULL, again_main, NULL);
    worker(NULL);
    return 1;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*fn)(void);
    } parts[] = {
        {"threads", threads     },
        {"signals", signals     },
        {"crash",   crash       },
        {"child",   child       },
        {"spin",    spin        },
        {"again",   again       },
        {"spare",   spare       },
        {"thread",  thread_again},
    };

    self = argv[0];
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("hello\n");
    for (long i = 1; i <= 2; i++) {
        touch(twice(i));
    }
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(argv[1], parts[i].name) == 0) {
            return parts[i].fn();
        }
    }
    return 9;
}
