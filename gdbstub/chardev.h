/* gdb on a chardev. */
/* SPDX-License-Identifier: MIT */
#ifndef GDBSTUB_CHARDEV_H
#define GDBSTUB_CHARDEV_H

#include "backends/chardev.h"
#include "gdbstub/gdbstub.h"

typedef struct GDBChardev GDBChardev;

/* The chardev is its own from now on. */
GDBChardev *gdb_chardev_new(const GDBProgram *p, void *opaque, Chardev *chr);
/* From now on gdb may come; if it is there already, the program is stopped. */
void gdb_chardev_start(GDBChardev *g);
/* NULL for NULL. */
GDBServer *gdb_chardev_server(GDBChardev *g);
/* NULL is allowed. */
void gdb_chardev_free(GDBChardev *g);

#endif
