/* -g: gdb on the guest's threads. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_GDB_H
#define LINUX_USER_GDB_H

#include "linux-user/task.h"
#include "util/atomic.h"
#include "util/error.h"

/*
 * A thread of ours (gdb-program.c) talks with gdb. Guest threads come to rest in the
 * functions here: they are called by the thread of `ts` itself, outside vcpu_run(), with
 * no lock, and may take as long as somebody thinks. Without -g they do nothing, nor in a
 * child process: gdb stays with the parent.
 */

/* Opens what gdb is to connect to: a TCP port, or the path of a socket, in which %d
 * stands for the process id. */
bool gdb_open(const char *where, GError **errp);
/* The same in a program that another one has executed: `handed_over` is the argument that
 * gdb_begin_exec() has made. */
bool gdb_take_over(const char *where, const char *handed_over, GError **errp);
/* Starts our thread; returns when gdb has come and lets the first task run. */
void gdb_begin(TaskState *first);

/* This process was started with -g. */
extern bool gdb_active;
/* Threads are to stand still. */
extern int gdb_stopping;

void gdb_rest(TaskState *ts);
/* In the loop of a thread. */
static inline void gdb_come_by(TaskState *ts)
{
    if (unlikely(atomic_read(&gdb_stopping)) && !ts->apart) {
        gdb_rest(ts);
    }
}

/* vcpu_run() has left with CPU_EXIT_DEBUG; or (stepped) an instruction was completed
 * outside it. */
void gdb_debug_exit(TaskState *ts);
void gdb_stepped(TaskState *ts);
/* A signal is going to be acted on: the signal that is to be in its place, 0: none. */
int gdb_signal(TaskState *ts, const siginfo_t *si);
/* A new thread, before its first instruction; and the end of one. */
void gdb_thread_begin(TaskState *ts);
void gdb_thread_end(TaskState *ts);
/* The process ends with a status, or by a signal (gdb's number). */
void gdb_exited(TaskState *ts, bool killed, int status);
/*
 * Another program is about to be executed. Appends the options with which it takes gdb
 * over, if it is to (they stay ours); what gdb asks waits until gdb_end_exec(), after the
 * call has failed.
 */
void gdb_begin_exec(TaskState *ts, GPtrArray *argv);
void gdb_end_exec(TaskState *ts);
/* gdb's number of a signal. */
int gdb_signal_to_gdb(int sig);
/* In the child of a fork(), whose only task is `ts`. */
void gdb_forked(TaskState *ts);

#endif
