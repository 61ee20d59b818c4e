/* What a row of syscalls.def becomes, and what the files that serve system calls share.
 */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_SYSCALL_H
#define LINUX_USER_SYSCALL_H

#include "linux-user/task.h"

#include <limits.h>

#include "linux-user/guest-mem.h"

/* How an argument is treated and printed. */
typedef enum ArgKind {
    ARG_NONE,
    /* Numbers, which the kernel gets as they are. */
    ARG_INT,
    ARG_UINT,
    ARG_LONG,
    ARG_SIZE,
    ARG_HEX,
    ARG_OCT,
    ARG_SIG,
    ARG_REQUEST, /* of ioctl() */
    ARG_ENUM,    /* info: FlagSet */
    /* The rest is converted by arg_converters[] of syscall.c. */
    ARG_FLAGS, /* info: FlagSet */
    ARG_FD,
    ARG_DFD,
    ARG_ADDR,
    ARG_PATH,
    ARG_NAME,
    ARG_STR,
    ARG_BUF,       /* info: bytes, 0: the kernel knows */
    ARG_BUF_ARG,   /* ref: the argument with their number, info: bytes each */
    ARG_BUF_EXTRA, /* ref: the argument with their number, info: bytes besides */
    ARG_BUF_LEN,   /* ref: the argument that points to their number */
    ARG_STRUCT,    /* info: StructId */
    ARG_IOV,       /* ref: the argument with their number */
    ARG_MSG,
    ARG_MMSG, /* ref: the argument with their number */
    ARG_POLLFDS,
    ARG_SOCKADDR, /* ref: the argument with its size */
    NR_ARG_KINDS
} ArgKind;

enum { DIR_IN = 1, DIR_OUT = 2, DIR_INOUT = 3 };

typedef struct ArgDesc {
    uint8_t kind, dir, ref;
    uint16_t info;
} ArgDesc;

typedef enum SyscallHow {
    HOW_NONE,
    HOW_NOSYS,
    HOW_PASS,
    HOW_WAIT,
    HOW_OWN,
    HOW_LEAF,
    HOW_AS
} SyscallHow;

typedef struct SyscallDesc {
    /* No pointers: each process would have to relocate the table's pages first. */
    char name[24]; /* empty: a number without a call */
    int host_nr;   /* PASS and WAIT; -1: the host has none */
    SyscallHow how;
    bool result_hex;
    uint8_t nr_args;
    ArgDesc args[6];
} SyscallDesc;

/* What another call does in place of one that is HOW_AS. */
typedef struct SyscallAs {
    uint16_t nr, new_nr;
    struct {
        bool is_const;
        int value; /* the number, or which argument of the old one */
    } args[6];
} SyscallAs;

/* Numbers of calls for guests, GUEST_NR_NAME. */
enum {
#define SYS(nr, name, ...) GUEST_NR_##name = nr,
#include "linux-user/syscalls.def"
    GUEST_NR_END
};

/* The row of a number; NULL where there is none. */
const SyscallDesc *syscall_desc(uint64_t nr);
/* What serves a row of syscall_desc() that is HOW_OWN or HOW_LEAF; else NULL. */
SyscallFn *syscall_fn(const SyscallDesc *desc);
/* The replacement of a call that is HOW_AS. */
const SyscallAs *syscall_as(uint64_t nr);

/* Structures by name: structs.def. */
typedef enum StructId {
#define STRUCT(name, type) STRUCT_##name,
#include "linux-user/structs.def"
    NR_STRUCTS
} StructId;

/* Sets of named numbers: flags.def. */
typedef enum FlagSet {
#define FLAGSET(name) FLAGSET_##name,
#include "linux-user/flags.def"
    NR_FLAGSETS
} FlagSet;

/* Bytes of the structure on the guest's side. */
size_t struct_size(StructId id);

/*
 * Bytes behind a buffer argument (ARG_BUF to ARG_STRUCT), as far as they are known before
 * the call; 0 for a NULL pointer.
 */
uint64_t syscall_buf_size(const ArgDesc *d, const uint64_t args[6], unsigned i);

