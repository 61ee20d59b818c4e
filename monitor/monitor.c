/* Monitor: a command line on a chardev. */
/* SPDX-License-Identifier: MIT */
#include "monitor/monitor-internal.h"

#include "monitor/readline.h"

enum { RECEIVE_MAX = 4096 };

struct Monitor {
    const MonitorProgram *p;
    Chardev *chr;
    Readline readline;
    GByteArray *queue; /* what the chardev did not take */
    bool greeted;      /* the banner stands */
};

/* ---- output ---- */

static void flush(Monitor *m)
{
    size_t n = chardev_write(m->chr, m->queue->data, m->queue->len);
    g_byte_array_remove_range(m->queue, 0, n);
}

/* Terminals want a return before each new line. */
static void put(Monitor *m, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n') {
            g_byte_array_append(m->queue, (const uint8_t *)"\r", 1);
        }
        g_byte_array_append(m->queue, (const uint8_t *)&text[i], 1);
    }
    flush(m);
}

static void greet(Monitor *m)
{
    put(m, m->p->banner, strlen(m->p->banner));
    put(m, "\n", 1);
    m->greeted = true;
}

/* ---- input ---- */

static void on_print(void *opaque, const char *text, size_t len)
{
    put(opaque, text, len);
}

static void on_line(void *opaque, const char *line)
{
    Monitor *m = opaque;
    g_autoptr(GString) out = g_string_new(NULL);
    monitor_command(m->p, line, out);
    put(m, out->str, out->len);
    readline_start(&m->readline);
}

static char **on_complete(void *opaque, const char *start)
{
    return mon_complete(start);
}

static const ReadlineOps readline_ops = {
    .print = on_print,
    .line = on_line,
    .complete = on_complete,
};

static size_t can_receive(void *opaque)
{
    return RECEIVE_MAX;
}

static void receive(void *opaque, const uint8_t *buf, size_t len)
{
    Monitor *m = opaque;
    for (size_t i = 0; i < len; i++) {
        readline_byte(&m->readline, buf[i]);
    }
}

static void event(void *opaque, ChardevEvent event)
{
    Monitor *m = opaque;
    switch (event) {
    case CHARDEV_OPENED:
        greet(m);
        readline_start(&m->readline);
        break;
    case CHARDEV_FOCUS:
        if (!m->greeted) {
            greet(m);
        }
        readline_start(&m->readline);
        break;
    case CHARDEV_CLOSED:
        g_byte_array_set_size(m->queue, 0);
        break;
    case CHARDEV_WRITABLE:
        flush(m);
        break;
    case CHARDEV_BREAK:
        break;
    }
}

static const ChardevHandlers handlers = {
    .can_receive = can_receive,
    .receive = receive,
    .event = event,
};

/* ---- the outside ---- */

void monitor_command(const MonitorProgram *p, const char *line, GString *out)
{
    mon_run_line(p, line, out);
}

Monitor *monitor_new(const MonitorProgram *p, Chardev *chr)
{
    Monitor *m = g_new0(Monitor, 1);
    m->p = p;
    m->chr = chr;
    m->queue = g_byte_array_new();
    readline_init(&m->readline, &readline_ops, m, "(qemu) ");
    chardev_set_handlers(chr, &handlers, m);
    return m;
}

void monitor_free(Monitor *m)
{
    if (m) {
        chardev_close(m->chr);
        readline_clear(&m->readline);
        g_byte_array_unref(m->queue);
        g_free(m);
    }
}
