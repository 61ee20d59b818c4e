/* What is known of each system call that generated code comes to. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_SYSCALL_SHORT_H
#define LINUX_USER_SYSCALL_SHORT_H

#include "linux-user/syscall.h"

typedef enum RowKind {
    ROW_UNKNOWN,
    ROW_LEFT,    /* is for task_run() */
    ROW_CODE,    /* is for syscall_in_code() */
    ROW_AT_ONCE, /* has no arguments, and does not sleep */
    ROW_SHORT,   /* has arguments that can be given as they are, after a look at some */
} RowKind;

/* The rest is of ROW_AT_ONCE and ROW_SHORT. */
typedef struct SyscallRow {
    uint8_t kind;
    bool fd : 1; /* the first argument is a descriptor */
    /* The kernel writes to what register `to` points to, if `writes`: `bytes`, and if
     * `counted` as many more as register `count` says. */
    bool writes : 1, counted : 1;
    uint8_t to : 4, count : 4;
    uint8_t looks; /* of ROW_CODE: arguments that have to be looked at */
    uint16_t host_nr, bytes;
} SyscallRow;
static_assert(sizeof(SyscallRow) == 8, "a shift away");

/* Made by syscall_in_code() when a number is first met. */
extern __attribute__((visibility("hidden"))) SyscallRow syscall_rows[GUEST_NR_END];

/* user_short_call (accel/tcg/user.h). */
uint64_t syscall_short(void *env, uint64_t next);

#endif