/* Each sys_NAME() of a row that says OWN or LEAF. */
#define DECLARE_OWN(name)  SyscallFn sys_##name;
#define DECLARE_LEAF(name) SyscallFn sys_##name;
#define DECLARE_PASS(name)
#define DECLARE_WAIT(name)
#define DECLARE_AS(name)
#define DECLARE_NOSYS(name)
#define DECLARE_NONE(name)
#define SYS(nr, name, how, ...) DECLARE_##how(name)
#include "linux-user/syscalls.def"

/* The host's call `nr` (-1: ENOSYS), which does not sleep; the result or -errno. */
int64_t host_syscall(long nr, const uint64_t args[6]);
#define HOST_CALL(name, ...) \
    host_syscall(HOST_NR_##name, (const uint64_t[6]){__VA_ARGS__})
/* The same for one that may sleep. */
#define WAIT_CALL(ts, name, ...) \
    safe_syscall(ts, HOST_NR_##name, (const uint64_t[6]){__VA_ARGS__})
/* A pointer of ours as an argument of these. */
static inline uint64_t host_ptr(const void *p)
{
    return (uintptr_t)p;
}

/* The same where the argument is the address of a pair, mask and size, or 0: *arg is what
 * the kernel is given, as long as *host and pair are there. */
int get_mask_pair(TaskState *ts, uint64_t addr, uint64_t *host, uint64_t pair[2],
                  uint64_t *arg);

/* Serves a call by its row, without a trace: what do_syscall() and HOW_AS do. */
int64_t syscall_by_row(TaskState *ts, const SyscallDesc *d, const uint64_t args[6]);

/* CPUState.syscall_in_code: makes the calls that are short and frequent. syscall-code.c
 */
int syscall_in_code(CPUState *cpu);

/*
 * File descriptors of our own, which the guest does not see: they lie above those that
 * programs use, and every FD argument is looked at. host_fd_reserve() moves `fd` there
 * and returns the new number, or -errno; `fd` is closed.
 */
int host_fd_reserve(int fd);
bool host_fd_is_ours(uint64_t fd);
/* No descriptor below is one of ours. */
extern __attribute__((visibility("hidden"))) uint32_t host_fd_lowest;
/* The lowest of ours that is not below `first`; UINT32_MAX: none. */
uint32_t host_fd_next(uint32_t first);

/*
 * PATH arguments: path.c. The name to use in place of `path`, in new memory; NULL: as it
 * is. `follow` says whether a symbolic link at its end is followed.
 */
char *path_redirect(const char *path, bool follow);
/* The same for a string of the guest; NULL too when it cannot be read. */
char *path_redirect_guest(uint64_t addr, bool follow);
/*
 * What of /proc/PID/ the path names if that is the guest's own process ("maps"), by any
 * of its names; or NULL.
 */
const char *path_own_proc(const char *path);
/* Makes a name in a directory of /proc, dirfd or AT_FDCWD, one from the root on. */
void path_resolve_proc(int dirfd, char path[PATH_MAX]);

/*
 * What the guest would read of itself there (/proc/self/maps ...), or of its processor
 * (/proc/cpuinfo), would show us or the host: proc-self.c makes a file with the guest's
 * view and returns its descriptor, or -errno; NOT_OURS when the file has to be opened as
 * it is. The path may be changed.
 */
#define NOT_OURS (-4096)
int64_t proc_self_open(int dirfd, char path[PATH_MAX], uint64_t flags);
/* Tells the kernel where arguments and environment of the loaded program are, so that
 * /proc/PID/cmdline is the guest's for everybody. */
void proc_self_publish(void);

/* -strace: strace.c. A line is begun before the call, and ended with the result. */
void strace_enter(uint64_t nr, const SyscallDesc *d, const uint64_t args[6]);
void strace_leave(uint64_t nr, const SyscallDesc *d, const uint64_t args[6], int64_t ret);
/* Its names of numbers: strace-names.c. Text is added to `s`. */
void print_flags(GString *s, FlagSet set, uint64_t value, bool one_of);
void print_struct(GString *s, StructId id, uint64_t addr);
/* The name of a request of ioctls.def, or NULL. */
const char *ioctl_name(uint32_t request);

#endif
