/* What the ways to make a thread or a process share. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_CLONE_INTERNAL_H
#define LINUX_USER_CLONE_INTERNAL_H

#include "linux-user/clone.h"

enum { HOST_STACK = 512 << 10 };

/* Of clone() and clone3(); flags without the signal, stack: its end. */
typedef struct CloneArgs {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, tls;
} CloneArgs;

/* A task with the registers, mask and signal table of ts. NULL: there is no memory. */
TaskState *copy_task(const TaskState *ts);
void drop_task(TaskState *ts);
/* A detached thread with a stack of HOST_STACK bytes. */
bool start_host_thread(void *(*fn)(void *), void *arg);

/* Makes registers and tid a child's, and drops what a process does not inherit. By the
 * child itself. */
void in_child(TaskState *ts, const CloneArgs *a);
/* The end of a thread, as the kernel tells it to those who wait. */
void tell_exit(TaskState *ts);

/* Not the one that a child made by clone-shared.c is in. */
bool process_is_own(const TaskState *ts);
/* A thread is gone. The last one frees what is not this process's own. */
void process_leave(GuestProcess *process);

/* --- clone-shared.c: CLONE_VM without CLONE_THREAD --- */

int64_t clone_vfork(TaskState *ts, const CloneArgs *a);
int64_t clone_shared(TaskState *ts, const CloneArgs *a);

#endif
