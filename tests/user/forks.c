/* User program: children of one process that run code which the process has not run, or
 * that is not there for it, or is other code there. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE  4096
#define TIMES 4
typedef unsigned Fn(unsigned);

static unsigned char *place; /* three pages */

/* lea eax, [rdi + k]; ret, but by a way of several units */
static void emit_add(unsigned char *p, uint32_t k)
{
    static const unsigned char head[] = {0x85, 0xff, 0x74, 0x02, 0xeb, 0x00, 0x8d, 0x87};

    memcpy(p, head, sizeof head);
    memcpy(p + sizeof head, &k, 4);
    p[sizeof head + 4] = 0xc3;
}

static unsigned call(unsigned at, unsigned arg)
{
    return ((Fn *)(place + at))(arg);
}

static void map_code(unsigned k)
{
    mmap(place, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS,
         -1, 0);
    for (unsigned at = 64; at < 3 * PAGE; at += PAGE) {
        emit_add(place + at, k + at);
    }
    emit_add(place + PAGE - 3, k); /* in two pages */
    mprotect(place, 3 * PAGE, PROT_READ | PROT_EXEC);
}

/* In each child: code of its own where the parent has what it has. */
static void children(const char *what)
{
    printf("%s:", what);
    for (unsigned i = 0; i < TIMES; i++) {
        int status = 0;
        fflush(stdout);
        pid_t pid = fork();

        if (pid == 0) {
            map_code(i);
            _exit((call(64, 1) + call(PAGE + 64, 1) + call(PAGE - 3, 5)) % 100);
        }
        waitpid(pid, &status, 0);
        printf(" %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
    printf("\n");
}

/* What a process does of which its parent has done nothing. */
static unsigned work(unsigned n)
{
    char text[100];
    unsigned sum = 0;

    for (unsigned i = 1; i < n; i++) {
        sprintf(text, "%u %g %s", i * n, 1.0 / i, "abc");
        sum += strtoul(text, NULL, 10) + (unsigned char)text[5];
    }
    return sum;
}

int main(void)
{
    char name[] = "/tmp/mynah-forks-XXXXXX";
    int fd, status;

    place = (unsigned char *)0x20000000000; /* nobody's */
    children("nothing there");
    mmap(place, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
         -1, 0);
    children("data there");
    map_code(500);
    children("other code there");
    printf("... %u %u\n", call(64, 2), call(PAGE - 3, 2));
    map_code(700);
    printf("changed: %u %u\n", call(64, 2), call(PAGE - 3, 2));

    fd = mkstemp(name);
    unlink(name);
    if (ftruncate(fd, 3 * PAGE) < 0 ||
        mmap(place, 3 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0) !=
            place ||
        ftruncate(fd, 64 + 8) < 0) {
        return 1;
    }
    children("behind the end of a file");
    map_code(900);
    printf("code again: %u %u\n", call(64, 2), call(PAGE - 3, 2));

    for (unsigned i = 0; i < TIMES; i++) { /* last: test-forks.py */
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            _exit(work(20) % 100);
        }
        waitpid(pid, &status, 0);
        printf("work: %d\n", WEXITSTATUS(status));
    }
    return 0;
}
