/* Framing of gdb's remote protocol: bytes to packets and back. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/packet.h"

void gdb_link_init(GDBLink *l, const GDBLinkOps *ops, void *opaque)
{
    *l = (GDBLink){.ops = ops, .opaque = opaque, .last = g_byte_array_new()};
}

void gdb_link_clear(GDBLink *l)
{
    g_byte_array_unref(l->last);
    l->last = NULL;
}

void gdb_link_reset(GDBLink *l)
{
    l->state = LINK_IDLE;
    l->no_ack = false;
    g_byte_array_set_size(l->last, 0);
}

/* ---- from gdb ---- */

static void send_byte(GDBLink *l, char c)
{
    l->ops->send(l->opaque, (const uint8_t *)&c, 1);
}

static void begin(GDBLink *l)
{
    l->state = LINK_DATA;
    l->len = 0;
    l->sum = 0;
    l->too_long = false;
}

static void idle_byte(GDBLink *l, uint8_t c)
{
    switch (c) {
    case '$':
        begin(l);
        break;
    case '-':
        if (!l->no_ack && l->last->len) {
            l->ops->send(l->opaque, l->last->data, l->last->len);
        }
        break;
    case 3:
        l->ops->interrupt(l->opaque);
        break;
    }
}

static void put(GDBLink *l, uint8_t c)
{
    if (l->len < GDB_PACKET_MAX) {
        l->data[l->len++] = c;
    } else {
        l->too_long = true;
    }
}

/* A raw $ begins anew: the end of the packet before it was lost. */
static void data_byte(GDBLink *l, uint8_t c)
{
    if (c == '$') {
        begin(l);
        return;
    }
    if (c == '#' && l->state == LINK_DATA) {
        l->state = LINK_SUM_HIGH;
        return;
    }
    l->sum += c;
    if (l->state == LINK_ESCAPE) {
        l->state = LINK_DATA;
        put(l, c ^ 0x20);
    } else if (c == '}') {
        l->state = LINK_ESCAPE;
    } else {
        put(l, c);
    }
}

static void end(GDBLink *l, bool good)
{
    l->state = LINK_IDLE;
    if (!l->no_ack) {
        send_byte(l, good ? '+' : '-');
        if (!good) {
            return;
        }
    }
    if (l->too_long) {
        gdb_link_send(l, "E22", 3);
        return;
    }
    l->data[l->len] = 0;
    l->ops->packet(l->opaque, l->data, l->len);
}

static void sum_byte(GDBLink *l, uint8_t c)
{
    int digit = g_ascii_xdigit_value(c);
    if (l->state == LINK_SUM_HIGH) {
        l->want_high = digit;
        l->state = LINK_SUM_LOW;
    } else {
        end(l, l->want_high >= 0 && digit >= 0 && l->want_high * 16 + digit == l->sum);
    }
}

void gdb_link_receive(GDBLink *l, const uint8_t *buf, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (l->state) {
        case LINK_IDLE:
            idle_byte(l, buf[i]);
            break;
        case LINK_DATA:
        case LINK_ESCAPE:
            data_byte(l, buf[i]);
            break;
        case LINK_SUM_HIGH:
        case LINK_SUM_LOW:
            sum_byte(l, buf[i]);
            break;
        }
    }
}

/* ---- to gdb ---- */

static void append(GByteArray *to, uint8_t c, uint8_t *sum)
{
    g_byte_array_append(to, &c, 1);
    *sum += c;
}

void gdb_link_send(GDBLink *l, const char *data, size_t len)
{
    uint8_t sum = 0;
    g_byte_array_set_size(l->last, 0);
    g_byte_array_append(l->last, (const uint8_t *)"$", 1);
    for (size_t i = 0; i < len; i++) {
        if (data[i] && strchr("#$}*", data[i])) { /* *: would be a run length */
            append(l->last, '}', &sum);
            append(l->last, data[i] ^ 0x20, &sum);
        } else {
            append(l->last, data[i], &sum);
        }
    }
    static const char digits[] = "0123456789abcdef";
    const uint8_t tail[] = {'#', digits[sum >> 4], digits[sum & 15]};
    g_byte_array_append(l->last, tail, sizeof tail);
    l->ops->send(l->opaque, l->last->data, l->last->len);
}
