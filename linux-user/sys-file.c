/* System calls on files and descriptors that do not simply pass through. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-user/guest-abi.h"
#include "linux-user/host-nr.h"
#include "linux-user/syscall.h"
#include "util/options.h"

/* ---- names ---- */

/* Reads the name at `addr`; a descriptor of the guest's view of /proc, or NOT_OURS. */
static int64_t open_own_proc(int dirfd, uint64_t addr, uint64_t flags)
{
    char path[PATH_MAX];

    return addr && copy_string_from_guest(path, addr, sizeof path) > 0
               ? proc_self_open(dirfd, path, flags)
               : NOT_OURS;
}

int64_t sys_openat(TaskState *ts, const uint64_t args[6])
{
    int64_t fd = open_own_proc(args[0], args[1], args[2]);

    if (fd != NOT_OURS) {
        return fd;
    }
    g_autofree char *other = path_redirect_guest(args[1], !(args[2] & GUEST_O_NOFOLLOW));
    return WAIT_CALL(ts, openat, args[0],
                     other ? host_ptr(other) : host_ptr(g2h(args[1])),
                     open_flags_to_host(args[2]), args[3]);
}

int64_t sys_openat2(TaskState *ts, const uint64_t args[6])
{
    GuestOpenHow how;

    /* Sizes of later kernels are the kernel's to judge. */
    if (args[3] < sizeof how || get_guest(how, args[2])) {
        return WAIT_CALL(ts, openat2, args[0], host_ptr(g2h(args[1])), args[2], args[3]);
    }
    int64_t fd = how.resolve ? NOT_OURS : open_own_proc(args[0], args[1], how.flags);
    if (fd != NOT_OURS) {
        return fd;
    }
    uint64_t size = args[3];
    g_autofree char *other =
        how.resolve ? NULL
                    : path_redirect_guest(args[1], !(how.flags & GUEST_O_NOFOLLOW));
    uint64_t path = other ? host_ptr(other) : host_ptr(g2h(args[1]));
    uint64_t flags = open_flags_to_host(how.flags);
    if (flags == how.flags) {
        return WAIT_CALL(ts, openat2, args[0], path, host_ptr(g2h(args[2])), size);
    }
    how.flags = flags;
    return WAIT_CALL(ts, openat2, args[0], path, host_ptr(&how), sizeof how);
}

int64_t sys_readlinkat(TaskState *ts, const uint64_t args[6])
{
    char path[PATH_MAX];
    const char *own = NULL;
    int64_t size = (int32_t)args[3];

    if (args[1] && copy_string_from_guest(path, args[1], sizeof path) > 0) {
        if (g_str_has_suffix(path, "exe")) {
            path_resolve_proc(args[0], path);
        }
        own = path_own_proc(path);
    }
    if (own && strcmp(own, "exe") == 0 && size > 0) {
        size_t n = MIN((size_t)size, strlen(user_program.exe_path));
        return copy_to_guest(args[2], user_program.exe_path, n) ? -EFAULT : (int64_t)n;
    }
    g_autofree char *other = path_redirect_guest(args[1], false);
    guest_will_be_written(args[2], MAX(size, 0));
    return HOST_CALL(readlinkat, args[0],
                     other ? host_ptr(other) : host_ptr(g2h(args[1])),
                     host_ptr(g2h(args[2])), args[3]);
}

/* ---- directories ---- */

/*
 * The old form of an entry has its type in the last byte instead of before the name, and
 * is of the same length: ino, off (8 bytes each), reclen (2), then type and name, or
 * name.
 */
enum { DIRENT_RECLEN = 16, DIRENT_TYPE = 18, DIRENT_NAME = 19 };

static bool dirents_to_old(uint8_t *buf, size_t n)
{
    uint16_t len;

    for (size_t at = 0; at < n; at += len) {
        memcpy(&len, buf + at + DIRENT_RECLEN, sizeof len);
        uint8_t type = buf[at + DIRENT_TYPE];
        memmove(buf + at + DIRENT_TYPE, buf + at + DIRENT_NAME, len - DIRENT_NAME);
        buf[at + len - 1] = type;
    }
    return true;
}

