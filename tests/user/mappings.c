/* A program that makes as many mappings as the kernel lets it, and goes on. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE    4096L
#define SHOW(x) printf("%s: %ld\n", #x, (long)(x))

/* Some machines allow a million: enough is enough. */
enum { MAX = 70000, CODE_PAGES = 100 };

static char *mapped[MAX];
static unsigned char *code;

static long no(int failed)
{
    return failed ? errno : 0;
}

static char *map(long pages, int prot)
{
    char *p = mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

/* Neighbours differ, so that the kernel makes no one mapping of them. How many. */
static long map_all(void)
{
    for (long n = 0; n < MAX; n++) {
        mapped[n] = map(1, n & 1 ? PROT_READ : PROT_READ | PROT_WRITE);
        if (!mapped[n]) {
            return n;
        }
    }
    return MAX;
}

/* Code in many pages, each of which may be written and run: the sum of what it returns.
 */
static long run_code(unsigned base)
{
    long sum = 0;

    for (unsigned i = 0; i < CODE_PAGES; i++) {
        unsigned char *p = code + i * 2 * PAGE;
        unsigned value = base + i;

        p[0] = 0xb8; /* mov eax, value; ret */
        memcpy(p + 1, &value, 4);
        p[5] = 0xc3;
        sum += ((unsigned (*)(void))p)();
    }
    return sum;
}

/* Library code that has not run yet. */
static long new_code(void)
{
    char text[100];

    snprintf(text, sizeof text, "%.17g %a %08lx", 1 / 3.0, 2 / 3.0, 0xabcdefL);
    return strtod(text, NULL) * 1000 + strlen(text) + atol(strrchr(text, ' ') + 1);
}

static void *nothing(void *arg)
{
    return arg;
}

int main(void)
{
    static char buffer[BUFSIZ];
    pthread_t thread;
    int status = 0;

    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    code = (unsigned char *)map(2 * CODE_PAGES, PROT_READ | PROT_WRITE | PROT_EXEC);
    char *three = map(3, PROT_READ | PROT_EXEC);
    char *four = map(4, PROT_NONE);
    long n = map_all();
    long full = n < MAX; /* on this machine */

    SHOW(n > 60000);
    if (full) {
        SHOW(errno);
        SHOW(no(!map(1, PROT_READ)));
        SHOW(no(munmap(three + PAGE, PAGE)));
        SHOW(no(mprotect(three + PAGE, PAGE, PROT_READ)));
        SHOW(no(mprotect(three, PAGE, PROT_READ | PROT_WRITE)));
        SHOW(no(mremap(four, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED));
        SHOW(pthread_create(&thread, NULL, nothing, NULL));
    }
    SHOW(no(mprotect(three, 3 * PAGE, PROT_READ | PROT_EXEC)));
    SHOW(run_code(1));
    SHOW(run_code(2));
    SHOW(new_code());
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(run_code(3) % 100);
    }
    SHOW(waitpid(pid, &status, 0) == pid);
    SHOW(WIFEXITED(status) ? WEXITSTATUS(status) : -1);

    SHOW(no(munmap(three, 3 * PAGE)));
    for (long i = 0; i < n; i += 2) {
        munmap(mapped[i], PAGE);
    }
    SHOW(no(!map(1, PROT_READ | PROT_WRITE)));
    SHOW(no(munmap(four + PAGE, PAGE)));
    SHOW(pthread_create(&thread, NULL, nothing, NULL));
    SHOW(pthread_join(thread, NULL));
    SHOW(run_code(4));
    return 0;
}
