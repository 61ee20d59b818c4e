/* Conversions between the host's system call interface and that of x86_64. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/guest-abi.h"

#include <fcntl.h>
#include <sys/stat.h>

/*
 * On an x86_64 host both columns are the same and the loops change nothing. A 64-bit
 * kernel adds O_LARGEFILE by itself, and C libraries hide its number behind a 0; it is
 * shown in F_GETFL.
 */
#ifdef __aarch64__
#define HOST_O_LARGEFILE 0400000
#else
#define HOST_O_LARGEFILE GUEST_O_LARGEFILE
#endif

static const struct {
    uint32_t guest, host;
} open_flags[] = {
    {GUEST_O_DIRECT,    O_DIRECT        },
    {GUEST_O_LARGEFILE, HOST_O_LARGEFILE},
    {GUEST_O_DIRECTORY, O_DIRECTORY     },
    {GUEST_O_NOFOLLOW,  O_NOFOLLOW      },
};

uint64_t open_flags_to_host(uint64_t guest)
{
    uint64_t host = guest;

    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++) {
        host &= ~(uint64_t)open_flags[i].guest;
    }
    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++) {
        host |= guest & open_flags[i].guest ? open_flags[i].host : 0;
    }
    return host;
}

uint64_t open_flags_to_guest(uint64_t host)
{
    uint64_t guest = host;

    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++) {
        guest &= ~(uint64_t)open_flags[i].host;
    }
    for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++) {
        guest |= host & open_flags[i].host ? open_flags[i].guest : 0;
    }
    return guest;
}

GuestStat stat_to_guest(const struct stat *st)
{
    return (GuestStat){
        .st_dev = st->st_dev,
        .st_ino = st->st_ino,
        .st_nlink = st->st_nlink,
        .st_mode = st->st_mode,
        .st_uid = st->st_uid,
        .st_gid = st->st_gid,
        .st_rdev = st->st_rdev,
        .st_size = st->st_size,
        .st_blksize = st->st_blksize,
        .st_blocks = st->st_blocks,
        .atime_sec = st->st_atim.tv_sec,
        .atime_nsec = st->st_atim.tv_nsec,
        .mtime_sec = st->st_mtim.tv_sec,
        .mtime_nsec = st->st_mtim.tv_nsec,
        .ctime_sec = st->st_ctim.tv_sec,
        .ctime_nsec = st->st_ctim.tv_nsec,
    };
}
