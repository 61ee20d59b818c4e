/* Monitor: a command line that looks into and steers a machine; QEMU's HMP. */
/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "accel/accel.h"
#include "backends/chardev.h"
#include "hw/core/machine.h"

/*
 * Commands are rows of commands.def. All functions are called in the main thread with the
 * machine lock held. Commands that look at a vCPU run in its thread.
 */

/* What the program around the machine tells and does. */
typedef struct MonitorProgram {
    const char *version; /* of the program, and what it is compatible with */
    const char *banner;
    const char *name; /* of the machine, or NULL */
    const char *uuid; /* or NULL */
    const AccelOps *accel;
    Machine *machine;
    unsigned *cpu; /* index of the vCPU that commands are about: set by `cpu` */
    void *opaque;

    const char *(*status)(void *opaque); /* "running", "paused (debug)" ... */
    void (*stop)(void *opaque);
    bool (*cont)(void *opaque, GError **errp);
    void (*quit)(void *opaque);
    int (*thread_id)(void *opaque, CPUState *cpu);
    /* `spec` as of -gdb. */
    bool (*gdbserver)(void *opaque, const char *spec, GError **errp);
    /* `spec` as of -accel: the vCPUs go on by that one; it sets `accel`. */
    bool (*change_accel)(void *opaque, const char *spec, GError **errp);
    void (*accel_info)(void *opaque, GString *to);
} MonitorProgram;

/* Carries out one line; its output is appended. */
void monitor_command(const MonitorProgram *p, const char *line, GString *out);

typedef struct Monitor Monitor;

/* A monitor on a chardev, which is its own from now on. */
Monitor *monitor_new(const MonitorProgram *p, Chardev *chr);
/* NULL is allowed. */
void monitor_free(Monitor *m);

#endif