/* The directory is one of our descriptors, by any of its names. */
static bool lists_descriptors(int fd)
{
    char link[32], path[PATH_MAX];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);

    if (n < 0) {
        return false;
    }
    path[n] = 0;
    const char *own = path_own_proc(path);

    return own && (strcmp(own, "fd") == 0 || strcmp(own, "fdinfo") == 0);
}

/* Takes out the entries that are numbers of ours; returns what is left of the n bytes. */
static size_t without_ours(uint8_t *buf, size_t n)
{
    uint16_t len;
    size_t kept = 0;

    for (size_t at = 0; at < n; at += len) {
        uint64_t fd;

        memcpy(&len, buf + at + DIRENT_RECLEN, sizeof len);
        if (!parse_u64((char *)buf + at + DIRENT_NAME, &fd) || !host_fd_is_ours(fd)) {
            memmove(buf + kept, buf + at, len);
            kept += len;
        }
    }
    return kept;
}

/* getdents64() into memory of ours, without descriptors of ours. */
static int64_t read_directory(uint64_t fd, uint8_t *buf, size_t size)
{
    bool hide = lists_descriptors(fd);
    int64_t n, kept;

    do {
        kept = n = HOST_CALL(getdents64, fd, host_ptr(buf), size);
        if (hide && n > 0) {
            kept = without_ours(buf, n);
        }
    } while (n > 0 && kept == 0);
    return kept;
}

enum { MAX_DIRENTS = 1 << 16 };

int64_t sys_getdents64(TaskState *ts, const uint64_t args[6])
{
    uint32_t size = args[2];

    if (host_fd_next(0) == UINT32_MAX) { /* there are none */
        guest_will_be_written(args[1], size);
        return HOST_CALL(getdents64, args[0], host_ptr(g2h(args[1])), size);
    }
    size = MIN(size, MAX_DIRENTS);
    g_autofree uint8_t *buf = g_malloc(size);
    int64_t n = read_directory(args[0], buf, size);

    return n > 0 && copy_to_guest(args[1], buf, n) ? -EFAULT : n;
}

int64_t sys_getdents(TaskState *ts, const uint64_t args[6])
{
    uint32_t size = MIN((uint32_t)args[2], MAX_DIRENTS);
    g_autofree uint8_t *buf = g_malloc(size);
    int64_t n = read_directory(args[0], buf, size);

    if (n > 0) {
        dirents_to_old(buf, n);
        return copy_to_guest(args[1], buf, n) ? -EFAULT : n;
    }
    return n;
}

/* ---- descriptors ---- */

int64_t sys_dup2(TaskState *ts, const uint64_t args[6])
{
    if ((uint32_t)args[0] == (uint32_t)args[1]) {
        int64_t r = HOST_CALL(fcntl, args[0], F_GETFD);
        return r < 0 ? r : (int32_t)args[0];
    }
    return HOST_CALL(dup3, args[0], args[1], 0);
}

int64_t sys_dup3(TaskState *ts, const uint64_t args[6])
{
    return HOST_CALL(dup3, args[0], args[1], args[2]);
}

/* The range without those of ours. */
int64_t sys_close_range(TaskState *ts, const uint64_t args[6])
{
    uint32_t first = args[0], last = args[1], hole = host_fd_next(first);
    int64_t ret = 0;

    while (hole <= last && hole != UINT32_MAX && ret == 0) {
        if (hole > first) {
            ret = HOST_CALL(close_range, first, hole - 1, args[2]);
        }
        first = hole + 1;
        hole = host_fd_next(first);
    }
    if (ret < 0 || (first > last && first != (uint32_t)args[0])) {
        return ret;
    }
    return HOST_CALL(close_range, first, last, args[2]);
}

