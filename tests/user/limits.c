/* Limits of memory that a program sets for itself: setrlimit() of AS, DATA and STACK. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB     (1L << 20)
#define SHOW(x) printf("%s: %ld\n", #x, (long)(x))

enum { NONE = PROT_NONE, RD = PROT_READ, RW = PROT_READ | PROT_WRITE };

static long set(int resource, rlim_t cur, rlim_t max)
{
    struct rlimit l = {cur, max};

    return setrlimit(resource, &l) ? errno : 0;
}

static long get(int resource)
{
    struct rlimit l;

    return getrlimit(resource, &l) ? -errno : (long)l.rlim_cur;
}

static void *last;

/* errno of a mapping that stays, or 0; it is `last` then. */
static long map(long size, int prot, int flags)
{
    void *p = mmap(NULL, size, prot, flags | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        return errno;
    }
    last = p;
    return 0;
}

static long unmap(void *p, long size)
{
    return munmap(p, size) ? errno : 0;
}

static long fixed(void *p, long size)
{
    return mmap(p, size, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p ? 0
                                                                                  : errno;
}

static long grow(long from, long to)
{
    void *p = mremap(last, from, to, MREMAP_MAYMOVE);

    if (p == MAP_FAILED) {
        return errno;
    }
    last = p;
    return 0;
}

static long heap(long size)
{
    return sbrk(size) == (void *)-1 ? errno : 0;
}

static long attach(long size)
{
    int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
    void *p = shmat(id, NULL, 0);
    long err = p == (void *)-1 ? errno : 0;

    if (!err) {
        shmdt(p);
    }
    shmctl(id, IPC_RMID, NULL);
    return err;
}

static void space(void)
{
    SHOW(set(RLIMIT_AS, 64 * MIB, RLIM_INFINITY));
    SHOW(map(32 * MIB, RW, MAP_PRIVATE));
    SHOW(map(40 * MIB, RW, MAP_PRIVATE));
    SHOW(map(40 * MIB, NONE, MAP_PRIVATE));
    SHOW(map(40 * MIB, RD, MAP_SHARED));
    SHOW(map(40 * MIB, NONE, MAP_PRIVATE | MAP_NORESERVE));
    SHOW(attach(40 * MIB));
    SHOW(attach(8 * MIB));
    SHOW(fixed(last, 32 * MIB));
    SHOW(grow(32 * MIB, 40 * MIB));
    SHOW(grow(40 * MIB, 72 * MIB));
    SHOW(grow(40 * MIB, 16 * MIB));
    SHOW(heap(48 * MIB));
    SHOW(heap(16 * MIB));
    SHOW(heap(-16 * MIB));
    SHOW(unmap(last, 16 * MIB));
    SHOW(map(56 * MIB, RW, MAP_PRIVATE));
    SHOW(unmap(last, 56 * MIB));
    SHOW(malloc(100 * MIB) == NULL);
    SHOW(set(RLIMIT_AS, 1 * MIB / 2, RLIM_INFINITY)); /* less than there is */
    SHOW(map(4096, NONE, MAP_PRIVATE));
    SHOW(set(RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY));
    SHOW(map(128 * MIB, RW, MAP_PRIVATE));
    SHOW(unmap(last, 128 * MIB));
}

static void data(void)
{
    void *keep;

    SHOW(set(RLIMIT_DATA, 16 * MIB, RLIM_INFINITY));
    SHOW(map(20 * MIB, RW, MAP_PRIVATE));
    SHOW(map(20 * MIB, RW, MAP_SHARED));
    SHOW(unmap(last, 20 * MIB));
    SHOW(map(20 * MIB, RD, MAP_PRIVATE));
    keep = last;
    SHOW(mprotect(keep, 20 * MIB, RW) ? errno : 0);
    SHOW(mprotect(keep, 4 * MIB, RW) ? errno : 0);
    SHOW(map(14 * MIB, RW, MAP_PRIVATE));
    SHOW(map(8 * MIB, RW, MAP_PRIVATE));
    SHOW(unmap(keep, 20 * MIB));
    SHOW(heap(10 * MIB));
    SHOW(unmap(last, 8 * MIB));
    SHOW(heap(10 * MIB));
    SHOW(heap(-10 * MIB));
    SHOW(set(RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY));
}

static void child(const char *what, pid_t pid)
{
    int status;

    waitpid(pid, &status, 0);
    printf("%s: status %x\n", what, status);
}

/* In a child, and in what it executes. */
static int tell(void)
{
    SHOW(get(RLIMIT_AS));
    SHOW(get(RLIMIT_DATA));
    SHOW(get(RLIMIT_STACK));
    SHOW(map(40 * MIB, RW, MAP_PRIVATE));
    SHOW(map(80 * MIB, RW, MAP_PRIVATE));
    return 0;
}

static void processes(void)
{
    char self[] = "/proc/self/exe", word[] = "tell", *args[] = {self, word, NULL};
    pid_t pid;

    set(RLIMIT_AS, 100 * MIB, 200 * MIB);
    set(RLIMIT_STACK, 512 << 10, 4 * MIB);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        exit(tell());
    }
    child("forked", pid);
    pid = fork();
    if (pid == 0) {
        execv(self, args);
        _exit(1);
    }
    child("executed", pid);
    pid = vfork();
    if (pid == 0) {
        set(RLIMIT_AS, 150 * MIB, 150 * MIB);
        set(RLIMIT_DATA, 60 * MIB, 150 * MIB);
        execv(self, args);
        _exit(1);
    }
    child("executed after vfork()", pid);
    tell();
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return tell();
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    space();
    data();
    processes();
    return 0;
}
