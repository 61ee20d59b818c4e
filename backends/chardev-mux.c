/* Mux: several front ends on one chardev, and the escapes behind Ctrl-A. */
/* SPDX-License-Identifier: MIT */
#include "backends/chardev-internal.h"

/*
 * The mux is the front end of its backend and has a Chardev (a port) for each of its own.
 * It reads ahead of what the focused front end takes, so that an escape is seen even when
 * a guest hangs and takes nothing; what was read ahead waits in the port's queue.
 */

#define MUX_ESCAPE 1 /* Ctrl-A */
enum { MUX_AHEAD = 1024 * 1024 };

typedef struct MuxPort {
    Chardev base;
    ChardevMux *mux;
    GByteArray *input; /* read, not yet taken by the front end */
} MuxPort;

struct ChardevMux {
    Chardev *backend;
    const ChardevMuxHooks *hooks;
    void *opaque;
    GPtrArray *ports; /* of MuxPort; never empty after the first was added */
    unsigned focus;
    bool escape; /* the last byte was the escape */
};

static MuxPort *focused(ChardevMux *m)
{
    return g_ptr_array_index(m->ports, m->focus);
}

/* ---- escapes ---- */

static void mux_print(ChardevMux *m, const char *text)
{
    chardev_write(m->backend, (const uint8_t *)text, strlen(text));
}

static void put_input(ChardevMux *m, uint8_t byte)
{
    g_byte_array_append(focused(m)->input, &byte, 1);
}

static void escape_help(ChardevMux *m)
{
    mux_print(m, "\r\n"
                 "C-a h    print this help\r\n"
                 "C-a x    exit\r\n"
                 "C-a s    save disk data back to file\r\n"
                 "C-a b    send break\r\n"
                 "C-a c    switch between console and monitor\r\n"
                 "C-a C-a  send C-a\r\n");
}

static void escape_quit(ChardevMux *m)
{
    g_autofree char *text = g_strdup_printf("\r\n%s: terminated\r\n", g_get_prgname());
    mux_print(m, text);
    m->hooks->quit(m->opaque);
}

static void escape_sync(ChardevMux *m)
{
    if (m->hooks->sync) {
        m->hooks->sync(m->opaque);
    }
}

static void escape_break(ChardevMux *m)
{
    chardev_frontend_event(&focused(m)->base, CHARDEV_BREAK);
}

static void escape_switch(ChardevMux *m)
{
    if (m->ports->len < 2) {
        mux_print(m, "\r\nthere is no monitor to switch to\r\n");
        return;
    }
    m->focus = (m->focus + 1) % m->ports->len;
    chardev_frontend_event(&focused(m)->base, CHARDEV_FOCUS);
}

static void escape_literal(ChardevMux *m)
{
    put_input(m, MUX_ESCAPE);
}

static const struct {
    char key;
    void (*fn)(ChardevMux *m);
} escapes[] = {
    {'h',        escape_help   },
    {'?',        escape_help   },
    {'x',        escape_quit   },
    {'s',        escape_sync   },
    {'b',        escape_break  },
    {'c',        escape_switch },
    {'a',        escape_literal},
    {MUX_ESCAPE, escape_literal},
};

static void mux_byte(ChardevMux *m, uint8_t byte)
{
    if (!m->escape) {
        m->escape = byte == MUX_ESCAPE;
        if (!m->escape) {
            put_input(m, byte);
        }
        return;
    }
    m->escape = false;
    for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
        if (escapes[i].key == g_ascii_tolower(byte)) {
            escapes[i].fn(m);
            return;
        }
    }
}

/* ---- input from the backend ---- */

static size_t mux_can_receive(void *opaque)
{
    ChardevMux *m = opaque;
    return MUX_AHEAD - MIN(focused(m)->input->len, MUX_AHEAD);
}

/* Hands on what the port's front end takes. */
static void port_deliver(MuxPort *p)
{
    size_t room;
    while (p->input->len && (room = chardev_frontend_room(&p->base))) {
        uint8_t buf[256];
        size_t n = MIN(MIN(room, p->input->len), sizeof buf);
        memcpy(buf, p->input->data, n);
        g_byte_array_remove_range(p->input, 0, n);
        chardev_frontend_receive(&p->base, buf, n);
    }
}

static void mux_receive(void *opaque, const uint8_t *buf, size_t len)
{
    ChardevMux *m = opaque;
    for (size_t i = 0; i < len; i++) {
        mux_byte(m, buf[i]);
    }
    for (unsigned i = 0; i < m->ports->len; i++) {
        port_deliver(g_ptr_array_index(m->ports, i));
    }
}

static void mux_event(void *opaque, ChardevEvent event)
{
    ChardevMux *m = opaque;
    for (unsigned i = 0; i < m->ports->len && event != CHARDEV_OPENED; i++) {
        chardev_frontend_event(g_ptr_array_index(m->ports, i), event);
    }
}

static const ChardevHandlers mux_handlers = {
    .can_receive = mux_can_receive,
    .receive = mux_receive,
    .event = mux_event,
};

/* ---- ports ---- */

static size_t port_write(Chardev *c, const uint8_t *buf, size_t len)
{
    return chardev_write(((MuxPort *)c)->mux->backend, buf, len);
}

static bool port_can_write(Chardev *c)
{
    return chardev_can_write(((MuxPort *)c)->mux->backend);
}

static void port_accept_input(Chardev *c)
{
    MuxPort *p = (MuxPort *)c;
    port_deliver(p);
    chardev_accept_input(p->mux->backend);
}

static void port_close(Chardev *c)
{
    MuxPort *p = (MuxPort *)c;
    ChardevMux *m = p->mux;
    g_ptr_array_remove(m->ports, p);
    m->focus = 0;
    if (!m->ports->len) {
        chardev_close(m->backend);
        g_ptr_array_unref(m->ports);
        g_free(m);
    }
    g_byte_array_unref(p->input);
    chardev_release(c);
}

static const ChardevOps port_ops = {
    .write = port_write,
    .can_write = port_can_write,
    .accept_input = port_accept_input,
    .close = port_close,
};

ChardevMux *chardev_mux_new(Chardev *backend, const ChardevMuxHooks *hooks, void *opaque)
{
    ChardevMux *m = g_new0(ChardevMux, 1);
    m->backend = backend;
    m->hooks = hooks;
    m->opaque = opaque;
    m->ports = g_ptr_array_new();
    return m;
}

Chardev *chardev_mux_add(ChardevMux *mux, const char *label)
{
    MuxPort *p = chardev_alloc(sizeof *p, &port_ops, label);
    p->base.unconnected = true; /* CHARDEV_FOCUS tells */
    p->mux = mux;
    p->input = g_byte_array_new();
    g_ptr_array_add(mux->ports, p);
    if (mux->ports->len == 1) {
        chardev_set_handlers(mux->backend, &mux_handlers, mux);
    }
    return &p->base;
}
