/* What is known of each system call that generated code comes to. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_SYSCALL_SHORT_H
#define LINUX_USER_SYSCALL_SHORT_H

#include "linux-user/syscall.h"
#include "tcg/guest-desc.h"
#include "util/atomic.h"

typedef enum RowKind {
    ROW_UNKNOWN,
    ROW_LEFT,    /* is for task_run() */
    ROW_CODE,    /* is for syscall_in_code() */
    ROW_AT_ONCE, /* has no arguments, and does not sleep */
    ROW_SHORT,   /* has arguments that can be given as they are, after a look at some */
    ROW_LEAF,    /* is what a function of ours does, which does not sleep */
} RowKind;

/* The rest is of ROW_AT_ONCE and ROW_SHORT. */
typedef struct SyscallShape {
    uint8_t kind;
    bool fd : 1; /* the first argument is a descriptor */
    /* The kernel writes to where argument `to` points, if `writes`: `bytes`, and if
     * `counted` as many more as argument `count` says. */
    bool writes : 1, counted : 1;
    bool usual : 1; /* as read() does: counted, arguments 1 and 2 */
    uint8_t to : 3, count : 3;
    uint8_t looks; /* of ROW_CODE: arguments that have to be looked at */
    uint16_t host_nr, bytes;
} SyscallShape;

/* Written once, the shape last and as a whole. */
typedef union SyscallRow {
    SyscallShape shape;
    uint64_t word;
} SyscallRow;
static_assert(sizeof(SyscallShape) == sizeof(uint64_t), "one load");

/* Made by syscall_in_code() when a number is first met. */
#define HIDDEN __attribute__((visibility("hidden")))
extern HIDDEN SyscallRow syscall_rows[GUEST_NR_END];
extern HIDDEN SyscallFn *syscall_leaves[GUEST_NR_END]; /* of ROW_LEAF */
#undef HIDDEN

static inline SyscallShape syscall_shape(uint64_t nr)
{
    SyscallRow row = {.word = atomic_load_acquire(&syscall_rows[nr].word)};

    return row.shape;
}

/* user_short_call (accel/tcg/user.h). */
ShortCall syscall_short;
/* The back end calls it, in front of syscall_in_code(). */
#ifdef __aarch64__
enum { host_tries_short_calls = true };
#else
enum { host_tries_short_calls = false };
#endif

#endif
