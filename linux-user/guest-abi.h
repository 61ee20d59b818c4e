/* Structures and numbers of the x86_64 system call interface that the host's may differ
 * from. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_GUEST_ABI_H
#define LINUX_USER_GUEST_ABI_H

#include "util/common.h"

/*
 * x86_64, aarch64 and riscv64 share nearly all of the interface: 64-bit little-endian,
 * the same generic structures. Here is what differs, and what C libraries hide.
 */

typedef struct GuestStat {
    uint64_t st_dev, st_ino, st_nlink;
    uint32_t st_mode, st_uid, st_gid, pad;
    uint64_t st_rdev;
    int64_t st_size, st_blksize, st_blocks;
    uint64_t atime_sec, atime_nsec, mtime_sec, mtime_nsec, ctime_sec, ctime_nsec;
    uint64_t unused[3];
} GuestStat;
static_assert(sizeof(GuestStat) == 144, "struct stat of x86_64");

typedef struct GuestEpollEvent {
    uint32_t events;
    uint64_t data;
} __attribute__((packed)) GuestEpollEvent;

typedef struct GuestInt {
    int32_t value;
} GuestInt;

typedef struct GuestLong {
    int64_t value;
} GuestLong;

typedef struct GuestFdPair {
    int32_t fd0, fd1;
} GuestFdPair;

typedef struct GuestFdSet {
    uint64_t word[1024 / 64];
} GuestFdSet;

typedef struct GuestCapHeader {
    uint32_t version;
    int32_t pid;
} GuestCapHeader;

typedef struct GuestCapData {
    uint32_t word[6];
} GuestCapData;

typedef struct GuestMqAttr {
    int64_t flags, maxmsg, msgsize, curmsgs, reserved[4];
} GuestMqAttr;

typedef struct GuestOpenHow {
    uint64_t flags, mode, resolve;
} GuestOpenHow;

typedef struct GuestSemidDs {
    uint8_t perm[48]; /* struct ipc64_perm */
    uint64_t otime, unused1, ctime, unused2, nsems, unused3, unused4;
} GuestSemidDs;
static_assert(sizeof(GuestSemidDs) == 104, "struct semid64_ds of x86_64");

/* Flags of open() that have other numbers on some hosts. */
#define GUEST_O_DIRECT    040000
#define GUEST_O_LARGEFILE 0100000
#define GUEST_O_DIRECTORY 0200000
#define GUEST_O_NOFOLLOW  0400000

/* Conversions: the identity where host and guest agree. */
uint64_t open_flags_to_host(uint64_t guest);
uint64_t open_flags_to_guest(uint64_t host);

/* Whether the host has the guest's layout of struct stat and struct epoll_event. */
#define SAME_STAT  (sizeof(struct stat) == sizeof(GuestStat))
#define SAME_EPOLL (sizeof(struct epoll_event) == sizeof(GuestEpollEvent))

struct stat;
GuestStat stat_to_guest(const struct stat *st);

#endif
