/* User program for the door's tests: shows what it was started with, or crashes; the
 * first argument says how. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int show(const char *what, int argc, char **argv)
{
    struct utsname u;

    if (strcmp(what, "argc") == 0) {
        printf("%d\n", argc - 1);
    } else if (strcmp(what, "argv0") == 0) {
        puts(argv[0]);
    } else if (strcmp(what, "env") == 0) {
        puts(getenv(argv[2]) ? getenv(argv[2]) : "(none)");
    } else if (strcmp(what, "release") == 0 && uname(&u) == 0) {
        puts(u.release);
    } else if (strcmp(what, "fds") == 0) {
        struct dirent *e;
        for (DIR *d = opendir("/proc/self/fd"); (e = readdir(d));) {
            puts(e->d_name);
        }
    } else if (strcmp(what, "args") == 0) {
        for (int i = 2; i < argc; i++) {
            printf("%s%c", argv[i], i == argc - 1 ? '\n' : ' ');
        }
    } else {
        return 1;
    }
    return 0;
}

/* Uses so many MiB of stack. */
static __attribute__((noinline)) int use_stack(int mib)
{
    volatile char block[1 << 20];

    memset((char *)block, mib, sizeof block);
    return (mib > 1 ? use_stack(mib - 1) : 0) + block[4096];
}

static int crash(const char *how)
{
    if (strcmp(how, "segv") == 0) {
        return *(volatile int *)0x10;
    } else if (strcmp(how, "ill") == 0) {
        asm volatile("ud2");
    } else if (strcmp(how, "trap") == 0) {
        asm volatile("int3");
    } else if (strcmp(how, "fpe") == 0) {
        volatile int zero = 0;
        return 100 / zero;
    } else if (strcmp(how, "abort") == 0) {
        abort();
    } else if (strcmp(how, "term") == 0 || strcmp(how, "kill") == 0) {
        kill(getpid(), *how == 't' ? SIGTERM : SIGKILL);
    }
    return 2;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        return 2;
    }
    if (strcmp(argv[1], "exec") == 0) {
        execv(argv[2], argv + 2);
        return 3;
    }
    if (strcmp(argv[1], "cd") == 0) {
        execv(argv[3], chdir(argv[2]) == 0 ? argv + 3 : argv + 2);
        return 3;
    }
    if (strcmp(argv[1], "stack") == 0) {
        use_stack(atoi(argv[2]));
        puts("ok");
        return 0;
    }
    return show(argv[1], argc, argv) == 0 ? 0 : crash(argv[1]);
}