/* What the argument of fcntl() is; the rest are numbers. */
static const struct {
    int cmd;
    bool sleeps;
    uint8_t out; /* bytes that the kernel writes */
} fcntls[] = {
    {F_GETLK,            false, sizeof(struct flock)},
    {F_OFD_GETLK,        false, sizeof(struct flock)},
    {F_SETLKW,           true,  0                   },
    {F_OFD_SETLKW,       true,  0                   },
    {F_GETOWN_EX,        false, 8                   },
    {F_GET_RW_HINT,      false, 8                   },
    {F_GET_FILE_RW_HINT, false, 8                   },
};

static int64_t fcntl_pass(TaskState *ts, const uint64_t args[6])
{
    for (size_t i = 0; i < ARRAY_SIZE(fcntls); i++) {
        if (fcntls[i].cmd == (int)args[1]) {
            guest_will_be_written(args[2], fcntls[i].out);
            return fcntls[i].sleeps ? WAIT_CALL(ts, fcntl, args[0], args[1], args[2])
                                    : HOST_CALL(fcntl, args[0], args[1], args[2]);
        }
    }
    return HOST_CALL(fcntl, args[0], args[1], args[2]);
}

int64_t sys_fcntl(TaskState *ts, const uint64_t args[6])
{
    int64_t r;

    switch ((int)args[1]) {
    case F_GETFL:
        r = HOST_CALL(fcntl, args[0], F_GETFL);
        return r < 0 ? r : (int64_t)open_flags_to_guest(r);
    case F_SETFL:
        return HOST_CALL(fcntl, args[0], F_SETFL, open_flags_to_host(args[2]));
    default:
        return fcntl_pass(ts, args);
    }
}

/* ---- waiting for descriptors ---- */

/*
 * The kernel's mask for a call that has one for its time: *host and true, or false with
 * what the call is to fail with. No mask (addr 0) gives *mask = NULL.
 */
static int get_suspend_mask(TaskState *ts, uint64_t addr, uint64_t size, uint64_t *host,
                            uint64_t **mask)
{
    uint64_t guest;

    *mask = NULL;
    if (!addr) {
        return 0;
    }
    if (size != sizeof guest) {
        return -EINVAL;
    }
    if (get_guest(guest, addr)) {
        return -EFAULT;
    }
    *host = task_suspend_mask(ts, guest);
    *mask = host;
    return 0;
}

int64_t sys_ppoll(TaskState *ts, const uint64_t args[6])
{
    uint64_t host, *mask;
    int err = get_suspend_mask(ts, args[3], args[4], &host, &mask);

    if (err) {
        return err;
    }
    guest_will_be_written(args[0], (uint64_t)(uint32_t)args[1] * sizeof(struct pollfd));
    guest_will_be_written(args[2], sizeof(struct timespec));
    return WAIT_CALL(ts, ppoll, args[0], args[1], args[2], host_ptr(mask), sizeof host);
}

int64_t sys_poll(TaskState *ts, const uint64_t args[6])
{
    int ms = args[2];
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};

    guest_will_be_written(args[0], (uint64_t)(uint32_t)args[1] * sizeof(struct pollfd));
    return WAIT_CALL(ts, ppoll, args[0], args[1], ms < 0 ? 0 : host_ptr(&time), 0, 0);
}

int get_mask_pair(TaskState *ts, uint64_t addr, uint64_t *host, uint64_t pair[2],
                  uint64_t *arg)
{
    uint64_t *mask = NULL;

    pair[0] = pair[1] = 0;
    if (addr && copy_from_guest(pair, addr, 2 * sizeof pair[0])) {
        return -EFAULT;
    }
    int err = get_suspend_mask(ts, pair[0], pair[1], host, &mask);

    pair[0] = host_ptr(mask);
    *arg = mask ? host_ptr(pair) : 0;
    return err;
}

