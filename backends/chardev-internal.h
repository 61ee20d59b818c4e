/* What the files of the chardevs share: the base of each kind, and the kind for plain
 * fds. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKENDS_CHARDEV_INTERNAL_H
#define BACKENDS_CHARDEV_INTERNAL_H

#include "backends/chardev.h"

typedef struct ChardevOps {
    size_t (*write)(Chardev *c, const uint8_t *buf, size_t len);
    bool (*can_write)(Chardev *c);
    void (*accept_input)(Chardev *c); /* also called when a front end comes or goes */
    void (*close)(Chardev *c);        /* frees it */
} ChardevOps;

struct Chardev {
    const ChardevOps *ops;
    char *label, *spec;              /* spec: what it was opened with, or NULL */
    bool unconnected;                /* nobody is at the other end: see CHARDEV_OPENED */
    const ChardevHandlers *handlers; /* NULL: no front end */
    void *opaque;
};

/* A new chardev of `size` bytes, which begins with Chardev. */
void *chardev_alloc(size_t size, const ChardevOps *ops, const char *label);
void chardev_release(Chardev *c);

/* To the front end, if there is one. */
size_t chardev_frontend_room(Chardev *c);
void chardev_frontend_receive(Chardev *c, const uint8_t *buf, size_t len);
void chardev_frontend_event(Chardev *c, ChardevEvent event);

/* One kind of spec. `args` is what follows the kind's name and its ':' or ',' ("" if
 * nothing). */
typedef struct ChardevKind {
    const char *name;
    Chardev *(*open)(EventLoop *l, const char *label, const char *args, GError **errp);
} ChardevKind;

Chardev *chardev_open_stdio(EventLoop *l, const char *label, const char *args,
                            GError **errp);
Chardev *chardev_open_file(EventLoop *l, const char *label, const char *args,
                           GError **errp);
Chardev *chardev_open_pty(EventLoop *l, const char *label, const char *args,
                          GError **errp);
Chardev *chardev_open_tcp(EventLoop *l, const char *label, const char *args,
                          GError **errp);
Chardev *chardev_open_unix(EventLoop *l, const char *label, const char *args,
                           GError **errp);

/* ---- fd chardevs: chardev-fd.c ---- */

/*
 * Bytes go into `queue` and from there to out_fd: at once after a newline or when it gets
 * long, else a millisecond later, so that a guest that prints byte by byte costs few
 * system calls.
 */
typedef struct FdChardev {
    Chardev base;
    EventLoop *loop;
    int in_fd, out_fd; /* -1: none; they may be the same */
    EvFd *in, *out;
    EvTimer *flush_timer;
    GByteArray *queue;
    bool is_socket;
    bool flush_soon; /* the timer is set */
    bool blocked;    /* the host takes nothing now: `out` is watched */
    bool refused;    /* a write was cut short: WRITABLE is due */
    bool discard;    /* nobody listens: output is thrown away */
    void (*hangup)(struct FdChardev *f); /* instead of CHARDEV_CLOSED; may be NULL */
} FdChardev;

/* The fds belong to it; size is that of the struct that begins with FdChardev. */
void *chardev_fd_new(EventLoop *l, size_t size, const ChardevOps *ops, const char *label);
void chardev_fd_start(FdChardev *f, int in_fd, int out_fd);
/* Gives the fds back: as it was before chardev_fd_start(). */
void chardev_fd_stop(FdChardev *f);
size_t chardev_fd_write(Chardev *c, const uint8_t *buf, size_t len);
bool chardev_fd_can_write(Chardev *c);
/* The ops of a plain fd chardev. */
extern const ChardevOps chardev_fd_ops;
void chardev_fd_accept_input(Chardev *c);
void chardev_fd_close(Chardev *c);

#endif
