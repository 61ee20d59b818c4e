/* Chardev: the kinds of spec, what all kinds share, and the null chardev. */
/* SPDX-License-Identifier: MIT */
#include "backends/chardev-internal.h"

#include "util/options.h"

static GPtrArray *all; /* of Chardev, opened by chardev_open() */

void *chardev_alloc(size_t size, const ChardevOps *ops, const char *label)
{
    Chardev *c = g_malloc0(size);
    c->ops = ops;
    c->label = g_strdup(label);
    return c;
}

void chardev_release(Chardev *c)
{
    if (all) {
        g_ptr_array_remove(all, c);
    }
    g_free(c->spec);
    g_free(c->label);
    g_free(c);
}

void chardev_close(Chardev *c)
{
    if (c) {
        c->handlers = NULL;
        c->ops->close(c);
    }
}

void chardev_set_handlers(Chardev *c, const ChardevHandlers *h, void *opaque)
{
    c->handlers = h;
    c->opaque = opaque;
    c->ops->accept_input(c);
    if (h && !c->unconnected) {
        chardev_frontend_event(c, CHARDEV_OPENED);
    }
}

size_t chardev_write(Chardev *c, const uint8_t *buf, size_t len)
{
    return c->ops->write(c, buf, len);
}

bool chardev_can_write(Chardev *c)
{
    return c->ops->can_write(c);
}

void chardev_accept_input(Chardev *c)
{
    c->ops->accept_input(c);
}

size_t chardev_frontend_room(Chardev *c)
{
    return c->handlers ? c->handlers->can_receive(c->opaque) : 0;
}

void chardev_frontend_receive(Chardev *c, const uint8_t *buf, size_t len)
{
    c->handlers->receive(c->opaque, buf, len);
}

void chardev_frontend_event(Chardev *c, ChardevEvent event)
{
    if (c->handlers && c->handlers->event) {
        c->handlers->event(c->opaque, event);
    }
}

/* ---- null: output vanishes, input never comes ---- */

static size_t null_write(Chardev *c, const uint8_t *buf, size_t len)
{
    return len;
}

static bool null_can_write(Chardev *c)
{
    return true;
}

static void null_accept_input(Chardev *c) {}

static const ChardevOps null_ops = {
    .write = null_write,
    .can_write = null_can_write,
    .accept_input = null_accept_input,
    .close = chardev_release,
};

static Chardev *open_null(EventLoop *l, const char *label, const char *args,
                          GError **errp)
{
    return chardev_alloc(sizeof(Chardev), &null_ops, label);
}

/* ---- the kinds ---- */

static const ChardevKind kinds[] = {
    {"null",  open_null         },
    {"stdio", chardev_open_stdio},
    {"file",  chardev_open_file },
    {"pty",   chardev_open_pty  },
    {"unix",  chardev_open_unix },
    {"tcp",   chardev_open_tcp  },
};

static bool unknown_kind(const char *spec, GError **errp)
{
    const char *names[ARRAY_SIZE(kinds) + 1] = {NULL};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        names[i] = kinds[i].name;
    }
    g_autofree char *word = g_strndup(spec, strcspn(spec, ":,"));
    return unknown_name(word, "character device", names, errp);
}

/* NULL for NULL. */
static Chardev *note_opened(Chardev *c, const char *spec)
{
    if (c) {
        all = all ? all : g_ptr_array_new();
        c->spec = g_strdup(spec);
        g_ptr_array_add(all, c);
    }
    return c;
}

void chardev_foreach(void (*fn)(const char *label, const char *spec, void *opaque),
                     void *opaque)
{
    for (unsigned i = 0; all && i < all->len; i++) {
        const Chardev *c = g_ptr_array_index(all, i);
        fn(c->label, c->spec, opaque);
    }
}

Chardev *chardev_open(EventLoop *l, const char *label, const char *spec, GError **errp)
{
    size_t len = strcspn(spec, ":,");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (strlen(kinds[i].name) == len && strncmp(spec, kinds[i].name, len) == 0) {
            return note_opened(
                kinds[i].open(l, label, spec[len] ? spec + len + 1 : "", errp), spec);
        }
    }
    unknown_kind(spec, errp);
    return NULL;
}
