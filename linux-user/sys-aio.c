/* The kernel's own asynchronous I/O: io_setup() and its family. */
/* SPDX-License-Identifier: MIT */
/*
 * The kernel reads and writes the guest's memory by itself, so all that is to be done is
 * to say so beforehand: io_submit() looks at what is asked for. The ring of a context is
 * mapped by the kernel where it likes, and the C library reads it: it is the guest's.
 *
 * A page from which code is translated after io_submit(), and before the kernel writes
 * there, is read-only to the kernel: the read gives EFAULT.
 */
#include <errno.h>
#include <limits.h>
#include <linux/aio_abi.h>
#include <sys/uio.h>

#include "accel/tcg/user.h"
#include "linux-user/host-nr.h"
#include "linux-user/signals.h"
#include "linux-user/syscall.h"
#include "util/bitops.h"
#include "util/host.h"

static_assert(GUEST_BASE == 0, "addresses in struct iocb are passed on");

/* The head of a ring, which is where the number of its context says. */
typedef struct RingHead {
    uint32_t id, nr, head, tail, magic, compat, incompat, header_length;
} RingHead;

enum { RING_MAGIC = (int)0xa10a10a1 };

/* How large the ring is; 0: there is none. */
static uint64_t ring_size(uint64_t ctx)
{
    RingHead r;

    if (get_guest(r, ctx) || r.magic != (uint32_t)RING_MAGIC) {
        return 0;
    }
    return ROUND_UP(r.header_length + r.nr * sizeof(struct io_event),
                    (uint64_t)host_page_size());
}

static void note_ring(uint64_t ctx, uint64_t size, bool is_there)
{
    if (!size || !guest_range_ok(ctx, size)) {
        return;
    }
    user_map_lock();
    if (is_there) {
        user_map_set(ctx, ctx + size - 1, USER_READ | USER_WRITE | USER_SHARED);
    } else {
        user_map_clear(ctx, ctx + size - 1);
    }
    user_map_unlock();
}

int64_t sys_io_setup(TaskState *ts, const uint64_t args[6])
{
    uint64_t ctx;

    guest_will_be_written(args[1], sizeof ctx);
    int64_t r = HOST_CALL(io_setup, args[0], host_ptr(g2h(args[1])));
    if (r == 0 && !get_guest(ctx, args[1])) {
        note_ring(ctx, ring_size(ctx), true);
    }
    return r;
}

/* The place may be somebody else's as soon as the kernel has given it back. */
int64_t sys_io_destroy(TaskState *ts, const uint64_t args[6])
{
    uint64_t size = ring_size(args[0]);

    note_ring(args[0], size, false);
    int64_t r = WAIT_CALL(ts, io_destroy, args[0]);
    if (r < 0) {
        note_ring(args[0], size, true);
    }
    return r;
}

static void buffers_will_be_written(const struct iocb *cb)
{
    struct iovec v;

    if (cb->aio_lio_opcode == IOCB_CMD_PREAD) {
        guest_will_be_written(cb->aio_buf, cb->aio_nbytes);
    }
    if (cb->aio_lio_opcode != IOCB_CMD_PREADV) {
        return;
    }
    for (uint64_t i = 0; i < MIN(cb->aio_nbytes, IOV_MAX); i++) {
        if (get_guest(v, cb->aio_buf + i * sizeof v)) {
            return;
        }
        guest_will_be_written(h2g(v.iov_base), v.iov_len);
    }
}

static bool is_about_ours(const struct iocb *cb)
{
    return host_fd_is_ours(cb->aio_fildes) ||
           (cb->aio_flags & IOCB_FLAG_RESFD && host_fd_is_ours(cb->aio_resfd));
}

/* The result is how many were begun: the first that is wrong ends the list. */
int64_t sys_io_submit(TaskState *ts, const uint64_t args[6])
{
    int64_t n = args[1];
    uint64_t at;
    struct iocb cb;

    for (int64_t i = 0; i < n; i++) {
        if (get_guest(at, args[2] + i * sizeof at) || get_guest(cb, at)) {
            break; /* the kernel finds that, too */
        }
        if (is_about_ours(&cb)) {
            n = i;
            break;
        }
        buffers_will_be_written(&cb);
    }
    if (n == 0 && args[1]) {
        return -EBADF;
    }
    return WAIT_CALL(ts, io_submit, args[0], n, args[2]);
}

int64_t sys_io_pgetevents(TaskState *ts, const uint64_t args[6])
{
    uint64_t host, pair[2], mask;
    int err = get_mask_pair(ts, args[5], &host, pair, &mask);

    if (err) {
        return err;
    }
    guest_will_be_written(args[3], MIN(args[2], INT_MAX) * sizeof(struct io_event));
    return WAIT_CALL(ts, io_pgetevents, args[0], args[1], args[2], args[3], args[4],
                     mask);
}
