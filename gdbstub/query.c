/* Packets that ask and set: features, threads, objects, commands. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/server-internal.h"

/* ---- what both sides understand ---- */

bool gdb_packet_supported(GDBServer *s, char *args, size_t len)
{
    s->multiprocess = strstr(args, "multiprocess+") != NULL;
    s->swbreak = strstr(args, "swbreak+") != NULL;
    s->hwbreak = strstr(args, "hwbreak+") != NULL;
    s->exec_events = s->p->executes && strstr(args, "exec-events+");
    g_string_append_printf(s->reply,
                           "PacketSize=%x;QStartNoAckMode+;multiprocess+;swbreak+;"
                           "hwbreak+;vContSupported+;qXfer:features:read+;"
                           "qXfer:threads:read+",
                           GDB_PACKET_MAX);
    if (s->p->executes) {
        g_string_append(s->reply, ";exec-events+");
    }
    g_auto(GStrv) names = g_strsplit(s->p->objects ? s->p->objects : "", " ", -1);
    for (char **n = names; *n && **n; n++) {
        g_string_append_printf(s->reply, ";qXfer:%s:read+", *n);
    }
    return true;
}

bool gdb_packet_no_ack(GDBServer *s, char *args, size_t len)
{
    s->no_ack_next = true;
    return gdb_ok(s);
}

/* ---- threads ---- */

bool gdb_packet_current(GDBServer *s, char *args, size_t len)
{
    g_string_assign(s->reply, "QC");
    gdb_put_thread(s, s->reply, s->cpu_g);
    return true;
}

bool gdb_packet_attached(GDBServer *s, char *args, size_t len)
{
    /* a machine was there before; a program was started for gdb, which ends it as it goes
     */
    g_string_assign(s->reply, s->p->scope == REG_USER ? "0" : "1");
    return true;
}

bool gdb_packet_threads_first(GDBServer *s, char *args, size_t len)
{
    s->thread_next = 0;
    return gdb_packet_threads_next(s, args, len);
}

bool gdb_packet_threads_next(GDBServer *s, char *args, size_t len)
{
    CPUState *cpu;
    unsigned room = (GDB_PACKET_MAX - 1) / 20; /* threads of a reply */
    for (; room && (cpu = s->p->thread(s->opaque, s->thread_next)); room--) {
        g_string_append_c(s->reply, s->reply->len ? ',' : 'm');
        gdb_put_thread(s, s->reply, cpu);
        s->thread_next++;
    }
    if (!s->reply->len) {
        g_string_assign(s->reply, "l");
    }
    return true;
}

bool gdb_packet_thread_text(GDBServer *s, char *args, size_t len)
{
    int64_t pid, tid;
    g_autoptr(GString) text = g_string_new(NULL);
    if (!gdb_take_char(&args, ',') || !gdb_take_thread(&args, &pid, &tid)) {
        return gdb_error_invalid(s);
    }
    CPUState *cpu = gdb_find_thread(s, pid, tid);
    if (!cpu) {
        return gdb_error_invalid(s);
    }
    s->p->thread_text(s->opaque, cpu, text);
    gdb_put_bytes(s->reply, text->str, text->len);
    return true;
}

/* ---- a line for the monitor ---- */

bool gdb_packet_command(GDBServer *s, char *args, size_t len)
{
    g_autofree char *line = g_malloc0(len / 2 + 1);
    g_autoptr(GString) out = g_string_new(NULL);
    if (!s->p->command) {
        return true;
    }
    if (!gdb_take_char(&args, ',')) {
        return gdb_error_invalid(s);
    }
    gdb_take_bytes(&args, (uint8_t *)line, len / 2);
    s->p->command(s->opaque, line, out);
    for (size_t at = 0; at < out->len;) {
        size_t n = MIN(out->len - at, (GDB_PACKET_MAX - 1) / 2);
        g_string_assign(s->reply, "O");
        gdb_put_bytes(s->reply, out->str + at, n);
        gdb_link_send(&s->link, s->reply->str, s->reply->len);
        at += n;
    }
    return gdb_ok(s);
}

/* ---- objects ---- */

static bool object_features(GDBServer *s, const char *annex, GString *out)
{
    if (strcmp(annex, "target.xml") != 0) {
        return false;
    }
    gdb_describe_target(s, out);
    return true;
}

static bool object_threads(GDBServer *s, const char *annex, GString *out)
{
    CPUState *cpu;
    g_string_append(out, "<?xml version=\"1.0\"?><threads>");
    for (unsigned n = 0; (cpu = s->p->thread(s->opaque, n)); n++) {
        g_autoptr(GString) text = g_string_new(NULL);
        s->p->thread_text(s->opaque, cpu, text);
        g_autofree char *escaped = g_markup_escape_text(text->str, text->len);
        g_string_append(out, "<thread id=\"");
        gdb_put_thread(s, out, cpu);
        g_string_append_printf(out, "\">%s</thread>", escaped);
    }
    g_string_append(out, "</threads>");
    return true;
}

