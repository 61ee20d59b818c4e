/* Packets on registers, memory and running; which handler a packet goes to. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/server-internal.h"

/* ---- dispatch ---- */

static const struct {
    const char *name;
    GDBHandler *fn;
} packets[] = {
#define PACKET(name, fn, text) {name, gdb_packet_##fn},
#include "gdbstub/packets.def"
};

bool gdb_dispatch(GDBServer *s, char *data, size_t len)
{
    size_t best = 0;
    GDBHandler *fn = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
        size_t n = strlen(packets[i].name);
        if (n > best && n <= len && memcmp(data, packets[i].name, n) == 0) {
            best = n;
            fn = packets[i].fn;
        }
    }
    return fn ? fn(s, data + best, len - best) : true;
}

/* ---- threads ---- */

/* Hg: for registers and memory; Hc: for c and s. */
bool gdb_packet_thread(GDBServer *s, char *args, size_t len)
{
    int64_t pid, tid;
    char which = args[0];
    char *p = args + (which != 0);
    if ((which != 'g' && which != 'c') || !gdb_take_thread(&p, &pid, &tid)) {
        return gdb_error_invalid(s);
    }
    CPUState *cpu = gdb_find_thread(s, pid, tid);
    if (!cpu) {
        return gdb_error_invalid(s);
    }
    if (which == 'c') {
        s->cpu_c = tid > 0 ? cpu : s->cpu_c;
    } else if (tid > 0) { /* any: the current one will do */
        s->cpu_g = cpu;
    }
    return gdb_ok(s);
}

bool gdb_packet_is_alive(GDBServer *s, char *args, size_t len)
{
    int64_t pid, tid;
    bool alive = gdb_take_thread(&args, &pid, &tid) && gdb_find_thread(s, pid, tid);
    return alive ? gdb_ok(s) : gdb_error_invalid(s);
}

/* ---- registers ---- */

typedef struct RegWrite {
    const RegDesc *reg;
    const uint8_t *value;
    bool ok;
} RegWrite;

static void write_reg_on_cpu(CPUState *cpu, void *data)
{
    RegWrite *w = data;
    w->ok = cpu_reg_write(cpu, w->reg, w->value);
}

static bool write_reg(GDBServer *s, const RegDesc *r, const uint8_t *value)
{
    RegWrite w = {r, value, false};
    run_on_cpu(s->cpu_g, write_reg_on_cpu, &w);
    return w.ok;
}

bool gdb_packet_read_all(GDBServer *s, char *args, size_t len)
{
    uint8_t value[REG_MAX_SIZE];
    for (unsigned n = 0; n < s->nregs; n++) {
        cpu_reg_read(s->cpu_g, s->reg[n], value);
        gdb_put_bytes(s->reply, value, s->reg[n]->size);
    }
    return true;
}

/* Only what has changed is written: not every value that can be read can be written. */
bool gdb_packet_write_all(GDBServer *s, char *args, size_t len)
{
    uint8_t value[REG_MAX_SIZE], old[REG_MAX_SIZE];
    bool ok = true;
    for (unsigned n = 0; n < s->nregs; n++) {
        const RegDesc *r = s->reg[n];
        if (gdb_take_bytes(&args, value, r->size) != r->size) {
            return gdb_error_invalid(s);
        }
        cpu_reg_read(s->cpu_g, r, old);
        if (memcmp(value, old, r->size) != 0) {
            ok &= write_reg(s, r, value);
        }
    }
    return ok ? gdb_ok(s) : gdb_error_invalid(s);
}

static const RegDesc *take_reg(GDBServer *s, char **p)
{
    uint64_t n;
    return gdb_take_hex(p, &n) && n < s->nregs ? s->reg[n] : NULL;
}

bool gdb_packet_read_one(GDBServer *s, char *args, size_t len)
{
    uint8_t value[REG_MAX_SIZE];
    const RegDesc *r = take_reg(s, &args);
    if (!r) {
        return gdb_error_invalid(s);
    }
    cpu_reg_read(s->cpu_g, r, value);
    gdb_put_bytes(s->reply, value, r->size);
    return true;
}

bool gdb_packet_write_one(GDBServer *s, char *args, size_t len)
{
    uint8_t value[REG_MAX_SIZE];
    const RegDesc *r = take_reg(s, &args);
    if (!r || !gdb_take_char(&args, '=') ||
        gdb_take_bytes(&args, value, r->size) != r->size || !write_reg(s, r, value)) {
        return gdb_error_invalid(s);
    }
    return gdb_ok(s);
}

