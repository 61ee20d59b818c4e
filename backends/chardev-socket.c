/* Chardevs over sockets: unix and TCP, as server of one client at a time or as client. */
/* SPDX-License-Identifier: MIT */
#include "backends/chardev-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/options.h"

/*
 * A server listens while nobody is connected; who comes meanwhile waits in the backlog.
 * Without a client, output is thrown away.
 */
typedef struct SocketChardev {
    FdChardev fd;
    int listen_fd; /* -1: client */
    EvFd *listen;
    char *path; /* to be removed at the end, or NULL */
    bool tcp;
} SocketChardev;

enum { WAIT_LOOK_MS = 200 }; /* between looks whether a signal wants the end */

/* ---- a connection comes and goes ---- */

static void connected(SocketChardev *s, int fd)
{
    if (s->tcp) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    chardev_fd_start(&s->fd, fd, fd);
    s->fd.base.unconnected = false;
    if (s->listen) {
        evfd_set_events(s->listen, 0);
    }
}

static void hangup(FdChardev *f)
{
    SocketChardev *s = (SocketChardev *)f;
    chardev_fd_stop(f);
    f->base.unconnected = true;
    chardev_frontend_event(&f->base, CHARDEV_CLOSED);
    if (s->listen) {
        evfd_set_events(s->listen, EV_READ);
    }
}

static void accept_ready(void *opaque, unsigned events)
{
    SocketChardev *s = opaque;
    int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        connected(s, fd);
        chardev_fd_accept_input(&s->fd.base);
        chardev_frontend_event(&s->fd.base, CHARDEV_OPENED);
    }
}

static void socket_close(Chardev *c)
{
    SocketChardev *s = (SocketChardev *)c;
    evfd_free(s->listen);
    if (s->listen_fd >= 0) {
        close(s->listen_fd);
    }
    if (s->path) {
        unlink(s->path);
        g_free(s->path);
    }
    chardev_fd_close(c);
}

static const ChardevOps socket_ops = {
    .write = chardev_fd_write,
    .can_write = chardev_fd_can_write,
    .accept_input = chardev_fd_accept_input,
    .close = socket_close,
};

/* ---- opening ---- */

typedef struct SocketOptions {
    bool server, wait;
} SocketOptions;

/* The words behind the address. "nowait" is the old spelling of "wait=off". */
static bool take_options(OptList *list, SocketOptions *o, GError **errp)
{
    static const char *const keys[] = {"address", "server",  "wait",
                                       "nowait",  "nodelay", NULL};
    bool nowait = false, nodelay;
    *o = (SocketOptions){.wait = true};
    if (!optlist_check_keys(list, keys, errp) ||
        !optlist_get_bool(list, "server", &o->server, errp) ||
        !optlist_get_bool(list, "wait", &o->wait, errp) ||
        !optlist_get_bool(list, "nodelay", &nodelay, errp) ||
        !optlist_get_bool(list, "nowait", &nowait, errp)) {
        return false;
    }
    o->wait = o->wait && !nowait;
    return true;
}

/* The address is tried as `server` says; -1 with errno set. */
static int open_socket(const struct sockaddr *sa, socklen_t len, bool server)
{
    int on = 1, fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool ok =
        server ? bind(fd, sa, len) == 0 && listen(fd, 1) == 0 : connect(fd, sa, len) == 0;
    if (!ok) {
        int err = errno;
        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

static int open_unix(const char *path, bool server, GError **errp)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (!*path || strlen(path) >= sizeof sa.sun_path) {
        user_error(errp,
                   *path ? "%s: the path is too long for a socket"
                         : "unix: the path is missing%s",
                   path);
        return -1;
    }
    strcpy(sa.sun_path, path);
    struct stat st;
    if (server && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        unlink(path); /* an earlier run has left it */
    }
    int fd = open_socket((struct sockaddr *)&sa, sizeof sa, server);
    if (fd < 0) {
        user_error(errp, "%s: %s", path, strerror(errno));
    }
    return fd;
}

/* "[HOST]:PORT"; a host with colons stands in brackets. */
static int open_tcp(const char *address, bool server, GError **errp)
{
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = server ? AI_PASSIVE : 0},
                    *list;
    if (!colon || !colon[1]) {
        user_error(errp, "tcp: expected [HOST]:PORT");
        return -1;
    }
    uint64_t port;
    if (parse_u64(colon + 1, &port) &&
        port > 65535) { /* getaddrinfo() would cut it to 16 bits */
        user_error(errp, "tcp:%s: a port is at most 65535", address);
        return -1;
    }
    g_autofree char *host = g_strndup(address, colon - address);
    size_t len = strlen(host);
    if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
        memmove(host, host + 1, len - 2);
        host[len - 2] = 0;
    }
    int err = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &list);
    if (err) {
        user_error(errp, "tcp:%s: %s", address, gai_strerror(err));
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        fd = open_socket(a->ai_addr, a->ai_addrlen, server);
    }
    if (fd < 0) {
        user_error(errp, "tcp:%s: %s", address, strerror(errno));
    }
    freeaddrinfo(list);
    return fd;
}

/* Signals are blocked and wait for the event loop, which does not run yet. */
static bool end_is_wanted(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
            sigismember(&pending, SIGHUP));
}

static bool wait_for_client(SocketChardev *s, const char *address, GError **errp)
{
    fprintf(stderr, "%s: waiting for a connection on %s\n", g_get_prgname(), address);
    struct pollfd p = {.fd = s->listen_fd, .events = POLLIN};
    while (poll(&p, 1, WAIT_LOOK_MS) <= 0) {
        if (end_is_wanted()) {
            return user_error(errp, "%s: interrupted", address);
        }
    }
    accept_ready(s, 0);
    return true;
}

static Chardev *open_any(EventLoop *l, const char *label, const char *args, bool tcp,
                         GError **errp)
{
    g_autoptr(OptList) list = optlist_parse(args, "address", errp);
    SocketOptions o;
    if (!list || !take_options(list, &o, errp)) {
        return NULL;
    }
    const char *address = optlist_get(list, "address");
    address = address ? address : "";
    int fd = tcp ? open_tcp(address, o.server, errp) : open_unix(address, o.server, errp);
    if (fd < 0) {
        return NULL;
    }
    SocketChardev *s = chardev_fd_new(l, sizeof *s, &socket_ops, label);
    s->fd.hangup = hangup;
    s->fd.base.unconnected = true;
    s->tcp = tcp;
    s->listen_fd = -1;
    if (!o.server) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        connected(s, fd);
        return &s->fd.base;
    }
    s->path = tcp ? NULL : g_strdup(address);
    s->listen_fd = fd;
    s->listen = evfd_new(l, fd, EV_READ, accept_ready, s);
    if (o.wait && !wait_for_client(s, address, errp)) {
        chardev_close(&s->fd.base);
        return NULL;
    }
    return &s->fd.base;
}

Chardev *chardev_open_tcp(EventLoop *l, const char *label, const char *args,
                          GError **errp)
{
    return open_any(l, label, args, true, errp);
}

Chardev *chardev_open_unix(EventLoop *l, const char *label, const char *args,
                           GError **errp)
{
    return open_any(l, label, args, false, errp);
}
