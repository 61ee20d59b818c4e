/* GDBServer: connection, threads, stops and resumption. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/server-internal.h"

/* ---- threads ---- */

static CPUState *gdb_first_thread(GDBServer *s)
{
    return s->p->thread(s->opaque, 0);
}

CPUState *gdb_find_thread(GDBServer *s, int64_t pid, int64_t tid)
{
    CPUState *cpu;
    if (pid > 0 && pid != s->p->process_id(s->opaque)) {
        return NULL;
    }
    for (unsigned n = 0; (cpu = s->p->thread(s->opaque, n)); n++) {
        if (tid <= 0 || tid == s->p->thread_id(s->opaque, cpu)) {
            return cpu;
        }
    }
    return NULL;
}

void gdb_server_thread_new(GDBServer *s, CPUState *cpu)
{
    if (s->connected) {
        gdb_points_apply(s, cpu);
    }
}

void gdb_server_thread_gone(GDBServer *s, CPUState *cpu)
{
    CPUState *other = gdb_first_thread(s);
    if (other == cpu) {
        other = s->p->thread(s->opaque, 1);
    }
    s->cpu_g = s->cpu_g == cpu ? other : s->cpu_g;
    s->cpu_c = s->cpu_c == cpu ? other : s->cpu_c;
    s->range_cpu = s->range_cpu == cpu ? NULL : s->range_cpu;
}

/* ---- stops ---- */

static void put_watchpoint(GString *to, const CPUWatchpoint *wp)
{
    const char *kind = !(wp->flags & BP_READ)    ? "watch"
                       : !(wp->flags & BP_WRITE) ? "rwatch"
                                                 : "awatch";
    g_string_append_printf(to, "%s:%" PRIx64 ";", kind, MAX(wp->hit, wp->va));
}

/* What the stop was for, in the words that gdb has said to understand. */
static void put_cause(GDBServer *s, CPUState *cpu)
{
    vaddr pc = cpu->ops->tb_key(cpu).pc;
    bool hardware = false, software = false;
    if (cpu->stop_cause == CPU_STOP_WATCHPOINT && cpu->stop_watch) {
        put_watchpoint(s->reply, cpu->stop_watch);
        return;
    }
    if (cpu->stop_cause != CPU_STOP_BREAKPOINT) {
        return;
    }
    for (unsigned i = 0; i < s->points->len; i++) {
        const GDBPoint *pt = &g_array_index(s->points, GDBPoint, i);
        hardware |= pt->type == GDB_POINT_HARDWARE && pt->addr == pc;
        software |= pt->type == GDB_POINT_SOFTWARE && pt->addr == pc;
    }
    if (software && s->swbreak) {
        g_string_append(s->reply, "swbreak:;");
    } else if (hardware && s->hwbreak) {
        g_string_append(s->reply, "hwbreak:;");
    }
}

/* Registers that gdb wants after every stop: those that hold addresses. */
static void put_pointers(GDBServer *s, CPUState *cpu)
{
    uint8_t value[REG_MAX_SIZE];
    for (unsigned n = 0; n < s->nregs; n++) {
        if (g_str_has_suffix(s->reg[n]->type, "_ptr")) {
            cpu_reg_read(cpu, s->reg[n], value);
            g_string_append_printf(s->reply, "%x:", n);
            gdb_put_bytes(s->reply, value, s->reg[n]->size);
            g_string_append_c(s->reply, ';');
        }
    }
}

static void put_rest_of_stop(GDBServer *s, CPUState *cpu)
{
    put_pointers(s, cpu);
    g_string_append(s->reply, "thread:");
    gdb_put_thread(s, s->reply, cpu);
    g_string_append_c(s->reply, ';');
}

void gdb_put_stop(GDBServer *s, CPUState *cpu, int signal)
{
    g_string_append_printf(s->reply, "T%02x", signal ? signal : GDB_SIGNAL_TRAP);
    if (!signal) {
        put_cause(s, cpu);
    }
    put_rest_of_stop(s, cpu);
}

static void send_reply(GDBServer *s)
{
    gdb_link_send(&s->link, s->reply->str, s->reply->len);
}

/* A step inside the range that gdb steps over as a whole. */
static bool goes_on_stepping(GDBServer *s, CPUState *cpu, int signal)
{
    vaddr pc = cpu->ops->tb_key(cpu).pc;
    return s->owes_stop && !signal && cpu == s->range_cpu &&
           cpu->stop_cause == CPU_STOP_STEP && pc >= s->range_start &&
           pc < s->range_end && !(cpu_breakpoint_at(cpu, pc) & BP_DEBUGGER);
}

/* Whoever lets the program run next finds no thread that steps or stays. */
static void release_threads(GDBServer *s)
{
    CPUState *cpu;
    for (unsigned n = 0; (cpu = s->p->thread(s->opaque, n)); n++) {
        s->p->set_action(s->opaque, cpu, GDB_CONTINUE, 0);
    }
    s->range_cpu = NULL;
}

