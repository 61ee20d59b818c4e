/* ACPI machine language writer. */
/* SPDX-License-Identifier: MIT */
/*
 * Encodings: ACPI 6.4, 20.2. An open term is remembered by the position behind its
 * opcode; aml_close() computes the length of what has been appended since and inserts it
 * there.
 */
#include "hw/x86/aml.h"

#include <stdlib.h>

enum {
    OP_ZERO = 0x00,
    OP_ONE = 0x01,
    OP_NAME = 0x08,
    OP_BYTE = 0x0a,
    OP_WORD = 0x0b,
    OP_DWORD = 0x0c,
    OP_QWORD = 0x0e,
    OP_SCOPE = 0x10,
    OP_BUFFER = 0x11,
    OP_PACKAGE = 0x12,
    OP_METHOD = 0x14,
    OP_EXT = 0x5b,
    OP_EXT_DEVICE = 0x82,
    OP_ARG0 = 0x68,
    OP_STORE = 0x70,
    OP_IF = 0xa0,
    OP_RETURN = 0xa4,
    PREFIX_DUAL = 0x2e,
};

enum { /* resource descriptors: small ones with their length, then large ones */
       RES_IRQ = 0x22,
       RES_IO = 0x47,
       RES_END = 0x79,
       RES_MEM32_FIXED = 0x86,
       RES_DWORD_RANGE = 0x87,
       RES_WORD_RANGE = 0x88,
};
enum { RANGE_MEMORY, RANGE_IO, RANGE_BUS };
#define RANGE_FIXED     0x0c /* minimum and maximum are fixed; positive decode, producer */
#define RANGE_ENTIRE_IO 0x03
#define RANGE_RW        0x01 /* memory, not cacheable */

static void byte(Aml *a, uint8_t v)
{
    g_byte_array_append(a, &v, 1);
}

void aml_bytes(Aml *a, uint64_t v, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        byte(a, v >> 8 * i);
    }
}

/* A reference to an object: one or two segments, with an optional root prefix. */
static void aml_ref(Aml *a, const char *name)
{
    if (*name == '\\') {
        byte(a, *name++);
    }
    const char *dot = strchr(name, '.');
    if (dot) {
        byte(a, PREFIX_DUAL);
        g_byte_array_append(a, (const uint8_t *)name, 4);
        name = dot + 1;
    }
    assert(strlen(name) == 4);
    g_byte_array_append(a, (const uint8_t *)name, 4);
}

/* Opens a term behind `opcode`. */
static AmlMark mark(Aml *a)
{
    return a->len;
}

AmlMark aml_scope(Aml *a, const char *name)
{
    byte(a, OP_SCOPE);
    AmlMark m = mark(a);
    aml_ref(a, name);
    return m;
}

AmlMark aml_device(Aml *a, const char *name)
{
    byte(a, OP_EXT);
    byte(a, OP_EXT_DEVICE);
    AmlMark m = mark(a);
    aml_ref(a, name);
    return m;
}

AmlMark aml_method(Aml *a, const char *name, unsigned nargs)
{
    byte(a, OP_METHOD);
    AmlMark m = mark(a);
    aml_ref(a, name);
    byte(a, nargs);
    return m;
}

AmlMark aml_package(Aml *a, unsigned elements)
{
    assert(elements < 256);
    byte(a, OP_PACKAGE);
    AmlMark m = mark(a);
    byte(a, elements);
    return m;
}

AmlMark aml_if_name(Aml *a, const char *name)
{
    byte(a, OP_IF);
    AmlMark m = mark(a);
    aml_ref(a, name);
    return m;
}

AmlMark aml_resources(Aml *a)
{
    byte(a, OP_BUFFER);
    return mark(a);
}

/* PkgLength counts its own bytes: one for up to 63, else 4 bits and 1 to 3 bytes more. */
static unsigned encode_pkg_length(uint8_t out[4], uint32_t body)
{
    if (body + 1 <= 63) {
        out[0] = body + 1;
        return 1;
    }
    unsigned more = body + 2 < 1 << 12 ? 1 : body + 3 < 1 << 20 ? 2 : 3;
    uint32_t len = body + 1 + more;
    out[0] = more << 6 | (len & 15);
    for (unsigned i = 0; i < more; i++) {
        out[1 + i] = len >> (4 + 8 * i);
    }
    return 1 + more;
}

