/* What both sides of gdb share: guest threads, and the thread that talks with gdb. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_GDB_INTERNAL_H
#define LINUX_USER_GDB_INTERNAL_H

#include "gdbstub/gdbstub.h"
#include "linux-user/gdb.h"
#include "util/thread.h"

/*
 * One lock for all of it, above the engine's. Functions of GDBServer are called with it
 * held; who waits for a change lets go of it, so between two calls of cond_wait() threads
 * may have come and gone.
 */
typedef struct UserGDB {
    Mutex lock;
    CondVar changed;
    GPtrArray *tasks; /* TaskState, the first one first */
    GDBServer *server;
    bool attached; /* gdb is there: what happens is told */
    bool still;    /* all threads have come to rest, and gdb knows */
    /* Why they are to stop: NULL: gdb wants it. */
    TaskState *event;
    int event_signal; /* gdb's number; 0: CPU_EXIT_DEBUG */
    int listen_fd, fd, wake_fd;
    const char *where; /* of -g */
    char *path;        /* of the socket, to be removed; or NULL */
    char *handed_over; /* to a program that was to be executed */
    char *executed;    /* this program was: what its server is told of gdb, or NULL */
} UserGDB;
extern UserGDB user_gdb;

/* The descriptors outlive an execve(), or not. */
void gdb_keep_open(UserGDB *g, bool keep);
/* The signal with that number of gdb's; 0: there is none. */
int gdb_signal_from_gdb(int sig);

#endif
