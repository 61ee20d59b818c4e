/* Calls of small families: memory, signals to threads, sessions, namespaces. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "calls.h"

static volatile int caught;

static void handler(int sig)
{
    caught++;
}

static void memory(void)
{
    char *p =
        mmap(NULL, 0x3000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(p, 1, 0x3000);
    CALL(RAW(mremap, p, 0x3000, 0x2000, 0) == (long)p);
    CALL(RAW(mremap, p, 0x2000, 0, 0));
    CALL(RAW(msync, p, 0x2000, MS_SYNC));
    CALL(RAW(msync, p + 1, 0x2000, MS_SYNC));
    CALL(RAW(madvise, p, 0x1000, MADV_DONTNEED));
    SHOW(p[0] * 10 + p[0x1000]);
    CALL(RAW(madvise, p, 0x1000, 9999));
    CALL(RAW(pkey_mprotect, p, 0x1000, PROT_READ, -1));
    CALL(RAW(set_mempolicy_home_node, p, 0x1000, 9999, 0));
}

static void signals(void)
{
    struct sigaction sa = {.sa_handler = handler};
    stack_t old;

    sigaction(SIGUSR1, &sa, NULL);
    CALL(RAW(tkill, getpid(), SIGUSR1));
    CALL(RAW(tgkill, getpid(), getpid(), SIGUSR1));
    CALL(RAW(tgkill, getpid(), getpid(), 99));
    SHOW(caught);
    CALL(RAW(sigaltstack, NULL, &old));
    SHOW(old.ss_flags);
}

static void processes(void)
{
    int status = 0;
    long pid = RAW(fork);

    if (pid == 0) {
        status = RAW(setsid) == getpid() ? 5 : 6;
        RAW(exit, status);
    }
    waitpid(pid, &status, 0);
    SHOW(WEXITSTATUS(status));
    CALL(RAW(setgroups, -1, NULL));
    CALL(RAW(unshare, 0));
    CALL(RAW(setns, 999, 0));
    CALL(RAW(process_mrelease, 999, 0));
    CALL(RAW(fsmount, 999, 0, 0));
    CALL(RAW(sysfs, 3, 0, 0) > 0);
    CALL(RAW(sysfs, 9, 0, 0));
    CALL(RAW(sync));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    memory();
    signals();
    processes();
    return 0;
}
