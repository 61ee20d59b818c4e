/* gdb on a chardev. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/chardev.h"

enum { RECEIVE_MAX = 4096 };

struct GDBChardev {
    GDBServer *server;
    Chardev *chr;
    GByteArray *queue; /* what the chardev did not take */
};

static void flush(GDBChardev *g)
{
    size_t n = chardev_write(g->chr, g->queue->data, g->queue->len);
    g_byte_array_remove_range(g->queue, 0, n);
}

static void send_bytes(void *opaque, const uint8_t *buf, size_t len)
{
    GDBChardev *g = opaque;
    g_byte_array_append(g->queue, buf, len);
    flush(g);
}

static size_t can_receive(void *opaque)
{
    return RECEIVE_MAX;
}

static void receive(void *opaque, const uint8_t *buf, size_t len)
{
    GDBChardev *g = opaque;
    gdb_server_receive(g->server, buf, len);
}

static void event(void *opaque, ChardevEvent event)
{
    GDBChardev *g = opaque;
    switch (event) {
    case CHARDEV_OPENED:
        gdb_server_connected(g->server);
        break;
    case CHARDEV_CLOSED:
        g_byte_array_set_size(g->queue, 0);
        gdb_server_disconnected(g->server);
        break;
    case CHARDEV_WRITABLE:
        flush(g);
        break;
    default:
        break;
    }
}

static const ChardevHandlers handlers = {
    .can_receive = can_receive,
    .receive = receive,
    .event = event,
};

GDBChardev *gdb_chardev_new(const GDBProgram *p, void *opaque, Chardev *chr)
{
    GDBChardev *g = g_new0(GDBChardev, 1);
    g->chr = chr;
    g->queue = g_byte_array_new();
    g->server = gdb_server_new(p, opaque, send_bytes, g);
    return g;
}

void gdb_chardev_start(GDBChardev *g)
{
    chardev_set_handlers(g->chr, &handlers, g);
}

GDBServer *gdb_chardev_server(GDBChardev *g)
{
    return g ? g->server : NULL;
}

void gdb_chardev_free(GDBChardev *g)
{
    if (g) {
        gdb_server_disconnected(g->server);
        chardev_close(g->chr);
        gdb_server_free(g->server);
        g_byte_array_unref(g->queue);
        g_free(g);
    }
}
