/* User program: mappings whose place it leaves open; the last line has the bits of the
 * highest address. */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    HUGE = 2 << 20,
    RW = PROT_READ | PROT_WRITE,
    ANON = MAP_PRIVATE | MAP_ANONYMOUS
};

static uintptr_t highest;

static void *seen(void *p, size_t size)
{
    uintptr_t end = (uintptr_t)p + size - 1;

    if (p == MAP_FAILED) {
        perror("no place");
        exit(1);
    }
    highest = end > highest ? end : highest;
    return p;
}

static char *map(size_t size, int flags)
{
    return seen(mmap(NULL, size, RW, ANON | flags, -1, 0), size);
}

static void sizes(void)
{
    char *p[64];

    for (int i = 0; i < 64; i++) {
        size_t size = PAGE << i % 12;
        p[i] = map(size, 0);
        memset(p[i], i, size);
    }
    for (int i = 0; i < 64; i += 2) {
        munmap(p[i], PAGE << i % 12);
    }
    for (int i = 0; i < 64; i += 2) {
        p[i] = map(3 * PAGE, 0);
        p[i][0] = p[i][2 * PAGE] = i;
    }
    int good = 0;

    for (int i = 0; i < 64; i++) {
        good += p[i][0] == i;
        munmap(p[i], i % 2 ? PAGE << i % 12 : 3 * PAGE);
    }
    printf("sizes %d\n", good);
}

/* Whatever is given back can be had again. */
static void often(void)
{
    for (int i = 0; i < 2000; i++) {
        munmap(map(PAGE, 0), PAGE);
    }
    munmap(map((size_t)1 << 33, MAP_NORESERVE), (size_t)1 << 33);
}

static void hints(void)
{
    char *p = map(4 * PAGE, 0);

    munmap(p, 4 * PAGE);
    printf("free hint %d\n", seen(mmap(p, 2 * PAGE, RW, ANON, -1, 0), 2 * PAGE) == p);
    printf("taken hint %d\n", seen(mmap(p, 2 * PAGE, RW, ANON, -1, 0), 2 * PAGE) == p);
    seen(mmap((void *)0x7ffffffff000, PAGE, RW, ANON, -1, 0), PAGE);
}

static void low(void)
{
    for (int i = 0; i < 3; i++) {
        char *p = map(HUGE, MAP_32BIT);

        p[HUGE - 1] = 1;
        printf("low %d\n", (uintptr_t)p + HUGE <= (uintptr_t)1 << 31);
        if (i == 1) {
            munmap(p, HUGE);
        }
    }
}

static void moves(void)
{
    char *p = map(3 * PAGE, 0); /* the third keeps the others from growing in place */

    memset(p, 7, 2 * PAGE);
    char *q = seen(mremap(p, 2 * PAGE, 600 * PAGE, MREMAP_MAYMOVE), 600 * PAGE);

    printf("moved %d: %d %d %d\n", q != p, q[0], q[2 * PAGE - 1], q[2 * PAGE]);
    q[600 * PAGE - 1] = 1;
    printf("in place %d\n", seen(mremap(q, 600 * PAGE, PAGE, 0), PAGE) == q);
}

static void shared(void)
{
    int id = shmget(IPC_PRIVATE, 5 * PAGE, IPC_CREAT | 0600);
    char *p = seen(shmat(id, NULL, 0), 5 * PAGE), *q = seen(shmat(id, NULL, 0), 5 * PAGE);

    p[4 * PAGE] = 5;
    printf("shared %d\n", q[4 * PAGE]);
    shmctl(id, IPC_RMID, NULL);
    shmdt(p);
    shmdt(q);
    printf("no segment %d\n", shmat(id, NULL, 0) == (void *)-1);
}

int main(int argc, char **argv)
{
    int local;

    seen(&local, sizeof local);
    seen(&highest, sizeof highest);
    seen(sbrk(0), 1);
    sizes();
    often();
    hints();
    low();
    moves();
    shared();
    if (argc > 1) {
        printf("bits %d\n", 64 - __builtin_clzl(highest));
    }
    return 0;
}
