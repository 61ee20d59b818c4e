/* Breakpoints, watchpoints, single step: the lists; the engine stops where they say. */
/* SPDX-License-Identifier: MIT */
#include "cpu/debug.h"

#define PAGE_OF(va) ((va) >> RAM_PAGE_BITS)

void cpu_breakpoint_insert(CPUState *cpu, vaddr pc, int flags)
{
    CPUBreakpoint *bp = g_new(CPUBreakpoint, 1);

    *bp = (CPUBreakpoint){.pc = pc, .flags = flags, .next = cpu->breakpoints};
    cpu->breakpoints = bp;
    cpu_breakpoint_changed(cpu, pc);
}

bool cpu_breakpoint_remove(CPUState *cpu, vaddr pc, int flags)
{
    for (CPUBreakpoint **p = &cpu->breakpoints; *p; p = &(*p)->next) {
        CPUBreakpoint *bp = *p;

        if (bp->pc == pc && bp->flags == flags) {
            *p = bp->next;
            g_free(bp);
            cpu_breakpoint_changed(cpu, pc);
            return true;
        }
    }
    return false;
}

void cpu_breakpoint_remove_all(CPUState *cpu, int flags)
{
    for (CPUBreakpoint **p = &cpu->breakpoints; *p;) {
        CPUBreakpoint *bp = *p;

        if (bp->flags & flags) {
            *p = bp->next;
            cpu_breakpoint_changed(cpu, bp->pc);
            g_free(bp);
        } else {
            p = &bp->next;
        }
    }
}

int cpu_breakpoint_at(const CPUState *cpu, vaddr pc)
{
    int flags = 0;

    for (const CPUBreakpoint *bp = cpu->breakpoints; bp; bp = bp->next) {
        flags |= bp->pc == pc ? bp->flags : 0;
    }
    return flags;
}

void cpu_watchpoint_insert(CPUState *cpu, vaddr va, vaddr len, int flags)
{
    CPUWatchpoint *wp = g_new(CPUWatchpoint, 1);

    *wp = (CPUWatchpoint){.va = va, .len = len, .flags = flags, .next = cpu->watchpoints};
    cpu->watchpoints = wp;
    cpu_watchpoints_changed(cpu, va);
}

/* It is in no list any more. */
static void free_watchpoint(CPUState *cpu, CPUWatchpoint *wp)
{
    if (cpu->stop_watch == wp) {
        cpu->stop_watch = NULL;
    }
    g_free(wp);
}

bool cpu_watchpoint_remove(CPUState *cpu, vaddr va, vaddr len, int flags)
{
    for (CPUWatchpoint **p = &cpu->watchpoints; *p; p = &(*p)->next) {
        CPUWatchpoint *wp = *p;

        if (wp->va == va && wp->len == len && wp->flags == flags) {
            *p = wp->next;
            free_watchpoint(cpu, wp);
            cpu_watchpoints_changed(cpu, va);
            return true;
        }
    }
    return false;
}

void cpu_watchpoint_remove_all(CPUState *cpu, int flags)
{
    for (CPUWatchpoint **p = &cpu->watchpoints; *p;) {
        CPUWatchpoint *wp = *p;

        if (wp->flags & flags) {
            *p = wp->next;
            cpu_watchpoints_changed(cpu, wp->va);
            free_watchpoint(cpu, wp);
        } else {
            p = &wp->next;
        }
    }
}

static bool overlaps(const CPUWatchpoint *wp, vaddr va, vaddr len, int access)
{
    return wp->flags & access && va < wp->va + wp->len && wp->va < va + len;
}

CPUWatchpoint *cpu_watchpoint_find(const CPUState *cpu, vaddr va, vaddr len, int access)
{
    for (CPUWatchpoint *wp = cpu->watchpoints; wp; wp = wp->next) {
        if (overlaps(wp, va, len, access)) {
            return wp;
        }
    }
    return NULL;
}

/* Sets is_hit and `hit` of all that the access hits. */
static void cpu_watchpoint_note(CPUState *cpu, vaddr va, vaddr len, int access)
{
    for (CPUWatchpoint *wp = cpu->watchpoints; wp; wp = wp->next) {
        if (overlaps(wp, va, len, access)) {
            wp->is_hit = true;
            wp->hit = va;
        }
    }
}

void cpu_watchpoint_check(CPUState *cpu, vaddr va, vaddr len, int access, uintptr_t ra)
{
    if (cpu_watchpoint_find(cpu, va, len, access)) {
        cpu_debug_after(cpu, ra);
        cpu_watchpoint_note(cpu, va, len, access);
    }
}

CPUWatchpoint *cpu_watchpoint_noted(const CPUState *cpu, int flags)
{
    for (CPUWatchpoint *wp = cpu->watchpoints; wp; wp = wp->next) {
        if (wp->is_hit && wp->flags & flags) {
            return wp;
        }
    }
    return NULL;
}

void cpu_watchpoint_forget(CPUState *cpu, int flags)
{
    for (CPUWatchpoint *wp = cpu->watchpoints; wp; wp = wp->next) {
        wp->is_hit = wp->is_hit && !(wp->flags & flags);
    }
}

bool cpu_watchpoint_in_page(const CPUState *cpu, vaddr va)
{
    for (const CPUWatchpoint *wp = cpu->watchpoints; wp; wp = wp->next) {
        if (PAGE_OF(wp->va) == PAGE_OF(va)) {
            return true;
        }
    }
    return false;
}

void cpu_single_step(CPUState *cpu, bool on)
{
    cpu->singlestep = on; /* units of one instruction are made as they are needed */
    cpu_kick(cpu);
}