static const struct {
    const char *name;
    bool (*make)(GDBServer *s, const char *annex, GString *out);
} own_objects[] = {
    {"features", object_features},
    {"threads",  object_threads },
};

static bool make_object(GDBServer *s, const char *name, const char *annex, GString *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(own_objects); i++) {
        if (strcmp(own_objects[i].name, name) == 0) {
            return own_objects[i].make(s, annex, out);
        }
    }
    return s->p->object && s->p->object(s->opaque, s->cpu_g, name, annex, out);
}

/* "OBJECT:read:ANNEX:OFFSET,LENGTH": 'm' and a part of it, or 'l' and the last. */
bool gdb_packet_transfer(GDBServer *s, char *args, size_t len)
{
    g_auto(GStrv) part = g_strsplit(args, ":", 4);
    uint64_t offset, n;
    if (g_strv_length(part) != 4 || strcmp(part[1], "read") != 0) {
        return true;
    }
    char *range = part[3];
    if (!gdb_take_hex(&range, &offset) || !gdb_take_char(&range, ',') ||
        !gdb_take_hex(&range, &n)) {
        return gdb_error_invalid(s);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (!make_object(s, part[0], part[2], out)) {
        g_string_assign(s->reply, "E00");
        return true;
    }
    offset = MIN(offset, out->len);
    /* each byte may need an escape */
    n = MIN(MIN(n, out->len - offset), (GDB_PACKET_MAX - 1) / 2);
    g_string_append_c(s->reply, offset + n < out->len ? 'm' : 'l');
    g_string_append_len(s->reply, out->str + offset, n);
    return true;
}

/* ---- finding bytes ---- */

enum { SEARCH_CHUNK = 64 * 1024 };

/* "ADDRESS;LENGTH;BYTES" */
bool gdb_packet_search(GDBServer *s, char *args, size_t len)
{
    const char *end = args + len;
    vaddr addr, n;
    if (!gdb_take_hex(&args, &addr) || !gdb_take_char(&args, ';') ||
        !gdb_take_hex(&args, &n) || !gdb_take_char(&args, ';') || args == end) {
        return gdb_error_invalid(s);
    }
    size_t want = end - args;
    g_autofree uint8_t *buf = g_malloc(SEARCH_CHUNK + GDB_PACKET_MAX);
    while (n >= want) {
        size_t ask = MIN(n, SEARCH_CHUNK + want - 1);
        size_t got = gdb_read_memory(s, addr, buf, ask);
        const uint8_t *at = memmem(buf, got, args, want);
        if (at) {
            g_string_printf(s->reply, "1,%" PRIx64, addr + (at - buf));
            return true;
        }
        if (got < ask) {
            return gdb_error_fault(s);
        }
        addr += ask - (want - 1);
        n -= ask - (want - 1);
    }
    g_string_assign(s->reply, "0");
    return true;
}

/* ---- QEMU's own packets ---- */

enum { STEP_ENABLE = 1, STEP_NO_IRQ = 2 };

bool gdb_packet_step_bits(GDBServer *s, char *args, size_t len)
{
    g_string_printf(s->reply, "ENABLE=%x,NOIRQ=%x", STEP_ENABLE, STEP_NO_IRQ);
    return true;
}

bool gdb_packet_step_mode(GDBServer *s, char *args, size_t len)
{
    g_string_printf(s->reply, "0x%x",
                    STEP_ENABLE | (s->step_masks_irqs ? STEP_NO_IRQ : 0));
    return true;
}

bool gdb_packet_set_step_mode(GDBServer *s, char *args, size_t len)
{
    uint64_t v;
    if ((!gdb_take_char(&args, '=') && !gdb_take_char(&args, ':')) ||
        !gdb_take_hex(&args, &v) || v & ~(uint64_t)(STEP_ENABLE | STEP_NO_IRQ)) {
        return gdb_error_invalid(s);
    }
    s->step_masks_irqs = v & STEP_NO_IRQ;
    return gdb_ok(s);
}

bool gdb_packet_physical(GDBServer *s, char *args, size_t len)
{
    g_string_assign(s->reply, s->physical ? "1" : "0");
    return true;
}

bool gdb_packet_set_physical(GDBServer *s, char *args, size_t len)
{
    uint64_t v;
    if (s->p->scope != REG_SYSTEM || !gdb_take_hex(&args, &v) || v > 1) {
        return gdb_error_invalid(s);
    }
    s->physical = v;
    return gdb_ok(s);
}
