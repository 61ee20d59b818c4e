/* File descriptors of our own, which the guest neither sees nor closes. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linux-user/syscall.h"
#include "util/atomic.h"

/*
 * They are few and lie high: below 1,024, so that the kernel's table stays small. Made
 * before the guest starts, or by one thread at a time; readers see a number or none.
 */
enum { HIGHEST = 1024, SLOTS = 16 };

static int ours[SLOTS];
static unsigned nr_ours;
uint32_t host_fd_lowest = UINT32_MAX;

int host_fd_reserve(int fd)
{
    struct rlimit lim;
    unsigned n = atomic_read(&nr_ours);

    if (n == SLOTS) {
        return -EMFILE;
    }
    if (getrlimit(RLIMIT_NOFILE, &lim) < 0) {
        return -errno;
    }
    int low = (int)MIN(lim.rlim_cur, HIGHEST) - SLOTS;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, MAX(low, 3));

    if (high < 0) {
        return -errno;
    }
    close(fd);
    ours[n] = high;
    atomic_set(&host_fd_lowest, MIN(host_fd_lowest, (uint32_t)high));
    atomic_store_release(&nr_ours, n + 1);
    return high;
}

bool host_fd_is_ours(uint64_t fd)
{
    unsigned n = atomic_load_acquire(&nr_ours);

    for (unsigned i = 0; i < n; i++) {
        if (ours[i] == (int)fd) {
            return true;
        }
    }
    return false;
}

uint32_t host_fd_next(uint32_t first)
{
    unsigned n = atomic_load_acquire(&nr_ours);
    uint32_t next = UINT32_MAX;

    for (unsigned i = 0; i < n; i++) {
        if ((uint32_t)ours[i] >= first) {
            next = MIN(next, (uint32_t)ours[i]);
        }
    }
    return next;
}
