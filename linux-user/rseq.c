/* rseq(): the area that a thread has for restartable sequences. */
/* SPDX-License-Identifier: MIT */
/*
 * The guest's area is registered with the host's kernel, which keeps what stands in it
 * and finds fault with wrong arguments. A thread has but one, and libc may have taken
 * that for our own use, which is none: it is given back. What the kernel does to the area
 * when it disturbs a sequence: cpu/rseq.h.
 *
 * The sequences of ours inside the guest's have the signature of x86, and the kernel
 * takes one signature of a thread: an area with another one is refused.
 */
#include <errno.h>
#include <linux/rseq.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/clone.h"
#include "linux-user/guest-mem.h"
#include "linux-user/syscall.h"
#include "util/atomic.h"
#include "util/log.h"

/* Of our libc, if it has them: sys/rseq.h. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned __rseq_size __attribute__((weak));

static int64_t host_rseq(uint64_t area, uint32_t size, int flags)
{
    return syscall(SYS_rseq, area, size, flags, USER_RSEQ_SIGNATURE) < 0 ? -errno : 0;
}

bool rseq_is_there(void)
{
    return user_rseq_host && host_rseq(0, 0, -1) != -ENOSYS;
}

/* The size that libc has registered is 32, or, with more fields, what these take. */
static void give_back_own(void)
{
    enum { FIRST_SIZE = 32 };
    if (!&__rseq_size || !__rseq_size) {
        return;
    }
    uint64_t own = (uintptr_t)__builtin_thread_pointer() + __rseq_offset;

    if (host_rseq(own, FIRST_SIZE, RSEQ_FLAG_UNREGISTER) == -EINVAL &&
        __rseq_size > FIRST_SIZE &&
        host_rseq(own, __rseq_size, RSEQ_FLAG_UNREGISTER) == -EINVAL) {
        host_rseq(own, ROUND_UP(__rseq_size, FIRST_SIZE), RSEQ_FLAG_UNREGISTER);
    }
}

/* The kernel writes the area from now on, and must be allowed to. */
static int64_t add_area(TaskState *ts, const uint64_t args[6])
{
    if ((uint32_t)args[3] != USER_RSEQ_SIGNATURE) {
        log_unimp("rseq with signature %08x", (uint32_t)args[3]);
        return -ENOSYS;
    }
    give_back_own();
    atomic_set(&ts->cpu->rseq_area, args[0]);
    if (guest_range_ok(args[0], (uint32_t)args[1])) {
        guest_will_be_written(args[0], (uint32_t)args[1]);
    }
    int64_t r = host_rseq(args[0], args[1], 0);

    if (r < 0) {
        atomic_set(&ts->cpu->rseq_area, 0);
    }
    ts->rseq_size = args[1];
    return r;
}

int64_t sys_rseq(TaskState *ts, const uint64_t args[6])
{
    bool has_area = ts->cpu->rseq_area;

    if (!user_rseq_host) {
        return -ENOSYS;
    }
    if (!(int)args[2] && !has_area) {
        return add_area(ts, args);
    }
    int64_t r =
        syscall(SYS_rseq, args[0], (uint32_t)args[1], (int)args[2], (uint32_t)args[3]) < 0
            ? -errno
            : 0;
    if (r == 0) {
        atomic_set(&ts->cpu->rseq_area, 0);
    }
    return r;
}

void rseq_end(TaskState *ts)
{
    if (ts->cpu->rseq_area) {
        host_rseq(ts->cpu->rseq_area, ts->rseq_size, RSEQ_FLAG_UNREGISTER);
        ts->cpu->rseq_area = 0;
    }
}

/*
 * A thread that takes its own stack away and ends (the kernel ends one that it disturbs
 * between the two, which is a moment there and longer here).
 */
void rseq_before_unmap(TaskState *ts, uint64_t first, uint64_t last)
{
    uint64_t area = ts->cpu->rseq_area;

    if (area && area <= last && area + ts->rseq_size > first) {
        rseq_end(ts);
    }
}