static void fdsets_will_be_written(const uint64_t args[6])
{
    uint64_t bytes = (MIN((uint32_t)args[0], 1u << 20) + 63) / 64 * 8;

    for (int i = 1; i <= 3; i++) {
        guest_will_be_written(args[i], bytes);
    }
}

int64_t sys_pselect6(TaskState *ts, const uint64_t args[6])
{
    uint64_t host, pair[2], mask;
    int err = get_mask_pair(ts, args[5], &host, pair, &mask);

    if (err) {
        return err;
    }
    fdsets_will_be_written(args);
    guest_will_be_written(args[4], sizeof(struct timespec));
    return WAIT_CALL(ts, pselect6, args[0], args[1], args[2], args[3], args[4], mask);
}

/* As select() does it: microseconds beyond a second carry; what is left is written back.
 */
int64_t sys_select(TaskState *ts, const uint64_t args[6])
{
    struct timeval tv;
    struct timespec left;

    fdsets_will_be_written(args);
    if (!args[4]) {
        return WAIT_CALL(ts, pselect6, args[0], args[1], args[2], args[3], 0, 0);
    }
    if (get_guest(tv, args[4])) {
        return -EFAULT;
    }
    left.tv_sec = tv.tv_sec + tv.tv_usec / 1000000;
    left.tv_nsec = tv.tv_usec % 1000000 * 1000;
    int64_t ret =
        WAIT_CALL(ts, pselect6, args[0], args[1], args[2], args[3], host_ptr(&left), 0);
    if (ret != -EINVAL) {
        tv = (struct timeval){left.tv_sec, left.tv_nsec / 1000};
        put_guest(args[4], tv);
    }
    return ret;
}

/* ---- epoll: the guest's events are packed, on other hosts they are not ---- */

int64_t sys_epoll_create(TaskState *ts, const uint64_t args[6])
{
    return (int32_t)args[0] <= 0 ? -EINVAL : HOST_CALL(epoll_create1, 0);
}

int64_t sys_epoll_ctl(TaskState *ts, const uint64_t args[6])
{
    GuestEpollEvent guest;
    struct epoll_event event;

    if (SAME_EPOLL || args[1] == EPOLL_CTL_DEL || get_guest(guest, args[3])) {
        return HOST_CALL(epoll_ctl, args[0], args[1], args[2], args[3]);
    }
    event.events = guest.events;
    event.data.u64 = guest.data;
    return HOST_CALL(epoll_ctl, args[0], args[1], args[2], host_ptr(&event));
}

/* The host's call `nr` with the timeout that is its own; args as of epoll_pwait(). */
static int64_t epoll_wait_nr(TaskState *ts, long nr, const uint64_t args[6])
{
    uint64_t host, *mask, n = (uint32_t)args[2];
    int err = get_suspend_mask(ts, args[4], args[5], &host, &mask);

    if (err) {
        return err;
    }
    uint64_t hargs[6] = {args[0], args[1], args[2], args[3], host_ptr(mask), sizeof host};
    guest_will_be_written(args[1], MIN(n, 1 << 20) * sizeof(GuestEpollEvent));
    if (SAME_EPOLL || n == 0 || n > INT_MAX / sizeof(struct epoll_event)) {
        return safe_syscall(ts, nr, hargs);
    }
    g_autofree struct epoll_event *events = g_new(struct epoll_event, n);
    hargs[1] = host_ptr(events);
    int64_t ret = safe_syscall(ts, nr, hargs);
    for (int64_t i = 0; i < ret; i++) {
        GuestEpollEvent e = {events[i].events, events[i].data.u64};
        if (put_guest(args[1] + i * sizeof e, e)) {
            return -EFAULT;
        }
    }
    return ret;
}

int64_t sys_epoll_pwait(TaskState *ts, const uint64_t args[6])
{
    return epoll_wait_nr(ts, HOST_NR_epoll_pwait, args);
}

int64_t sys_epoll_pwait2(TaskState *ts, const uint64_t args[6])
{
    return epoll_wait_nr(ts, HOST_NR_epoll_pwait2, args);
}