/* ---- memory ---- */

static bool access_memory(GDBServer *s, vaddr addr, void *buf, size_t n, bool write)
{
    if (!s->physical) {
        return cpu_memory_rw_debug(s->cpu_g, addr, buf, n, write);
    }
    MemTxResult r = write ? address_space_write_rom(s->cpu_g->mem, addr, buf, n)
                          : address_space_read(s->cpu_g->mem, addr, buf, n);
    return r == MEMTX_OK;
}

size_t gdb_read_memory(GDBServer *s, vaddr addr, uint8_t *to, size_t n)
{
    size_t done = 0;
    while (done < n) {
        size_t run = RAM_PAGE_SIZE - ((addr + done) & (RAM_PAGE_SIZE - 1));
        run = MIN(run, n - done);
        if (!access_memory(s, addr + done, to + done, run, false)) {
            break;
        }
        done += run;
    }
    return done;
}

static bool take_range(char **p, vaddr *addr, vaddr *len)
{
    return gdb_take_hex(p, addr) && gdb_take_char(p, ',') && gdb_take_hex(p, len);
}

bool gdb_packet_read_memory(GDBServer *s, char *args, size_t len)
{
    uint8_t buf[GDB_PACKET_MAX / 2];
    vaddr addr, n;
    if (!take_range(&args, &addr, &n)) {
        return gdb_error_invalid(s);
    }
    size_t got = gdb_read_memory(s, addr, buf, MIN(n, sizeof buf));
    if (!got && n) {
        return gdb_error_fault(s);
    }
    gdb_put_bytes(s->reply, buf, got);
    return true;
}

bool gdb_packet_write_memory(GDBServer *s, char *args, size_t len)
{
    uint8_t buf[GDB_PACKET_MAX / 2];
    vaddr addr, n;
    if (!take_range(&args, &addr, &n) || !gdb_take_char(&args, ':') || n > sizeof buf ||
        gdb_take_bytes(&args, buf, n) != n) {
        return gdb_error_invalid(s);
    }
    return access_memory(s, addr, buf, n, true) ? gdb_ok(s) : gdb_error_fault(s);
}

bool gdb_packet_write_binary(GDBServer *s, char *args, size_t len)
{
    const char *end = args + len;
    vaddr addr, n;
    if (!take_range(&args, &addr, &n) || !gdb_take_char(&args, ':') ||
        n != (size_t)(end - args)) {
        return gdb_error_invalid(s);
    }
    return access_memory(s, addr, args, n, true) ? gdb_ok(s) : gdb_error_fault(s);
}

/* ---- running ---- */

/* All threads but one stay, or go on as well. */
static bool run_current(GDBServer *s, GDBAction action, int signal)
{
    CPUState *cpu;
    for (unsigned n = 0; (cpu = s->p->thread(s->opaque, n)); n++) {
        bool is_it = cpu == s->cpu_c;
        GDBAction others = action == GDB_STEP ? GDB_STAY : GDB_CONTINUE;
        cpu->step_masks_irqs = s->step_masks_irqs;
        s->p->set_action(s->opaque, cpu, is_it ? action : others, is_it ? signal : 0);
    }
    gdb_run(s);
    return false;
}

/* An address to go on at, which may be left out. */
static bool resume_at(GDBServer *s, char *args, GDBAction action, int signal)
{
    const RegDesc *pc = cpu_reg_find(s->ops, "pc");
    uint64_t addr;
    if (*args && pc) {
        if (!gdb_take_hex(&args, &addr) || !write_reg(s, pc, (const uint8_t *)&addr)) {
            return gdb_error_invalid(s);
        }
    }
    return run_current(s, action, signal);
}

static bool resume_with_signal(GDBServer *s, char *args, GDBAction action)
{
    uint64_t signal;
    if (!gdb_take_hex(&args, &signal) || signal > 255) {
        return gdb_error_invalid(s);
    }
    gdb_take_char(&args, ';');
    return resume_at(s, args, action, signal);
}

bool gdb_packet_go(GDBServer *s, char *args, size_t len)
{
    return resume_at(s, args, GDB_CONTINUE, 0);
}

bool gdb_packet_step(GDBServer *s, char *args, size_t len)
{
    return resume_at(s, args, GDB_STEP, 0);
}

