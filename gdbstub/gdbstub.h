/* GDBServer: lets gdb look into and steer what runs, by gdb's remote protocol. */
/* SPDX-License-Identifier: MIT */
#ifndef GDBSTUB_GDBSTUB_H
#define GDBSTUB_GDBSTUB_H

#include "cpu/regs.h"

/*
 * The server knows neither what carries the bytes nor what a stop means to the program
 * around it: both are given to it. All of its functions are called in one thread at a
 * time; with the machine lock held if there is one. It touches vCPUs only while they
 * stand still.
 *
 * Threads are vCPUs. One process is shown.
 */

typedef struct GDBServer GDBServer;

/* What a thread is to do when the program runs again. */
typedef enum GDBAction { GDB_STAY, GDB_CONTINUE, GDB_STEP } GDBAction;

/* Signals by gdb's numbers. */
enum { GDB_SIGNAL_0 = 0, GDB_SIGNAL_INT = 2, GDB_SIGNAL_QUIT = 3, GDB_SIGNAL_TRAP = 5 };

typedef struct GDBProgram {
    RegScope scope;      /* REG_SYSTEM or REG_USER */
    const char *objects; /* names for qXfer:NAME:read, by spaces; may be NULL */

    /* The threads, always in the same order; NULL beyond the last. */
    CPUState *(*thread)(void *opaque, unsigned n);
    unsigned (*thread_id)(void *opaque, CPUState *cpu); /* from 1 */
    unsigned (*process_id)(void *opaque);
    void (*thread_text)(void *opaque, CPUState *cpu, GString *to);

    /* All threads are to stand still; gdb_server_stopped() is called when they do, which
     * may be at once. Nothing happens when they do already. */
    void (*stop)(void *opaque);
    /* For the next run(): what the thread does, and a signal (0: none) that it gets. */
    void (*set_action)(void *opaque, CPUState *cpu, GDBAction action, int signal);
    void (*run)(void *opaque);
    void (*kill)(void *opaque);
    /* gdb lets go; run() follows. NULL: it does not matter. */
    void (*detached)(void *opaque);

    /* A line of gdb's `monitor`; NULL: there is none. */
    void (*command)(void *opaque, const char *line, GString *out);
    /* One of `objects`; false: not to be had. */
    bool (*object)(void *opaque, CPUState *cpu, const char *name, const char *annex,
                   GString *out);
    /* The program may be replaced by another one, and says so by gdb_server_executed().
     */
    bool executes;
    /* Which file of the host the program means by a name, to be freed; NULL: gdb is not
     * to read files. */
    char *(*file_path)(void *opaque, const char *name);
} GDBProgram;

/* send: takes bytes for gdb, all of them. */
GDBServer *gdb_server_new(const GDBProgram *p, void *opaque,
                          void (*send)(void *to, const uint8_t *buf, size_t len),
                          void *to);
/* NULL is allowed. */
void gdb_server_free(GDBServer *s);

/* gdb has come: the program is stopped. gdb has gone: its breakpoints go too, and the
 * program stays as it is. */
void gdb_server_connected(GDBServer *s);
void gdb_server_disconnected(GDBServer *s);
void gdb_server_receive(GDBServer *s, const uint8_t *buf, size_t len);

/*
 * The program has come to a stop. signal 0: because vcpu_run() of `cpu` left with
 * CPU_EXIT_DEBUG; else by that signal, of thread cpu (NULL: any).
 */
void gdb_server_stopped(GDBServer *s, CPUState *cpu, int signal);
/*
 * Another program is going to be executed, with a server of its own that is to go on
 * with gdb: what that is to be told of the connection, to be freed. NULL: gdb is not
 * there, or does not want to know of it.
 */
char *gdb_server_hand_over(const GDBServer *s);
/* In the new program, instead of gdb_server_connected(): it has come to a stop, since it
 * was executed from the file `path`. */
void gdb_server_executed(GDBServer *s, const char *handed_over, const char *path);
/* The program ends, with a status or (killed) by a signal. */
void gdb_server_exited(GDBServer *s, bool killed, int status);
/* A thread was made, or is going to be freed. */
void gdb_server_thread_new(GDBServer *s, CPUState *cpu);
void gdb_server_thread_gone(GDBServer *s, CPUState *cpu);

#endif
