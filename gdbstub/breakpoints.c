/* Breakpoints and watchpoints that gdb has set, in every vCPU. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/server-internal.h"

/*
 * Software and hardware breakpoints are the same to the engine: no code is changed. gdb
 * may set a point again that it has set; there is one nevertheless.
 */

#define WATCH_MAX (1 << 20) /* bytes of the longest */

static const int watch_flags[GDB_POINT_TYPES] = {
    [GDB_POINT_WRITE] = BP_WRITE | BP_DEBUGGER,
    [GDB_POINT_READ] = BP_READ | BP_DEBUGGER,
    [GDB_POINT_ACCESS] = BP_READ | BP_WRITE | BP_DEBUGGER,
};

/* A watchpoint lies inside one page: a long one becomes several. */
static void for_each_page(CPUState *cpu, const GDBPoint *pt, bool insert)
{
    int flags = watch_flags[pt->type];
    for (vaddr at = pt->addr, left = pt->len; left;) {
        vaddr run = RAM_PAGE_SIZE - (at & (RAM_PAGE_SIZE - 1));
        run = MIN(run, left);
        if (insert) {
            cpu_watchpoint_insert(cpu, at, run, flags);
        } else {
            cpu_watchpoint_remove(cpu, at, run, flags);
        }
        at += run;
        left -= run;
    }
}

static void insert_on_cpu(CPUState *cpu, void *data)
{
    const GDBPoint *pt = data;
    if (pt->type <= GDB_POINT_HARDWARE) {
        cpu_breakpoint_insert(cpu, pt->addr, BP_DEBUGGER);
    } else {
        for_each_page(cpu, pt, true);
    }
}

static void remove_on_cpu(CPUState *cpu, void *data)
{
    const GDBPoint *pt = data;
    if (pt->type <= GDB_POINT_HARDWARE) {
        cpu_breakpoint_remove(cpu, pt->addr, BP_DEBUGGER);
    } else {
        for_each_page(cpu, pt, false);
    }
}

static void on_all_cpus(GDBServer *s, void (*fn)(CPUState *cpu, void *data), GDBPoint *pt)
{
    CPUState *cpu;
    for (unsigned n = 0; (cpu = s->p->thread(s->opaque, n)); n++) {
        run_on_cpu(cpu, fn, pt);
    }
}

static int find_point(GDBServer *s, const GDBPoint *pt)
{
    for (unsigned i = 0; i < s->points->len; i++) {
        const GDBPoint *q = &g_array_index(s->points, GDBPoint, i);
        if (q->type == pt->type && q->addr == pt->addr && q->len == pt->len) {
            return i;
        }
    }
    return -1;
}

/* "TYPE,ADDRESS,KIND": the kind of a breakpoint is the size of its instruction, which
 * does not matter; that of a watchpoint its length. */
static bool take_point(char *p, GDBPoint *pt)
{
    uint64_t type, kind;
    if (!gdb_take_hex(&p, &type) || type >= GDB_POINT_TYPES || !gdb_take_char(&p, ',') ||
        !gdb_take_hex(&p, &pt->addr) || !gdb_take_char(&p, ',') ||
        !gdb_take_hex(&p, &kind)) {
        return false;
    }
    pt->type = type;
    pt->len = type > GDB_POINT_HARDWARE ? kind : 0;
    return type <= GDB_POINT_HARDWARE ||
           (kind > 0 && kind <= WATCH_MAX && pt->addr + kind - 1 >= pt->addr);
}

bool gdb_packet_insert_point(GDBServer *s, char *args, size_t len)
{
    GDBPoint pt;
    if (!take_point(args, &pt)) {
        return gdb_error_invalid(s);
    }
    if (find_point(s, &pt) < 0) {
        g_array_append_val(s->points, pt);
        on_all_cpus(s, insert_on_cpu, &pt);
    }
    return gdb_ok(s);
}

bool gdb_packet_remove_point(GDBServer *s, char *args, size_t len)
{
    GDBPoint pt;
    int i = take_point(args, &pt) ? find_point(s, &pt) : -1;
    if (i < 0) {
        return gdb_error_invalid(s);
    }
    g_array_remove_index(s->points, i);
    on_all_cpus(s, remove_on_cpu, &pt);
    return gdb_ok(s);
}

void gdb_points_apply(GDBServer *s, CPUState *cpu)
{
    for (unsigned i = 0; i < s->points->len; i++) {
        run_on_cpu(cpu, insert_on_cpu, &g_array_index(s->points, GDBPoint, i));
    }
}

void gdb_points_clear(GDBServer *s)
{
    for (unsigned i = 0; i < s->points->len; i++) {
        on_all_cpus(s, remove_on_cpu, &g_array_index(s->points, GDBPoint, i));
    }
    g_array_set_size(s->points, 0);
}