bool gdb_packet_go_signal(GDBServer *s, char *args, size_t len)
{
    return resume_with_signal(s, args, GDB_CONTINUE);
}

bool gdb_packet_step_signal(GDBServer *s, char *args, size_t len)
{
    return resume_with_signal(s, args, GDB_STEP);
}

bool gdb_packet_vcont_actions(GDBServer *s, char *args, size_t len)
{
    g_string_assign(s->reply, "vCont;c;C;s;S;t;r");
    return true;
}

/* One ";action[:thread]" of vCont. */
typedef struct VContAction {
    GDBAction action;
    uint64_t signal, range_start, range_end;
    bool has_range;
    int64_t pid, tid;
} VContAction;

static bool take_action(char **p, VContAction *a)
{
    *a = (VContAction){.action = GDB_CONTINUE, .pid = -1, .tid = -1};
    if (!gdb_take_char(p, ';')) {
        return false;
    }
    char kind = **p;
    *p += kind != 0;
    switch (kind) {
    case 's':
        a->action = GDB_STEP;
        break;
    case 'S':
        a->action = GDB_STEP; /* fall through */
    case 'C':
        if (!gdb_take_hex(p, &a->signal) || a->signal > 255) {
            return false;
        }
        break;
    case 'r':
        a->action = GDB_STEP;
        a->has_range = true;
        if (!take_range(p, &a->range_start, &a->range_end)) {
            return false;
        }
        break;
    case 't':
        a->action = GDB_STAY;
        break;
    case 'c':
        break;
    default:
        return false;
    }
    return !gdb_take_char(p, ':') || gdb_take_thread(p, &a->pid, &a->tid);
}

/* The first action that names the thread. */
static const VContAction *action_for(GDBServer *s, const GArray *actions, CPUState *cpu)
{
    int64_t pid = s->p->process_id(s->opaque), tid = s->p->thread_id(s->opaque, cpu);
    for (unsigned i = 0; i < actions->len; i++) {
        const VContAction *a = &g_array_index(actions, VContAction, i);
        if ((a->pid <= 0 || a->pid == pid) && (a->tid <= 0 || a->tid == tid)) {
            return a;
        }
    }
    return NULL;
}

static void set_actions(GDBServer *s, const GArray *actions)
{
    CPUState *cpu;
    s->range_cpu = NULL;
    for (unsigned n = 0; (cpu = s->p->thread(s->opaque, n)); n++) {
        const VContAction *a = action_for(s, actions, cpu);
        cpu->step_masks_irqs = s->step_masks_irqs;
        s->p->set_action(s->opaque, cpu, a ? a->action : GDB_STAY, a ? a->signal : 0);
        if (a && a->has_range) {
            s->range_cpu = cpu;
            s->range_start = a->range_start;
            s->range_end = a->range_end;
        }
    }
}

bool gdb_packet_vcont(GDBServer *s, char *args, size_t len)
{
    g_autoptr(GArray) actions = g_array_new(false, false, sizeof(VContAction));
    while (*args) {
        VContAction a;
        if (!take_action(&args, &a)) {
            return gdb_error_invalid(s);
        }
        g_array_append_val(actions, a);
    }
    if (!actions->len) {
        return gdb_error_invalid(s);
    }
    set_actions(s, actions);
    gdb_run(s);
    return false;
}

bool gdb_packet_detach(GDBServer *s, char *args, size_t len)
{
    gdb_detach(s);
    gdb_link_send(&s->link, "OK", 2);
    if (s->p->detached) {
        s->p->detached(s->opaque);
    }
    s->p->run(s->opaque);
    return false;
}

bool gdb_packet_kill(GDBServer *s, char *args, size_t len)
{
    s->p->kill(s->opaque);
    return false;
}

bool gdb_packet_vkill(GDBServer *s, char *args, size_t len)
{
    gdb_link_send(&s->link, "OK", 2);
    s->p->kill(s->opaque);
    return false;
}

/* ---- stops ---- */

bool gdb_packet_why(GDBServer *s, char *args, size_t len)
{
    gdb_put_stop(s, s->cpu_g, GDB_SIGNAL_TRAP);
    return true;
}

bool gdb_packet_attach(GDBServer *s, char *args, size_t len)
{
    return gdb_packet_why(s, args, len);
}

bool gdb_packet_extended(GDBServer *s, char *args, size_t len)
{
    return gdb_ok(s);
}
