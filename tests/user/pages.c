/* User program: mappings of 4 KiB side by side, for hosts whose pages are larger. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE  4096
#define BLOCK (64 << 10)
#define PAGES (3 * BLOCK / PAGE)

static char *room; /* PAGES pages, from a multiple of BLOCK on */
static sigjmp_buf back;

static void report(int sig, siginfo_t *si, void *context)
{
    printf("  signal %d code %d\n", sig, si->si_code);
    siglongjmp(back, 1);
}

#define TRY(expr)                              \
    do {                                       \
        puts(#expr);                           \
        if (sigsetjmp(back, 1) == 0) {         \
            printf("  = %ld\n", (long)(expr)); \
        }                                      \
    } while (0)

/* The first byte of each page. */
static void show(void)
{
    for (int i = 0; i < PAGES; i++) {
        printf("%d%c", room[i * PAGE], i % 16 == 15 ? '\n' : ' ');
    }
}

static int map(int page, int n, int prot, int flags, int fd, int offset)
{
    char *p = mmap(room + page * PAGE, n * PAGE, prot, flags | MAP_FIXED, fd, offset);

    return p == MAP_FAILED ? -errno : (p - room) / PAGE;
}

enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

static int make_file(int pages)
{
    char name[] = "/tmp/mynah-pages-XXXXXX";
    int fd = mkstemp(name);

    unlink(name);
    for (int i = 0; i < pages; i++) {
        char page[PAGE];

        memset(page, 100 + i, sizeof page);
        if (write(fd, page, i == pages - 1 ? 100 : PAGE) < 0) {
            exit(1);
        }
    }
    return fd;
}

static void anonymous(void)
{
    for (int i = 0; i < PAGES; i++) {
        room[i * PAGE] = i + 1;
    }
    TRY(map(3, 1, RW, ANON, -1, 0));
    TRY(map(10, 20, RW, ANON, -1, 0));
    show();
    TRY(munmap(room + 33 * PAGE, PAGE));
    TRY(map(33, 1, RW, ANON, -1, 0));
    show();
    TRY(munmap(room + 15 * PAGE, 30 * PAGE));
    TRY(room[20 * PAGE]);
    TRY(room[16 * PAGE] = 1);
    TRY((long)(mmap(room + 40 * PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) ==
               room + 40 * PAGE));
    TRY((long)(mmap(room + 40 * PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) ==
               MAP_FAILED));
    TRY(map(15, 30, RW, ANON, -1, 0));
    show();
}

static void of_files(int fd)
{
    TRY(map(5, 2, RW, MAP_PRIVATE, fd, PAGE));
    TRY(map(20, 20, PROT_READ, MAP_PRIVATE, fd, 4 * PAGE));
    TRY(map(0, 1, RW, MAP_PRIVATE, fd, 39 * PAGE));
    show();
    TRY(room[50]);
    TRY(room[101]);
    TRY(room[5 * PAGE] = 9);
    TRY(pread(fd, room + 6 * PAGE, 1, PAGE));
    TRY(room[6 * PAGE]);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 3 * PAGE);
    TRY(p[0]);
    TRY(p[PAGE] = 77);
    TRY(msync(p + PAGE, PAGE, MS_SYNC));
    TRY(pread(fd, room + PAGE, 1, 4 * PAGE));
    TRY(room[PAGE]);
    TRY(munmap(p, 2 * PAGE));
    TRY(map(1, 1, PROT_READ, MAP_PRIVATE, 99, 0));
}

static void protection(void)
{
    TRY(mprotect(room, 2 * BLOCK, PROT_READ));
    TRY(room[BLOCK] = 1);
    TRY(mprotect(room + BLOCK, BLOCK, PROT_NONE));
    TRY(room[BLOCK + PAGE]);
    TRY(room[BLOCK - PAGE]);
    TRY(mprotect(room + PAGE, PAGE, RW));
    TRY(room[PAGE] = 5);
    TRY(room[PAGE]);
    TRY(mprotect(room, 3 * BLOCK, RW));
    TRY(room[BLOCK] = 6);
}

