/* User program: what comes and goes leaves no memory and no descriptor behind.
 * leaks [TIMES]: how often; the tenth part of it for processes. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
/* What the emulator keeps of code that is gone stays until its code memory is full, some
 * hundred bytes a unit; so a leak has to be larger to be seen. */
enum { KIB_MAY_GROW = 6 << 10 };

static unsigned times = 480;

static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (d && readdir(d)) {
        n++;
    }
    closedir(d);
    return n;
}

static long resident_kib(void)
{
    long size, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f || fscanf(f, "%ld %ld", &size, &pages) != 2) {
        exit(2);
    }
    fclose(f);
    return pages * PAGE / 1024;
}

static int mappings(void)
{
    int n = 0, c;
    FILE *f = fopen("/proc/self/maps", "r");

    while (f && (c = fgetc(f)) != EOF) {
        n += c == '\n';
    }
    fclose(f);
    return n;
}

/* The first quarter fills what is kept on purpose. */
static void repeat(const char *what, unsigned n, unsigned (*fn)(unsigned i))
{
    unsigned good = 0, i = 0;

    for (; i < n / 4; i++) {
        good += fn(i);
    }
    long kib = resident_kib(), fds = descriptors(), maps = mappings();

    for (; i < n; i++) {
        good += fn(i);
    }
    kib = resident_kib() - kib;
    fds = descriptors() - fds;
    maps = mappings() - maps;
    printf("%s: %s, memory %s, descriptors %+ld, mappings %s\n", what,
           good == n ? "good" : "bad", kib <= KIB_MAY_GROW ? "stable" : "grows", fds,
           maps <= 4 ? "stable" : "grow");
    if (kib > KIB_MAY_GROW || maps > 4) {
        fprintf(stderr, "%s: %ld KiB, %ld mappings more\n", what, kib, maps);
    }
}

static unsigned exec_child(unsigned i)
{
    char self[] = "/proc/self/exe", word[] = "child", *args[] = {self, word, NULL};
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        execv(args[0], args);
        _exit(1);
    }
    return waitpid(pid, &status, 0) == pid && status == 33 << 8;
}

static unsigned spawn_child(unsigned i)
{
    char self[] = "/proc/self/exe", word[] = "child", *args[] = {self, word, NULL};
    int status = 0;
    pid_t pid;

    return posix_spawn(&pid, args[0], NULL, NULL, args, NULL) == 0 &&
           waitpid(pid, &status, 0) == pid && status == 33 << 8;
}

static unsigned fork_child(unsigned i)
{
    int status = 0;
    pid_t pid = i & 1 ? vfork() : fork();

    if (pid == 0) {
        _exit(i & 63);
    }
    return waitpid(pid, &status, 0) == pid && status == (int)(i & 63) << 8;
}

static void *nothing(void *arg)
{
    return arg;
}

static unsigned thread(unsigned i)
{
    pthread_t t;
    void *r = NULL;

    return pthread_create(&t, NULL, nothing, &times) == 0 && pthread_join(t, &r) == 0 &&
           r == &times;
}

typedef uint32_t Fn(uint32_t);

/* lea eax, [rdi + k]; ret */
static void emit_add(unsigned char *p, uint32_t k)
{
    p[0] = 0x8d;
    p[1] = 0x87;
    memcpy(p + 2, &k, 4);
    p[6] = 0xc3;
}

static unsigned map_code(unsigned i)
{
    unsigned char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    emit_add(p + PAGE, i);
    unsigned good = ((Fn *)(p + PAGE))(1) == i + 1;

    munmap(p, 3 * PAGE);
    return good;
}

/* W^X: the page is written or run, never both. */
static unsigned toggle(unsigned i)
{
    static unsigned char *p;

    p = p ? p : mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p, 4 * PAGE, PROT_READ | PROT_WRITE);
    emit_add(p + 64 * (i & 127), i);
    mprotect(p, 4 * PAGE, PROT_READ | PROT_EXEC);
    return ((Fn *)(p + 64 * (i & 127)))(2) == i + 2;
}

static volatile unsigned handled;

static void handler(int sig)
{
    handled++;
}

static unsigned signals(unsigned i)
{
    unsigned before = handled;
    struct sigaction sa = {.sa_handler = handler};

    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    return handled == before + 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "child") == 0) {
        return 33;
    }
    times = argc > 1 ? strtoul(argv[1], NULL, 10) : times;
    setvbuf(stdout, NULL, _IOLBF, 0);
    repeat("fork and exec", times / 10, exec_child);
    repeat("posix_spawn", times / 10, spawn_child);
    repeat("fork and vfork", times / 10, fork_child);
    repeat("threads", times, thread);
    repeat("code mapped and unmapped", times, map_code);
    repeat("code written and run in turns", times, toggle);
    repeat("signals", times, signals);
    return 0;
}
