/* Numbers, bytes and threads in packets, and the common replies. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/server-internal.h"

bool gdb_take_hex(char **p, uint64_t *v)
{
    uint64_t value = 0;
    unsigned n = 0;
    int digit;
    while ((digit = g_ascii_xdigit_value((*p)[n])) >= 0) {
        if (++n > 16) {
            return false;
        }
        value = value << 4 | digit;
    }
    *p += n;
    *v = value;
    return n > 0;
}

bool gdb_take_char(char **p, char c)
{
    if (**p != c) {
        return false;
    }
    ++*p;
    return true;
}

size_t gdb_take_bytes(char **p, uint8_t *to, size_t max)
{
    size_t n = 0;
    while (n < max) {
        int high = g_ascii_xdigit_value((*p)[0]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value((*p)[1]);
        if (low < 0) {
            break;
        }
        to[n++] = high << 4 | low;
        *p += 2;
    }
    return n;
}

static bool take_id(char **p, int64_t *id)
{
    uint64_t v;
    if (gdb_take_char(p, '-')) {
        *id = -1;
        return gdb_take_char(p, '1');
    }
    if (!gdb_take_hex(p, &v) || v > INT32_MAX) {
        return false;
    }
    *id = v;
    return true;
}

bool gdb_take_thread(char **p, int64_t *pid, int64_t *tid)
{
    *pid = 0;
    if (!gdb_take_char(p, 'p')) {
        return take_id(p, tid);
    }
    *tid = -1;
    return take_id(p, pid) && (!gdb_take_char(p, '.') || take_id(p, tid));
}

void gdb_put_bytes(GString *to, const void *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *b = bytes;
    for (size_t i = 0; i < n; i++) {
        g_string_append_c(to, digits[b[i] >> 4]);
        g_string_append_c(to, digits[b[i] & 15]);
    }
}

void gdb_put_thread(GDBServer *s, GString *to, CPUState *cpu)
{
    if (s->multiprocess) {
        g_string_append_printf(to, "p%x.", s->p->process_id(s->opaque));
    }
    g_string_append_printf(to, "%x", s->p->thread_id(s->opaque, cpu));
}

bool gdb_ok(GDBServer *s)
{
    g_string_assign(s->reply, "OK");
    return true;
}

bool gdb_error_fault(GDBServer *s)
{
    g_string_assign(s->reply, "E14");
    return true;
}

bool gdb_error_invalid(GDBServer *s)
{
    g_string_assign(s->reply, "E22");
    return true;
}
