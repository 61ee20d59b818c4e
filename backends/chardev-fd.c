/* Chardevs over file descriptors: input by room, output by queue; stdio, file and pty. */
/* SPDX-License-Identifier: MIT */
#include "backends/chardev-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/terminal.h"
#include "util/host.h"
#include "util/options.h"

enum {
    QUEUE_MAX = 64 * 1024, /* beyond it a write is cut short */
    QUEUE_SOON = 1024,     /* from it on the queue is written at once */
    SHARED_WRITE = 256,    /* what an fd takes without waiting once it polls writable */
    FLUSH_DELAY_NS = 1000 * 1000,
    CLOSE_FLUSH_NS = 1000 * 1000 * 1000,
    PTY_LOOK_NS = 500 * 1000 * 1000, /* between looks whether somebody opened it */
};

/* ---- output ---- */

/*
 * Writes without waiting even where the fd is shared with other processes and therefore
 * was not made non-blocking: -1 with EAGAIN when nothing can be written now.
 */
static ssize_t write_now(const FdChardev *f, const uint8_t *buf, size_t len)
{
    if (f->is_socket) {
        return send(f->out_fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (f->out_fd > STDERR_FILENO) {
        return write(f->out_fd, buf, len);
    }
    struct pollfd p = {.fd = f->out_fd, .events = POLLOUT};
    if (poll(&p, 1, 0) <= 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(f->out_fd, buf, MIN(len, SHARED_WRITE));
}

static void set_blocked(FdChardev *f, bool blocked)
{
    if (f->blocked != blocked) {
        f->blocked = blocked;
        evfd_set_events(f->out, blocked ? EV_WRITE : 0);
    }
}

/* Writes as much of the queue as the host takes now. */
static void flush(FdChardev *f)
{
    while (f->queue->len) {
        ssize_t n = write_now(f, f->queue->data, f->queue->len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            set_blocked(f, true);
            return;
        }
        if (n < 0) { /* the reader has gone: what is for it has as well */
            n = f->queue->len;
        }
        g_byte_array_remove_range(f->queue, 0, n);
    }
    set_blocked(f, false);
}

/* After a flush: tells a front end that was refused that there is room. */
static void tell_writable(FdChardev *f)
{
    if (f->refused && f->queue->len <= QUEUE_MAX / 2) {
        f->refused = false;
        chardev_frontend_event(&f->base, CHARDEV_WRITABLE);
    }
}

static void flush_later(void *opaque)
{
    FdChardev *f = opaque;
    f->flush_soon = false;
    if (!f->blocked) {
        flush(f);
        tell_writable(f);
    }
}

static void out_ready(void *opaque, unsigned events)
{
    FdChardev *f = opaque;
    flush(f);
    tell_writable(f);
}

size_t chardev_fd_write(Chardev *c, const uint8_t *buf, size_t len)
{
    FdChardev *f = (FdChardev *)c;
    if (f->discard || f->out_fd < 0) {
        return len;
    }
    size_t done = 0;
    do { /* again if what did not fit made room: a flush empties the queue or is blocked
          */
        size_t n = MIN(len - done, QUEUE_MAX - MIN(f->queue->len, QUEUE_MAX));
        g_byte_array_append(f->queue, buf + done, n);
        done += n;
        if (f->blocked) {
            break;
        }
        if (done < len || f->queue->len >= QUEUE_SOON || memchr(buf, '\n', len)) {
            flush(f);
        } else if (!f->flush_soon) {
            f->flush_soon = true;
            evtimer_set(f->flush_timer, clock_monotonic_ns() + FLUSH_DELAY_NS);
        }
    } while (done < len && !f->blocked);
    f->refused |= done < len;
    return done;
}

bool chardev_fd_can_write(Chardev *c)
{
    FdChardev *f = (FdChardev *)c;
    bool room = f->queue->len < QUEUE_MAX;
    f->refused |= !room;
    return room;
}

/* Throws the queue away and all that is written from now on, or ends that. */
static void chardev_fd_set_discard(FdChardev *f, bool discard)
{
    f->discard = discard;
    if (discard) {
        g_byte_array_set_size(f->queue, 0);
        set_blocked(f, false);
        tell_writable(f);
    }
}

/* ---- input ---- */

static void end_of_input(FdChardev *f)
{
    evfd_set_events(f->in, 0);
    if (f->hangup) {
        f->hangup(f);
    } else {
        evfd_free(f->in);
        f->in = NULL;
        chardev_frontend_event(&f->base, CHARDEV_CLOSED);
    }
}

static void in_ready(void *opaque, unsigned events)
{
    FdChardev *f = opaque;
    uint8_t buf[4096];
    size_t room = chardev_frontend_room(&f->base);
    if (!room) {
        evfd_set_events(f->in, 0); /* until chardev_accept_input() */
        return;
    }
    ssize_t n = read(f->in_fd, buf, MIN(room, sizeof buf));
    if (n > 0) {
        chardev_frontend_receive(&f->base, buf, n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        end_of_input(f);
    }
}

void chardev_fd_accept_input(Chardev *c)
{
    FdChardev *f = (FdChardev *)c;
    if (f->in) {
        evfd_set_events(f->in, chardev_frontend_room(c) ? EV_READ : 0);
    }
}

/* ---- life ---- */

void *chardev_fd_new(EventLoop *l, size_t size, const ChardevOps *ops, const char *label)
{
    FdChardev *f = chardev_alloc(size, ops, label);
    f->loop = l;
    f->in_fd = f->out_fd = -1;
    f->queue = g_byte_array_new();
    f->flush_timer = evtimer_new(l, flush_later, f);
    return f;
}

void chardev_fd_start(FdChardev *f, int in_fd, int out_fd)
{
    f->in_fd = in_fd;
    f->out_fd = out_fd;
    if (in_fd >= 0) {
        f->in = evfd_new(f->loop, in_fd, 0, in_ready, f);
    }
    if (out_fd >= 0) {
        struct stat st;
        f->is_socket = fstat(out_fd, &st) == 0 && S_ISSOCK(st.st_mode);
        f->out = evfd_new(f->loop, out_fd, 0, out_ready, f);
    }
}

/* Waits for the host to take the rest, but not for ever: it may be a stopped terminal. */
static void drain(FdChardev *f)
{
    int64_t deadline = clock_monotonic_ns() + CLOSE_FLUSH_NS;
    flush(f);
    while (f->queue->len) {
        int64_t left = deadline - clock_monotonic_ns();
        struct pollfd p = {.fd = f->out_fd, .events = POLLOUT};
        if (left <= 0 || poll(&p, 1, left / 1000000 + 1) <= 0) {
            return;
        }
        flush(f);
    }
}

void chardev_fd_stop(FdChardev *f)
{
    evfd_free(f->in);
    evfd_free(f->out);
    if (f->in_fd > STDERR_FILENO) {
        close(f->in_fd);
    }
    if (f->out_fd > STDERR_FILENO && f->out_fd != f->in_fd) {
        close(f->out_fd);
    }
    f->in = f->out = NULL;
    f->in_fd = f->out_fd = -1;
    f->blocked = false;
    g_byte_array_set_size(f->queue, 0);
}

void chardev_fd_close(Chardev *c)
{
    FdChardev *f = (FdChardev *)c;
    if (f->out_fd >= 0) {
        drain(f);
    }
    chardev_fd_stop(f);
    evtimer_free(f->flush_timer);
    g_byte_array_unref(f->queue);
    chardev_release(c);
}

const ChardevOps chardev_fd_ops = {
    .write = chardev_fd_write,
    .can_write = chardev_fd_can_write,
    .accept_input = chardev_fd_accept_input,
    .close = chardev_fd_close,
};

/* ---- stdio ---- */

/*
 * A non-blocking description of standard output of our own, so that the flag is not seen
 * by the shell and others who share ours; standard output itself where that is not
 * possible.
 */
static int own_stdout(void)
{
    struct stat st;
    if (fstat(STDOUT_FILENO, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode))) {
        int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0) {
            return fd;
        }
    }
    return STDOUT_FILENO;
}

static bool stdio_taken; /* there is one standard input */

static void stdio_close(Chardev *c)
{
    stdio_taken = false;
    chardev_fd_close(c);
    terminal_restore();
}

static const ChardevOps stdio_ops = {
    .write = chardev_fd_write,
    .can_write = chardev_fd_can_write,
    .accept_input = chardev_fd_accept_input,
    .close = stdio_close,
};

Chardev *chardev_open_stdio(EventLoop *l, const char *label, const char *args,
                            GError **errp)
{
    static const char *const keys[] = {"signal", NULL};
    g_autoptr(OptList) opts = optlist_parse(args, NULL, errp);
    bool signals = true;
    if (!opts || !optlist_check_keys(opts, keys, errp) ||
        !optlist_get_bool(opts, "signal", &signals, errp)) {
        return NULL;
    }
    if (stdio_taken) {
        user_error(errp, "stdio is in use already");
        return NULL;
    }
    stdio_taken = true;
    FdChardev *f = chardev_fd_new(l, sizeof *f, &stdio_ops, label);
    chardev_fd_start(f, STDIN_FILENO, own_stdout());
    terminal_set_raw(signals);
    return &f->base;
}

/* ---- file ---- */

Chardev *chardev_open_file(EventLoop *l, const char *label, const char *path,
                           GError **errp)
{
    if (!*path) {
        user_error(errp, "file: the path is missing");
        return NULL;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        user_error(errp, "%s: %s", path, strerror(errno));
        return NULL;
    }
    FdChardev *f = chardev_fd_new(l, sizeof *f, &chardev_fd_ops, label);
    chardev_fd_start(f, -1, fd);
    return &f->base;
}

/* ---- pty ---- */

/*
 * While nobody has the other end open, the master reports a hang-up all the time: it is
 * then not watched but looked at now and then, and output is thrown away.
 */
typedef struct PtyChardev {
    FdChardev fd;
    EvTimer *look;
} PtyChardev;

static void pty_wait(FdChardev *f)
{
    PtyChardev *p = (PtyChardev *)f;
    chardev_fd_set_discard(f, true);
    evtimer_set(p->look, clock_monotonic_ns() + PTY_LOOK_NS);
}

static void pty_look(void *opaque)
{
    PtyChardev *p = opaque;
    struct pollfd pfd = {.fd = p->fd.in_fd, .events = POLLIN};
    if (poll(&pfd, 1, 0) >= 0 && !(pfd.revents & POLLHUP)) {
        chardev_fd_set_discard(&p->fd, false);
        chardev_fd_accept_input(&p->fd.base);
    } else {
        pty_wait(&p->fd);
    }
}

static void pty_accept_input(Chardev *c)
{
    if (!((PtyChardev *)c)->fd.discard) {
        chardev_fd_accept_input(c);
    }
}

static void pty_close(Chardev *c)
{
    evtimer_free(((PtyChardev *)c)->look);
    chardev_fd_close(c);
}

static const ChardevOps pty_ops = {
    .write = chardev_fd_write,
    .can_write = chardev_fd_can_write,
    .accept_input = pty_accept_input,
    .close = pty_close,
};

Chardev *chardev_open_pty(EventLoop *l, const char *label, const char *args,
                          GError **errp)
{
    int master, slave;
    struct termios raw = {.c_cflag = CS8 | CREAD, .c_cc = {[VMIN] = 1}};
    if (*args) {
        user_error(errp, "pty takes no arguments");
        return NULL;
    }
    if (openpty(&master, &slave, NULL, &raw, NULL) != 0) {
        user_error(errp, "cannot make a pseudo terminal: %s", strerror(errno));
        return NULL;
    }
    fcntl(master, F_SETFL, O_NONBLOCK);
    fcntl(master, F_SETFD, FD_CLOEXEC);
    fprintf(stderr, "char device redirected to %s (label %s)\n", ttyname(slave), label);
    close(slave);

    PtyChardev *p = chardev_fd_new(l, sizeof *p, &pty_ops, label);
    p->look = evtimer_new(l, pty_look, p);
    p->fd.hangup = pty_wait;
    chardev_fd_start(&p->fd, master, master);
    pty_wait(&p->fd);
    return &p->fd.base;
}
