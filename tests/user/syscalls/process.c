/* System calls on the process: identity, limits, scheduling, prctl, waiting. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "calls.h"

static void identity(void)
{
    struct utsname u;
    int a, b, c;
    gid_t groups[100];

    CALL(RAW(uname, &u));
    printf("%s %s\n", u.sysname, u.machine);
    SHOW(RAW(getpid) == RAW(gettid));
    SHOW(RAW(getppid) > 0);
    CALL(RAW(getuid));
    CALL(RAW(geteuid));
    CALL(RAW(getgid));
    CALL(RAW(getegid));
    CALL(RAW(getresuid, &a, &b, &c));
    CALL(RAW(getresgid, &a, &b, &c));
    SHOW(RAW(getgroups, 100, groups) >= 0);
    SHOW(RAW(getpgrp) == RAW(getpgid, 0));
    SHOW(RAW(getsid, 0) > 0);
    CALL(RAW(setresuid, -1, -1, -1));
    CALL(RAW(setresgid, -1, -1, -1));
    CALL(RAW(setreuid, -1, -1));
    CALL(RAW(setregid, -1, -1));
    CALL(RAW(setuid, getuid()));
    CALL(RAW(setgid, getgid()));
    CALL(RAW(setfsuid, -1) == (long)getuid());
    CALL(RAW(setfsgid, -1) == (long)getgid());
    CALL(RAW(setpgid, 0, 0));
    CALL(RAW(getpgid, 99999999));
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2];
    CALL(RAW(capget, &h, d));
    CALL(RAW(capset, &h, d));
    h.version = 1;
    CALL(RAW(capget, &h, d));
    SHOW(h.version);
    CALL(RAW(personality, 0xffffffff));
    CALL(RAW(kcmp, getpid(), getpid(), 2, 0, 0));
}

static void limits(void)
{
    struct rlimit r, s;

    CALL(RAW(getrlimit, RLIMIT_NOFILE, &r));
    r.rlim_cur = 100;
    CALL(RAW(setrlimit, RLIMIT_NOFILE, &r));
    CALL(RAW(prlimit64, 0, RLIMIT_NOFILE, NULL, &s));
    SHOW(s.rlim_cur);
    r = (struct rlimit){1 << 28, 1L << 40};
    CALL(RAW(prlimit64, 0, RLIMIT_AS, &r, NULL));
    CALL(RAW(getrlimit, RLIMIT_AS, &s));
    SHOW(s.rlim_cur);
    SHOW(s.rlim_max);
    r = (struct rlimit){2, 1};
    CALL(RAW(setrlimit, RLIMIT_AS, &r));
    CALL(RAW(setrlimit, RLIMIT_CORE, &r));
    r = (struct rlimit){4 << 20, 1L << 34};
    CALL(RAW(setrlimit, RLIMIT_STACK, &r));
    CALL(RAW(getrlimit, RLIMIT_STACK, &s));
    SHOW(s.rlim_cur);
    CALL(RAW(getrlimit, 99, &s));
    CALL(RAW(getrlimit, RLIMIT_AS, (void *)8));
    CALL(RAW(prlimit64, 0, RLIMIT_CPU, NULL, (void *)8));
    CALL(RAW(prlimit64, 99999999, RLIMIT_CPU, NULL, &s));
}

static void options(void)
{
    char name[16] = "";
    int value = 0;

    CALL(RAW(prctl, PR_SET_NAME, "a-name"));
    CALL(RAW(prctl, PR_GET_NAME, name));
    printf("%s\n", name);
    CALL(RAW(prctl, PR_GET_NAME, 8));
    CALL(RAW(prctl, PR_SET_PDEATHSIG, SIGUSR1));
    CALL(RAW(prctl, PR_GET_PDEATHSIG, &value));
    SHOW(value);
    CALL(RAW(prctl, PR_SET_PDEATHSIG, 0));
    CALL(RAW(prctl, PR_GET_DUMPABLE));
    CALL(RAW(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    CALL(RAW(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    CALL(RAW(prctl, PR_CAPBSET_READ, 0));
    CALL(RAW(prctl, PR_SET_CHILD_SUBREAPER, 1));
    CALL(RAW(prctl, PR_GET_CHILD_SUBREAPER, &value));
    SHOW(value);
    CALL(RAW(prctl, 12345));
}

static void scheduling(void)
{
    struct sched_param p = {0};
    unsigned char mask[128];
    struct timespec ts;
    struct {
        unsigned size, policy;
        unsigned long rest[6];
    } attr = {0};

    CALL(RAW(sched_yield));
    CALL(RAW(sched_getscheduler, 0));
    CALL(RAW(sched_setscheduler, 0, SCHED_BATCH, &p));
    CALL(RAW(sched_getscheduler, 0));
    CALL(RAW(sched_setparam, 0, &p));
    CALL(RAW(sched_getparam, 0, &p));
    CALL(RAW(sched_get_priority_max, SCHED_FIFO));
    CALL(RAW(sched_get_priority_min, SCHED_FIFO));
    CALL(RAW(sched_get_priority_min, 77));
    CALL(RAW(sched_rr_get_interval, 0, &ts));
    CALL(RAW(sched_getattr, 0, &attr, 48, 0));
    SHOW(attr.policy);
    CALL(RAW(sched_setattr, 0, &attr, 0));
    SHOW(RAW(sched_getaffinity, 0, sizeof mask, mask) > 0);
    CALL(RAW(sched_setaffinity, 0, sizeof mask, mask));
    CALL(RAW(sched_getaffinity, 0, 1, mask));
    memset(mask, 0, sizeof mask);
    CALL(RAW(sched_setaffinity, 0, sizeof mask, mask));
    unsigned cpu, node;
    CALL(RAW(getcpu, &cpu, &node, NULL));
    CALL(RAW(getpriority, PRIO_PROCESS, 0));
    CALL(RAW(setpriority, PRIO_PROCESS, 0, 5));
    CALL(RAW(getpriority, PRIO_PROCESS, 0));
    CALL(RAW(ioprio_get, 1, 0));
    CALL(RAW(ioprio_set, 1, 0, 2 << 13 | 4));
    CALL(RAW(ioprio_get, 1, 0));
    long barriers = RAW(membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    int rseq = RAW(rseq, NULL, 0, 0, 0) >= 0 || errno != ENOSYS;
    SHOW(barriers > 0);
    SHOW(rseq == !!(barriers & MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ));
    SHOW(rseq == !RAW(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0));
    int mode;
    CALL(RAW(get_mempolicy, &mode, NULL, 0, 0, 0));
    CALL(RAW(set_mempolicy, 0, NULL, 0));
    CALL(RAW(mlock, mask, sizeof mask));
    CALL(RAW(munlock, mask, sizeof mask));
    CALL(RAW(mlock2, mask, sizeof mask, 99));
    CALL(RAW(munlockall));
    CALL(RAW(mlockall, 99));
}

static void usage(void)
{
    struct rusage ru;
    struct tms tms;
    struct sysinfo si;

    CALL(RAW(getrusage, RUSAGE_SELF, &ru));
    CALL(RAW(getrusage, 99, &ru));
    SHOW(RAW(times, &tms) > 0);
    SHOW(RAW(times, NULL) > 0);
    CALL(RAW(sysinfo, &si));
    SHOW(si.totalram > 0);
}

static void children(void)
{
    struct rusage ru;
    siginfo_t info = {0};
    int status = 0, pid = fork();

    if (pid == 0) {
        _exit(42);
    }
    SHOW(RAW(wait4, pid, &status, 0, &ru) == pid);
    SHOW(WEXITSTATUS(status));
    CALL(RAW(wait4, -1, &status, 0, NULL));
    pid = fork();
    if (pid == 0) {
        pause();
    }
    int fd = RAW(pidfd_open, pid, 0);
    SHOW(fd >= 0);
    CALL(RAW(waitid, P_PIDFD, fd, &info, WEXITED | WNOHANG, NULL));
    SHOW(info.si_pid);
    CALL(RAW(pidfd_send_signal, fd, SIGTERM, NULL, 0));
    CALL(RAW(waitid, P_PID, pid, &info, WEXITED, &ru));
    SHOW(info.si_code * 100 + info.si_status);
    CALL(RAW(waitid, P_PID, pid, &info, WEXITED, NULL));
    CALL(RAW(pidfd_open, pid, 0));
    fd = RAW(pidfd_open, getpid(), 0);
    CALL_OK(RAW(pidfd_getfd, fd, 1, 0));
    char from[4] = "abc", to[4] = "";
    struct iovec a = {to, 4}, b = {from, 4}, c = {(void *)8, 4};
    CALL(RAW(process_vm_readv, getpid(), &a, 1, &b, 1, 0));
    printf("%s\n", to);
    CALL(RAW(process_vm_writev, getpid(), &b, 1, &a, 1, 0));
    CALL(RAW(process_vm_readv, getpid(), &a, 1, &c, 1, 0));
}

static void futexes(void)
{
    int word = 5, two = 0;
    struct timespec ts = {0, 1000000};
    struct {
        uint64_t value, addr;
        uint32_t flags, pad;
    } wait[2] = {
        {5, (uintptr_t)&word, 2, 0},
        {1, (uintptr_t)&two,  2, 0}
    };

    CALL(RAW(futex, &word, FUTEX_WAIT, 4, NULL));
    CALL(RAW(futex, &word, FUTEX_WAIT_PRIVATE, 5, &ts));
    CALL(RAW(futex, &word, FUTEX_WAKE, 1));
    CALL(RAW(futex, &word, FUTEX_WAKE_OP, 1, 1, &two,
             FUTEX_OP(FUTEX_OP_ADD, 7, FUTEX_OP_CMP_EQ, 0)));
    SHOW(two);
    CALL(RAW(futex, &word, FUTEX_CMP_REQUEUE, 1, 1, &two, 5));
    two = 0;
    CALL(RAW(futex, &two, FUTEX_LOCK_PI, 0, NULL));
    SHOW((two & FUTEX_TID_MASK) == getpid());
    CALL(RAW(futex, &two, FUTEX_UNLOCK_PI));
    CALL(RAW(futex, &word, 99));
    CALL(RAW(futex_waitv, wait, 2, 0, NULL, 0));
    CALL(RAW(futex_waitv, wait, 200, 0, NULL, 0));
}

int main(void)
{
    own_folder();
    identity();
    limits();
    options();
    scheduling();
    usage();
    children();
    futexes();
    remove_folder();
    return 0;
}
