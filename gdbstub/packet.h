/* Framing of gdb's remote protocol: bytes to packets and back. */
/* SPDX-License-Identifier: MIT */
#ifndef GDBSTUB_PACKET_H
#define GDBSTUB_PACKET_H

#include "util/common.h"

/*
 * "$data#cc": cc is the sum of the data's bytes modulo 256. In data, } says that the next
 * byte has bit 5 flipped. Each packet is acknowledged by + (- asks for it again) until
 * both sides agree to leave that out. Whatever bytes come, the state stays sound: what is
 * no packet is skipped.
 */

/* Longest data of a packet that we take; told to gdb. */
#define GDB_PACKET_MAX 0x4000

typedef struct GDBLinkOps {
    /* Bytes for gdb. */
    void (*send)(void *opaque, const uint8_t *buf, size_t len);
    /* A good packet, escapes undone, with a 0 behind its len bytes; may be changed. */
    void (*packet)(void *opaque, char *data, size_t len);
    /* Ctrl-C between packets. */
    void (*interrupt)(void *opaque);
} GDBLinkOps;

typedef struct GDBLink {
    const GDBLinkOps *ops;
    void *opaque;
    enum { LINK_IDLE, LINK_DATA, LINK_ESCAPE, LINK_SUM_HIGH, LINK_SUM_LOW } state;
    bool no_ack;   /* acknowledgements are left out; checksums are not looked at */
    bool too_long; /* the packet that is coming in */
    uint8_t sum;   /* of its bytes so far */
    int want_high; /* first digit of its checksum, -1: none */
    size_t len;
    GByteArray *last; /* the last packet sent */
    char data[GDB_PACKET_MAX + 1];
} GDBLink;

void gdb_link_init(GDBLink *l, const GDBLinkOps *ops, void *opaque);
void gdb_link_clear(GDBLink *l);
/* A new connection: nothing has come in yet. */
void gdb_link_reset(GDBLink *l);
/* Takes bytes from gdb; calls the ops on the way. */
void gdb_link_receive(GDBLink *l, const uint8_t *buf, size_t len);
/* Sends a packet; the data may be any bytes. */
void gdb_link_send(GDBLink *l, const char *data, size_t len);

#endif