void gdb_server_stopped(GDBServer *s, CPUState *cpu, int signal)
{
    if (!cpu) {
        cpu = s->cpu_c ? s->cpu_c : gdb_first_thread(s);
    }
    if (!s->connected || !cpu) {
        return;
    }
    if (goes_on_stepping(s, cpu, signal)) {
        s->p->run(s->opaque);
        return;
    }
    s->cpu_g = s->cpu_c = cpu;
    release_threads(s);
    if (s->owes_stop) {
        s->owes_stop = false;
        g_string_truncate(s->reply, 0);
        gdb_put_stop(s, cpu, signal);
        send_reply(s);
    }
}

void gdb_server_exited(GDBServer *s, bool killed, int status)
{
    if (s->connected) {
        g_string_printf(s->reply, "%c%02x", killed ? 'X' : 'W', status & 0xff);
        send_reply(s);
        s->connected = false;
    }
}

void gdb_run(GDBServer *s)
{
    s->owes_stop = true;
    s->p->run(s->opaque);
    if (s->interrupted) {
        s->interrupted = false;
        s->p->stop(s->opaque);
    }
}

void gdb_detach(GDBServer *s)
{
    gdb_points_clear(s);
    release_threads(s);
    s->owes_stop = false;
    s->physical = false;
}

/* ---- the connection ---- */

static void on_packet(void *opaque, char *data, size_t len)
{
    GDBServer *s = opaque;
    if (!s->cpu_g) {
        s->cpu_g = s->cpu_c = gdb_first_thread(s);
    }
    g_string_truncate(s->reply, 0);
    if (s->owes_stop) {
        return; /* nothing but Ctrl-C is expected while the program runs */
    }
    s->p->stop(s->opaque); /* if somebody else has let it run */
    if (gdb_dispatch(s, data, len)) {
        send_reply(s);
    }
    if (s->no_ack_next) {
        s->no_ack_next = false;
        s->link.no_ack = true;
    }
}

static void on_interrupt(void *opaque)
{
    GDBServer *s = opaque;
    s->interrupted = !s->owes_stop;
    s->p->stop(s->opaque);
}

static void on_send(void *opaque, const uint8_t *buf, size_t len)
{
    GDBServer *s = opaque;
    s->send(s->send_to, buf, len);
}

static const GDBLinkOps link_ops = {
    .send = on_send,
    .packet = on_packet,
    .interrupt = on_interrupt,
};

void gdb_server_receive(GDBServer *s, const uint8_t *buf, size_t len)
{
    gdb_link_receive(&s->link, buf, len);
}

/* Which registers there are. */
static void number_registers(GDBServer *s)
{
    for (size_t i = 0; i < s->ops->nregs; i++) {
        const RegDesc *r = &s->ops->regs[i];
        RegScope scope = s->ops->reg_features[r->feature].scope;
        if (scope == REG_ALWAYS || scope == s->p->scope) {
            s->reg[s->nregs++] = r;
        }
    }
}

void gdb_server_connected(GDBServer *s)
{
    gdb_link_reset(&s->link);
    gdb_files_clear(s);
    s->multiprocess = s->swbreak = s->hwbreak = s->exec_events = false;
    s->no_ack_next = s->owes_stop = s->interrupted = s->physical = false;
    s->step_masks_irqs = true;
    s->cpu_g = s->cpu_c = gdb_first_thread(s);
    s->connected = true;
    s->p->stop(s->opaque);
}

/* A letter for each. */
char *gdb_server_hand_over(const GDBServer *s)
{
    if (!s->connected || !s->exec_events) {
        return NULL;
    }
    return g_strdup_printf("e%s%s%s%s", s->multiprocess ? "m" : "", s->swbreak ? "s" : "",
                           s->hwbreak ? "h" : "", s->link.no_ack ? "n" : "");
}

void gdb_server_executed(GDBServer *s, const char *handed_over, const char *path)
{
    gdb_server_connected(s);
    s->multiprocess = strchr(handed_over, 'm');
    s->swbreak = strchr(handed_over, 's');
    s->hwbreak = strchr(handed_over, 'h');
    s->exec_events = strchr(handed_over, 'e');
    s->link.no_ack = strchr(handed_over, 'n');
    g_string_printf(s->reply, "T%02xexec:", GDB_SIGNAL_TRAP);
    gdb_put_bytes(s->reply, path, strlen(path));
    g_string_append_c(s->reply, ';');
    put_rest_of_stop(s, s->cpu_g);
    send_reply(s);
}

void gdb_server_disconnected(GDBServer *s)
{
    if (s->connected) {
        gdb_detach(s);
        s->connected = false;
    }
}

GDBServer *gdb_server_new(const GDBProgram *p, void *opaque,
                          void (*send)(void *to, const uint8_t *buf, size_t len),
                          void *to)
{
    GDBServer *s = g_new0(GDBServer, 1);
    s->p = p;
    s->opaque = opaque;
    s->send = send;
    s->send_to = to;
    s->reply = g_string_new(NULL);
    s->points = g_array_new(false, false, sizeof(GDBPoint));
    gdb_files_init(s);
    gdb_link_init(&s->link, &link_ops, s);
    s->ops = gdb_first_thread(s)->ops;
    number_registers(s);
    return s;
}

void gdb_server_free(GDBServer *s)
{
    if (s) {
        gdb_link_clear(&s->link);
        g_array_unref(s->points);
        g_ptr_array_unref(s->files);
        g_string_free(s->reply, true);
        g_free(s);
    }
}
