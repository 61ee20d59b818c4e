/* Every row of syscalls.def with a pointer argument, with addresses where nothing is. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "calls.h"

/*
 * The other arguments are harmless: 0, a size of 8, names of files that are not there,
 * cleared memory. Each call is made with several kinds of descriptor.
 */

enum { NUMBER, COUNT, DESCRIPTOR, DIRECTORY, NAME_STRING, POINTER };

typedef struct Arg {
    int kind, ref;
} Arg;

#define INT    \
    {          \
        NUMBER \
    }
#define UINT   \
    {          \
        NUMBER \
    }
#define LONG   \
    {          \
        NUMBER \
    }
#define SIZE  \
    {         \
        COUNT \
    }
#define HEX    \
    {          \
        NUMBER \
    }
#define OCT    \
    {          \
        NUMBER \
    }
#define SIG    \
    {          \
        NUMBER \
    }
#define ADDR   \
    {          \
        NUMBER \
    }
#define REQUEST \
    {           \
        NUMBER  \
    }
#define FLAGS(set) \
    {              \
        NUMBER     \
    }
#define ENUM(set) \
    {             \
        NUMBER    \
    }
#define FD         \
    {              \
        DESCRIPTOR \
    }
#define DFD       \
    {             \
        DIRECTORY \
    }
#define PATH        \
    {               \
        NAME_STRING \
    }
#define NAME        \
    {               \
        NAME_STRING \
    }
#define STR         \
    {               \
        NAME_STRING \
    }
#define PTR         \
    {               \
        POINTER, -1 \
    }
#define IN(n)      PTR
#define OUT(n)     PTR
#define IN_V       PTR
#define OUT_V      PTR
#define INOUT_V    PTR
#define IN_S(n)    PTR
#define OUT_S(n)   PTR
#define INOUT_S(n) PTR
#define MSG_IN     PTR
#define MSG_OUT    PTR
#define SIZED(k)   \
    {              \
        POINTER, k \
    }
#define IN_A(k)     SIZED(k)
#define OUT_A(k)    SIZED(k)
#define IN_N(k, e)  SIZED(k)
#define OUT_N(k, e) SIZED(k)
#define IN_X(k, e)  SIZED(k)
#define OUT_X(k, e) SIZED(k)
#define OUT_L(k)    PTR
#define IOV_IN(k)   SIZED(k)
#define IOV_OUT(k)  SIZED(k)
#define MMSG_IN(k)  SIZED(k)
#define MMSG_OUT(k) SIZED(k)
#define POLLFDS(k)  SIZED(k)
#define SOCKADDR(k) SIZED(k)

#define NONE  0
#define NOSYS 0
#define PASS  1
#define WAIT  1
#define OWN   1
#define LEAF  1
#define AS    1

typedef struct Row {
    int nr;
    const char *name;
    int called;
    Arg args[7];
} Row;

static const Row rows[] = {
#define SYS(nr, name, how, result, ...) {nr, #name, how, {__VA_ARGS__}},
#include "linux-user/syscalls.def"
};

/* What would change more than this process, even with a bad pointer elsewhere. */
static const char *const left_out[] = {
    "prlimit64",    /* sets a limit before it fails; see limits.c */
    "rt_sigaction", /* sets an action before it fails; see the tests of signals */
    "rt_sigprocmask", "rt_sigsuspend",
    "sigaltstack", /* whether anything changes depends on what was inherited */
    "request_key", /* may start a program */
    "setgroups",      "kexec_file_load",
    "vfork",          "pipe", /* leave descriptors behind, so that later numbers differ */
    "pipe2",          "socketpair",
    "mq_open", /* needs a mounted mqueue to say anything */
    "shmat",
};

static char buffers[6][1 << 16];
static char missing[] = "no-such-file";

static long plain(const Row *row, int i, int fd, int dir)
{
    switch (row->args[i].kind) {
    case COUNT:
        return 8;
    case DESCRIPTOR:
        return fd;
    case DIRECTORY:
        return dir;
    case NAME_STRING:
        return (long)missing;
    case POINTER:
        return (long)buffers[i];
    }
    for (int k = 0; k < 6; k++) {
        if (row->args[k].kind == POINTER && row->args[k].ref == i) {
            return 8;
        }
    }
    return 0;
}

static int is_left_out(const char *name)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++) {
        if (strcmp(left_out[i], name) == 0) {
            return 1;
        }
    }
    return 0;
}

static void call(const Row *row, int bad, long where, int fd, int dir)
{
    long a[6], r;

    memset(buffers, 0, sizeof buffers);
    for (int i = 0; i < 6; i++) {
        a[i] = i == bad ? where : plain(row, i, fd, dir);
    }
    r = result(syscall(row->nr, a[0], a[1], a[2], a[3], a[4], a[5]));
    printf(" %s", r >= 0 ? "ok" : strerrorname_np(-r));
}

static int has(const Row *row, int kind)
{
    for (int i = 0; i < 6; i++) {
        if (row->args[i].kind == kind) {
            return 1;
        }
    }
    return 0;
}

int main(void)
{
    int pair[2], fds[4];
    char *page =
        mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *closed = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    own_folder();
    munmap(page + 4096, 4096);
    const long bad[] = {(long)page + 4096, (long)closed, (long)0x8000000000000000, -8};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0) {
        return 2;
    }
    fds[0] = open("file", O_RDWR | O_CREAT, 0600);
    fds[1] = pair[0];
    fds[2] = epoll_create1(0);
    fds[3] = open(".", O_RDONLY | O_DIRECTORY);
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        const Row *row = &rows[n];
        for (int i = 0; i < 6 && row->called && !is_left_out(row->name); i++) {
            if (row->args[i].kind != POINTER && row->args[i].kind != NAME_STRING) {
                continue;
            }
            printf("%s, argument %d:", row->name, i);
            fflush(stdout);
            for (int k = 0; k < (has(row, DESCRIPTOR) ? 4 : 1); k++) {
                for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
                    call(row, i, bad[b], fds[k], fds[3]);
                }
            }
            printf("\n");
        }
    }
    remove_folder();
    return 0;
}
