/* Robust lists: locks of a thread that ends are given up before anybody learns of it. */
/* SPDX-License-Identifier: MIT */
/*
 * The kernel walks the list when our thread ends. That is too late for threads: whoever
 * joins one is told before (tell_exit() in clone.c), and must find its locks free. So it
 * is done here, by the rules of Documentation/locking/robust-futex-ABI.rst, and the
 * kernel is told to forget the list. Where the process ends, or executes another program,
 * the list is the kernel's.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/clone.h"
#include "linux-user/guest-mem.h"

/* struct robust_list_head: the link of the first lock, how far a lock's word lies from
 * its link, and the link of a lock that is just being taken or left. */
typedef struct RobustHead {
    uint64_t next;
    int64_t offset;
    uint64_t pending;
} RobustHead;

/* Bit 0 of a link: the lock inherits priorities. */
enum { IS_PI = 1 };

static inline uint64_t link_addr(uint64_t link)
{
    return link & ~(uint64_t)IS_PI;
}

static void wake_one(uint64_t word_addr)
{
    syscall(SYS_futex, g2h(word_addr), FUTEX_WAKE, 1, NULL, NULL, 0);
}

/*
 * The word may have been left already, but nobody woken: then a pending one is. Who waits
 * for a lock that inherits priorities waits in the kernel, which hands it on when our
 * thread ends. False: it is no word that can be written.
 */
static bool release_lock(TaskState *ts, const RobustHead *head, uint64_t link,
                         bool pending)
{
    uint64_t addr = link_addr(link) + head->offset;
    bool pi = link & IS_PI;
    uint32_t word, seen;

    if (addr % sizeof word || get_guest(word, addr)) {
        return false;
    }
    if (pending && !pi && !(word & FUTEX_TID_MASK)) {
        wake_one(addr);
        return true;
    }
    while ((word & FUTEX_TID_MASK) == (uint32_t)ts->tid) {
        uint32_t dead = (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;

        if (cmpxchg_guest(addr, word, dead, &seen)) {
            return false;
        }
        if (seen == word) {
            if (!pi && word & FUTEX_WAITERS) {
                wake_one(addr);
            }
            break;
        }
        word = seen;
    }
    return true;
}

static void release_list(TaskState *ts, uint64_t start)
{
    enum { MOST = 2048 }; /* the kernel's limit: the list may be a ring */
    RobustHead head;
    uint64_t link, next = 0;

    if (get_guest(head, start)) {
        return;
    }
    link = head.next;
    for (int i = 0; i < MOST && link_addr(link) != start; i++) {
        /* the next one first: a lock that is free may be taken, and linked elsewhere */
        bool more = !get_guest(next, link_addr(link));

        if (link_addr(link) != link_addr(head.pending) &&
            !release_lock(ts, &head, link, false)) {
            return;
        }
        if (!more) {
            return;
        }
        link = next;
    }
    if (link_addr(head.pending)) {
        release_lock(ts, &head, head.pending, true);
    }
}

void robust_list_release(TaskState *ts)
{
    if (ts->robust_list) {
        release_list(ts, ts->robust_list);
        ts->robust_list = 0;
        syscall(SYS_set_robust_list, NULL, sizeof(RobustHead));
    }
}

/* The addresses are the same for the kernel. libc's own list, which nobody needs, is
 * replaced. */
int64_t sys_set_robust_list(TaskState *ts, const uint64_t args[6])
{
    if (syscall(SYS_set_robust_list, args[0], args[1]) < 0) {
        return -errno;
    }
    ts->robust_list = args[0];
    return 0;
}
