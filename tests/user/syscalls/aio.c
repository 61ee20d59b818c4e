/* The kernel's asynchronous I/O: contexts, reads and writes, events, what is refused. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>

#include "calls.h"

static aio_context_t ctx;

static struct iocb request(int op, int fd, void *buf, size_t n, long offset)
{
    return (struct iocb){
        .aio_lio_opcode = op,
        .aio_fildes = fd,
        .aio_buf = (uintptr_t)buf,
        .aio_nbytes = n,
        .aio_offset = offset,
        .aio_data = 1000 + op,
    };
}

/* What it came to. */
static void one(const char *what, struct iocb cb)
{
    struct iocb *list[] = {&cb};
    struct io_event ev = {0};
    struct timespec ts = {5, 0};

    printf("%s: ", what);
    if (print_call("io_submit", result(RAW(io_submit, ctx, 1, list))) == 1) {
        CALL(RAW(io_getevents, ctx, 1, 1, &ev, &ts));
        SHOW(ev.data);
        SHOW(ev.res);
        SHOW(ev.obj == (uintptr_t)&cb);
    }
}

static void files(void)
{
    static char out[8192] = "some text", in[8192];
    struct iovec iov[] = {
        {in,        4   },
        {in + 4096, 4096}
    };
    int fd = open("file", O_RDWR | O_CREAT, 0600);

    one("write", request(IOCB_CMD_PWRITE, fd, out, sizeof out, 0));
    one("read", request(IOCB_CMD_PREAD, fd, in, sizeof in, 5));
    puts(in);
    one("readv", request(IOCB_CMD_PREADV, fd, iov, 2, 0));
    printf("%s %s\n", in, in + 4096);
    one("writev", request(IOCB_CMD_PWRITEV, fd, iov, 2, 100));
    one("fsync", request(IOCB_CMD_FSYNC, fd, NULL, 0, 0));
    one("closed", request(IOCB_CMD_PREAD, 99, in, 10, 0));
    one("nowhere", request(IOCB_CMD_PREAD, fd, (void *)8, 10, 0));
    one("what", request(77, fd, in, 10, 0));
    close(fd);
}

/* Into a page from which code was translated. */
static void code(void)
{
    static const char code[2][6] = {"\xb8\x01\0\0\0\xc3", "\xb8\x02\0\0\0\xc3"};
    int (*f)(void) = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("code", O_RDWR | O_CREAT, 0600);

    CALL(write(fd, code, sizeof code));
    for (int i = 0; i < 2; i++) {
        one("code", request(IOCB_CMD_PREAD, fd, f, 6, 6 * i));
        SHOW(f());
    }
    close(fd);
}

static void waiting(void)
{
    struct io_event ev[2];
    struct timespec ts = {0, 1000000};
    sigset_t set;
    struct {
        sigset_t *set;
        size_t size;
    } sig = {&set, 8};
    int p[2], efd = eventfd(0, 0);
    uint64_t count = 0;

    if (pipe(p) < 0) {
        exit(2);
    }
    struct iocb cb = request(IOCB_CMD_POLL, p[0], (void *)POLLIN, 0, 0);
    struct iocb *list[] = {&cb};
    cb.aio_buf = POLLIN;
    cb.aio_nbytes = 0;
    cb.aio_flags = IOCB_FLAG_RESFD;
    cb.aio_resfd = efd;
    sigemptyset(&set);
    CALL(RAW(io_submit, ctx, 1, list));
    CALL(RAW(io_getevents, ctx, 1, 2, ev, &ts));
    CALL(RAW(io_pgetevents, ctx, 1, 2, ev, &ts, &sig));
    sig.size = 3;
    CALL(RAW(io_pgetevents, ctx, 1, 2, ev, &ts, &sig));
    CALL(write(p[1], "x", 1));
    CALL(RAW(io_pgetevents, ctx, 1, 2, ev, NULL, NULL));
    SHOW(ev[0].res == POLLIN);
    CALL(read(efd, &count, sizeof count));
    SHOW(count);
    CALL(RAW(io_cancel, ctx, &cb, ev));
}

/* The ring is memory of the program, until the context goes. */
static void ring(void)
{
    unsigned char there;

    SHOW(((uint32_t *)ctx)[4] == 0xa10a10a1);
    CALL(RAW(mincore, ctx, 4096, &there));
}

int main(void)
{
    aio_context_t wrong = 0;

    own_folder();
    if (CALL(RAW(io_setup, 8, &ctx)) < 0) { /* a kernel without */
        remove_folder();
        return 0;
    }
    CALL(RAW(io_setup, 8, &ctx));
    CALL(RAW(io_setup, 0, &wrong));
    CALL(RAW(io_setup, 8, (void *)8));
    ring();
    files();
    code();
    waiting();
    CALL(RAW(io_submit, ctx, 0, NULL));
    CALL(RAW(io_submit, ctx, -1, NULL));
    CALL(RAW(io_submit, ctx, 1, NULL));
    CALL(RAW(io_submit, 0, 1, NULL));
    CALL(RAW(io_destroy, ctx));
    CALL(RAW(io_destroy, ctx));
    CALL(RAW(io_destroy, 0));
    CALL(RAW(io_getevents, ctx, 0, 1, NULL, NULL));
    remove_folder();
    return 0;
}
