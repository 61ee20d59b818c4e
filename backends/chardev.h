/* Chardev: the host side of a serial port or a monitor: a stream of bytes in both
 * directions. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKENDS_CHARDEV_H
#define BACKENDS_CHARDEV_H

#include <stdio.h>

#include "util/common.h"
#include "util/error.h"
#include "util/event-loop.h"

/*
 * A chardev has one front end: the device, or the monitor. All functions are called with
 * the machine lock held, from any thread; the front end's handlers are called from the
 * event loop's.
 *
 * Towards the front end nothing is lost: no more bytes are read from the host than
 * can_receive() allows. A front end that had no room calls chardev_accept_input() when it
 * has some again. Towards the host the chardev keeps a queue, so that chardev_write()
 * never waits; when the queue is full it takes less than it was given, and tells
 * CHARDEV_WRITABLE when there is room.
 */

typedef struct Chardev Chardev;

typedef enum ChardevEvent {
    CHARDEV_WRITABLE, /* after a short write: there is room again */
    CHARDEV_BREAK,    /* the line's break condition (Ctrl-A B) */
    CHARDEV_CLOSED,   /* no more input will come, until CHARDEV_OPENED: the host's end
                         was closed */
    CHARDEV_FOCUS,    /* of a mux: this front end now gets what is typed */
    CHARDEV_OPENED, /* somebody is at the other end; told at once if that is so already */
} ChardevEvent;

typedef struct ChardevHandlers {
    size_t (*can_receive)(void *opaque); /* bytes that fit now */
    void (*receive)(void *opaque, const uint8_t *buf, size_t len);
    void (*event)(void *opaque, ChardevEvent event); /* may be NULL */
} ChardevHandlers;

/*
 * Opens what `spec` describes: null, stdio[,signal=on|off], file:PATH, pty. `label` names
 * it in messages ("serial0"). NULL with *errp set when that is not possible.
 */
Chardev *chardev_open(EventLoop *l, const char *label, const char *spec, GError **errp);
/* Writes out what is queued, for a second at most, and frees it. NULL is allowed. */
void chardev_close(Chardev *c);

/* Connects a front end; h == NULL disconnects it. Of a mux, CHARDEV_FOCUS comes in place
 * of CHARDEV_OPENED. */
void chardev_set_handlers(Chardev *c, const ChardevHandlers *h, void *opaque);

/* Takes up to len bytes for the host and returns how many. */
size_t chardev_write(Chardev *c, const uint8_t *buf, size_t len);
/* Whether a write of one byte would be taken. */
bool chardev_can_write(Chardev *c);
/* The front end has room again. */
void chardev_accept_input(Chardev *c);

/* Calls fn for each that chardev_open() has made, in that order. */
void chardev_foreach(void (*fn)(const char *label, const char *spec, void *opaque),
                     void *opaque);

/* ---- mux: several front ends share one stream ---- */

/*
 * Ctrl-A is the escape: x quits, h helps, c goes to the next front end, b sends a break,
 * s saves disk data, Ctrl-A (or a) sends a Ctrl-A. Escapes work while the front end takes
 * no input.
 */
typedef struct ChardevMux ChardevMux;

typedef struct ChardevMuxHooks {
    void (*quit)(void *opaque);
    void (*sync)(void *opaque);
} ChardevMuxHooks;

/* `backend` belongs to the mux from now on. */
ChardevMux *chardev_mux_new(Chardev *backend, const ChardevMuxHooks *hooks, void *opaque);
/* One more front end's end; the first has the focus. It is freed by chardev_close(), the
 * mux with the last of them. */
Chardev *chardev_mux_add(ChardevMux *mux, const char *label);

#endif
