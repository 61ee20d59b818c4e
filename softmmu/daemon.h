/* -daemonize and -pidfile: a machine in the background, and how its process is found. */
/* SPDX-License-Identifier: MIT */
#ifndef SOFTMMU_DAEMON_H
#define SOFTMMU_DAEMON_H

#include "util/common.h"
#include "util/error.h"

/*
 * Goes on in a process of its own session. The first one ends when daemon_ready() says
 * that the machine runs, with status 0, or when the other one has ended, with status 1.
 * Before there are threads.
 */
bool daemon_begin(GError **errp) USER_CHECKED;
/* The machine is there: leaves the terminal and the folder. Nothing without the above. */
bool daemon_ready(GError **errp) USER_CHECKED;

/* Writes the process id and a newline; who asked for it removes the file at the end. The
 * file can be read by its owner alone. */
bool pidfile_write(const char *path, GError **errp) USER_CHECKED;

#endif