static void insert(Aml *a, guint at, const uint8_t *bytes, unsigned n)
{
    guint behind = a->len - at;
    g_byte_array_append(a, bytes, n); /* makes room */
    memmove(a->data + at + n, a->data + at, behind);
    memcpy(a->data + at, bytes, n);
}

void aml_close(Aml *a, AmlMark m)
{
    uint8_t len[4];
    insert(a, m, len, encode_pkg_length(len, a->len - m));
}

/* A buffer's size stands in front of its bytes, as an integer. */
void aml_close_resources(Aml *a, AmlMark m)
{
    byte(a, RES_END);
    byte(a, 0); /* no checksum */
    uint32_t size = a->len - m;
    assert(size > 1 && size <= UINT16_MAX);
    uint8_t number[3] = {size < 256 ? OP_BYTE : OP_WORD, size, size >> 8};
    insert(a, m, number, size < 256 ? 2 : 3);
    aml_close(a, m);
}

void aml_name(Aml *a, const char *name)
{
    byte(a, OP_NAME);
    aml_ref(a, name);
}

void aml_int(Aml *a, uint64_t v)
{
    if (v <= 1) {
        byte(a, v ? OP_ONE : OP_ZERO);
        return;
    }
    unsigned size = v <= UINT8_MAX ? 1 : v <= UINT16_MAX ? 2 : v <= UINT32_MAX ? 4 : 8;
    byte(a, size == 1 ? OP_BYTE : size == 2 ? OP_WORD : size == 4 ? OP_DWORD : OP_QWORD);
    aml_bytes(a, v, size);
}

/* Three letters of 5 bits and four hexadecimal digits, most significant byte first. */
void aml_eisa_id(Aml *a, const char *id)
{
    assert(strlen(id) == 7);
    unsigned letters = (id[0] & 31) << 10 | (id[1] & 31) << 5 | (id[2] & 31);
    unsigned number = strtoul(id + 3, NULL, 16);
    byte(a, OP_DWORD);
    byte(a, letters >> 8);
    byte(a, letters);
    byte(a, number >> 8);
    byte(a, number);
}

void aml_return_name(Aml *a, const char *name)
{
    byte(a, OP_RETURN);
    aml_ref(a, name);
}

void aml_store_arg(Aml *a, unsigned n, const char *name)
{
    byte(a, OP_STORE);
    byte(a, OP_ARG0 + n);
    aml_ref(a, name);
}

void aml_res_io(Aml *a, uint16_t port, uint8_t len)
{
    byte(a, RES_IO);
    byte(a, 1); /* decodes 16 bits */
    aml_bytes(a, port, 2);
    aml_bytes(a, port, 2);
    byte(a, 1); /* alignment */
    byte(a, len);
}

void aml_res_irq(Aml *a, unsigned irq)
{
    byte(a, RES_IRQ); /* without flags: edge, active high, not shared */
    aml_bytes(a, 1u << irq, 2);
}

/* A word or dword address space descriptor. */
static void res_range(Aml *a, unsigned size, unsigned kind, unsigned flags,
                      uint64_t first, uint64_t last)
{
    byte(a, size == 2 ? RES_WORD_RANGE : RES_DWORD_RANGE);
    aml_bytes(a, 3 + 5 * size, 2);
    byte(a, kind);
    byte(a, RANGE_FIXED);
    byte(a, flags);
    aml_bytes(a, 0, size); /* granularity */
    aml_bytes(a, first, size);
    aml_bytes(a, last, size);
    aml_bytes(a, 0, size); /* translation */
    aml_bytes(a, last - first + 1, size);
}

void aml_res_bus_range(Aml *a, uint16_t first, uint16_t last)
{
    res_range(a, 2, RANGE_BUS, 0, first, last);
}

void aml_res_io_range(Aml *a, uint16_t first, uint16_t last)
{
    res_range(a, 2, RANGE_IO, RANGE_ENTIRE_IO, first, last);
}

void aml_res_mem_range(Aml *a, uint32_t first, uint32_t last)
{
    res_range(a, 4, RANGE_MEMORY, RANGE_RW, first, last);
}

void aml_res_mem32_fixed(Aml *a, uint32_t base, uint32_t len)
{
    byte(a, RES_MEM32_FIXED);
    aml_bytes(a, 9, 2);
    byte(a, 1); /* writable */
    aml_bytes(a, base, 4);
    aml_bytes(a, len, 4);
}