static void moves(void)
{
    char *p = mmap(NULL, 3 * PAGE, RW, ANON, -1, 0), *volatile q;

    memset(p, 1, 3 * PAGE);
    q = mremap(p, 3 * PAGE, 40 * PAGE, MREMAP_MAYMOVE);
    TRY(q[3 * PAGE - 1]);
    TRY(q[3 * PAGE]);
    TRY(q[39 * PAGE]);
    q[39 * PAGE] = 3;
    q = mremap(q, 40 * PAGE, 5 * PAGE, 0);
    TRY(q[2 * PAGE]);
    q = mremap(q, 5 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
    TRY(q[5 * PAGE]);
    room[7 * PAGE] = 42;
    q = mremap(room + 7 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    TRY(q[0]);
    TRY(q[PAGE]);
    TRY(map(7, 1, RW, ANON, -1, 0));
    TRY(room[7 * PAGE]);
    room[8 * PAGE + 1] = room[9 * PAGE + 1] = 8;
    TRY(madvise(room + 8 * PAGE, PAGE, MADV_DONTNEED));
    TRY(room[8 * PAGE + 1] + room[9 * PAGE + 1]);
    TRY(madvise(room, 3 * BLOCK, MADV_DONTNEED));
    TRY(room[9 * PAGE + 1]);
}

static void heap(void)
{
    char *p = (void *)syscall(SYS_brk, 0);

    p = (char *)(((uintptr_t)p + PAGE - 1) & -PAGE);
    TRY(syscall(SYS_brk, p + 3 * PAGE) == (long)(p + 3 * PAGE));
    memset(p, 1, 3 * PAGE);
    TRY(syscall(SYS_brk, p + PAGE) == (long)(p + PAGE));
    TRY(syscall(SYS_brk, p + 30 * PAGE) == (long)(p + 30 * PAGE));
    TRY(p[PAGE - 1] + p[PAGE] + p[29 * PAGE]);
}

/* mov eax, imm32; ret */
static int run_at(char *at)
{
    return ((int (*)(void))at)();
}

static void put_code(char *at, int value)
{
    uint8_t code[] = {0xb8, value, 0, 0, 0, 0xc3};

    memcpy(at, code, sizeof code);
}

/* Code beside data; both change. */
static void code(void)
{
    char *at = room + 2 * PAGE;

    put_code(at, 1);
    TRY(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
    TRY(run_at(at));
    volatile long sum = 0;
    for (int i = 0; i < 1000; i++) {
        at[PAGE] = i;
        sum += run_at(at);
    }
    printf("%ld\n", sum);
    TRY(mprotect(at, PAGE, RW | PROT_EXEC));
    for (int i = 0; i < 100; i++) {
        put_code(at, i);
        sum += run_at(at);
    }
    printf("%ld\n", sum);
    /* nothing there can be written at first */
    TRY(mprotect(room, BLOCK, PROT_READ | PROT_EXEC));
    TRY(run_at(at));
    TRY(mprotect(at, PAGE, RW | PROT_EXEC));
    put_code(at, 55);
    TRY(run_at(at));
}

/* What larger pages cannot represent: with an argument; not compared. */
static void refused(int fd)
{
    TRY(map(1, 1, RW, MAP_SHARED, fd, 0));
    TRY(map(2, 1, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    TRY(map(16, 16, RW, MAP_SHARED, fd, PAGE));
    TRY(map(16, 16, RW, MAP_SHARED, fd, 0));
    TRY(map(16, 1, RW, ANON, -1, 0));
    TRY((long)mmap(NULL, PAGE, RW, ANON | MAP_GROWSDOWN, -1, 0));
    show();
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_sigaction = report, .sa_flags = SA_SIGINFO};
    int fd = make_file(40);
    char *all = mmap(NULL, 4 * BLOCK, RW, ANON, -1, 0);

    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    setvbuf(stdout, NULL, _IONBF, 0);
    room = (char *)(((uintptr_t)all + BLOCK - 1) & -BLOCK);
    if (argc > 1) {
        refused(fd);
        return 0;
    }
    anonymous();
    of_files(fd);
    protection();
    moves();
    heap();
    code();
    return 0;
}
