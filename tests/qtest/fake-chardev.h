/* A chardev made of two buffers, in place of backends/: what a device test types and
 * sees. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_QTEST_FAKE_CHARDEV_H
#define TESTS_QTEST_FAKE_CHARDEV_H

#include "backends/chardev.h"

struct Chardev {
    const ChardevHandlers *handlers;
    void *opaque;
    GString *out;   /* what the device has written */
    size_t room;    /* how much more it may write */
    GString *typed; /* waits until the device has room */
};

void fake_chardev_init(Chardev *c);
void fake_chardev_free(Chardev *c);
/* Types text; the device gets as much as it takes. */
void fake_chardev_type(Chardev *c, const char *text);
/* Makes room for `n` bytes and tells the device. */
void fake_chardev_make_room(Chardev *c, size_t n);

#endif
