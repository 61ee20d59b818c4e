/* The ends of threads and of the process. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_CLONE_H
#define LINUX_USER_CLONE_H

#include "linux-user/task.h"

/* ts is the only thread of this process. */
void process_init(TaskState *ts);
/* The process ends: where others go on in its memory, they are told of its thread ts. */
void process_tell_exit(TaskState *ts);
/* The first thread has left its loop; others may go on. */
void first_task_exit(TaskState *ts) __attribute__((noreturn));
/* Ends all threads. */
void process_exit(int status) __attribute__((noreturn));

/*
 * rseq.c: a kernel has restartable sequences for us; the thread ends and its area may go;
 * first to last, inclusive, are about to.
 */
bool rseq_is_there(void);
void rseq_end(TaskState *ts);
void rseq_before_unmap(TaskState *ts, uint64_t first, uint64_t last);

/* robust.c: the locks of a thread that ends, and that its process outlives. */
void robust_list_release(TaskState *ts);

#endif
