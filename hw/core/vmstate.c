/* Writes and reads sections of saved device state. */
/* SPDX-License-Identifier: MIT */
/*
 * One walk of the field table serves both directions: a Cursor either appends to `out` or
 * consumes `in`. Reading past the end sets `failed`, leaves the field alone and goes on,
 * so that there is one check at the end.
 */
#include "hw/core/vmstate.h"
#include "util/bitops.h"
#include "util/error.h"

typedef struct Cursor {
    GByteArray *out; /* not NULL: saving */
    const uint8_t *in, *end;
    uint32_t version;
    bool failed;
} Cursor;

static bool take(Cursor *c, void *dst, size_t n)
{
    if ((size_t)(c->end - c->in) < n) {
        c->failed = true;
        c->in = c->end;
        return false;
    }
    if (n) {
        memcpy(dst, c->in, n);
    }
    c->in += n;
    return true;
}

static void put_le(GByteArray *out, uint64_t v, unsigned n)
{
    uint8_t b[8];
    stq_le_p(b, v);
    g_byte_array_append(out, b, n);
}

static uint64_t take_le(Cursor *c, unsigned n)
{
    uint8_t b[8] = {0};
    take(c, b, n);
    return ldq_le_p(b);
}

static void walk_fields(Cursor *c, const VMField *f, uint8_t *state);

static void save_element(Cursor *c, const VMField *f, uint8_t *p)
{
    switch (f->kind) {
    case VM_INT:
        put_le(c->out, ldn_le_p(p, f->size), f->size);
        break;
    case VM_BOOL:
        put_le(c->out, *(bool *)p, 1);
        break;
    case VM_BYTES:
        g_byte_array_append(c->out, p, f->size);
        break;
    case VM_TIMER:
        put_le(c->out, ((Timer *)p)->expire, 8);
        break;
    case VM_STRUCT:
        walk_fields(c, f->sub, p);
        break;
    }
}

static void load_timer(Cursor *c, Timer *t)
{
    int64_t expire = take_le(c, 8);
    if (expire == TIMER_IDLE || c->failed) {
        timer_del(t);
    } else {
        timer_mod(t, expire);
    }
}

static void load_element(Cursor *c, const VMField *f, uint8_t *p)
{
    switch (f->kind) {
    case VM_INT: {
        uint64_t v = take_le(c, f->size);
        if (!c->failed) {
            stn_le_p(p, f->size, v);
        }
        break;
    }
    case VM_BOOL:
        *(bool *)p = take_le(c, 1) & 1;
        break;
    case VM_BYTES:
        take(c, p, f->size);
        break;
    case VM_TIMER:
        load_timer(c, (Timer *)p);
        break;
    case VM_STRUCT:
        walk_fields(c, f->sub, p);
        break;
    }
}

static void walk_fields(Cursor *c, const VMField *f, uint8_t *state)
{
    for (; f->name; f++) {
        if (f->since > c->version) {
            continue;
        }
        for (uint32_t i = 0; i < f->count; i++) {
            uint8_t *p = state + f->offset + (size_t)i * f->size;
            if (c->out) {
                save_element(c, f, p);
            } else {
                load_element(c, f, p);
            }
        }
    }
}

void vmstate_save(GByteArray *out, const char *name, const VMState *vm, void *state)
{
    Cursor c = {.out = out, .version = vm->version};
    if (vm->pre_save) {
        vm->pre_save(state);
    }
    put_le(out, strlen(name), 1);
    g_byte_array_append(out, (const uint8_t *)name, strlen(name));
    put_le(out, vm->version, 4);
    guint len_at = out->len;
    put_le(out, 0, 4);
    walk_fields(&c, vm->fields, state);
    uint32_t len = out->len - len_at - 4;
    for (int i = 0; i < 4; i++) {
        out->data[len_at + i] = len >> (8 * i);
    }
}

/* Reads the head of a section; on success c->end is the end of its fields. */
static bool load_head(Cursor *c, const char *name, const VMState *vm, GError **errp)
{
    char found[256] = "";
    unsigned n = take_le(c, 1);
    take(c, found, n);
    c->version = take_le(c, 4);
    uint32_t len = take_le(c, 4);
    if (c->failed || (size_t)(c->end - c->in) < len) {
        return user_error(errp, "saved state ends inside '%s'", name);
    }
    if (strcmp(found, name)) {
        return user_error(errp, "saved state has '%s' where '%s' is expected", found,
                          name);
    }
    if (c->version < vm->min_version || c->version > vm->version) {
        return user_error(errp, "saved state of '%s' has version %u (known: %u to %u)",
                          name, c->version, vm->min_version, vm->version);
    }
    c->end = c->in + len;
    return true;
}

bool vmstate_load(const uint8_t *data, size_t size, size_t *pos, const char *name,
                  const VMState *vm, void *state, GError **errp)
{
    Cursor c = {.in = data + *pos, .end = data + size};
    if (!load_head(&c, name, vm, errp)) {
        return false;
    }
    *pos = c.end - data;
    walk_fields(&c, vm->fields, state);
    if (c.failed || c.in != c.end) {
        return user_error(errp, "saved state of '%s' has the wrong length", name);
    }
    return !vm->post_load || vm->post_load(state, c.version, errp);
}
