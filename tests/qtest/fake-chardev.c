/* Implements the part of backends/chardev.h that devices use. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/fake-chardev.h"

void fake_chardev_init(Chardev *c)
{
    *c = (Chardev){.out = g_string_new(""), .room = SIZE_MAX, .typed = g_string_new("")};
}

void fake_chardev_free(Chardev *c)
{
    g_string_free(c->out, TRUE);
    g_string_free(c->typed, TRUE);
}

void chardev_set_handlers(Chardev *c, const ChardevHandlers *h, void *opaque)
{
    c->handlers = h;
    c->opaque = opaque;
}

size_t chardev_write(Chardev *c, const uint8_t *buf, size_t len)
{
    size_t n = MIN(len, c->room);
    g_string_append_len(c->out, (const char *)buf, n);
    c->room -= n;
    return n;
}

bool chardev_can_write(Chardev *c)
{
    return c->room > 0;
}

void chardev_accept_input(Chardev *c)
{
    while (c->handlers && c->typed->len) {
        size_t n = MIN(c->handlers->can_receive(c->opaque), c->typed->len);
        if (!n) {
            return;
        }
        g_autofree uint8_t *buf = g_memdup2(c->typed->str, n);
        g_string_erase(c->typed, 0, n);
        c->handlers->receive(c->opaque, buf, n);
    }
}

void fake_chardev_type(Chardev *c, const char *text)
{
    g_string_append(c->typed, text);
    chardev_accept_input(c);
}

void fake_chardev_make_room(Chardev *c, size_t n)
{
    c->room = n;
    c->handlers->event(c->opaque, CHARDEV_WRITABLE);
}
