/* System calls on the process: prctl(), personality, futexes, keys. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <linux/membarrier.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "linux-user/clone.h"
#include "linux-user/host-nr.h"
#include "linux-user/syscall.h"
#include "util/atomic.h"
#include "util/log.h"

/* ---- who we are ---- */

int64_t sys_uname(TaskState *ts, const uint64_t args[6])
{
    struct utsname u;

    if (uname(&u) < 0) {
        return -errno;
    }
    g_strlcpy(u.machine, "x86_64", sizeof u.machine);
    if (user_program.uname_release) {
        g_strlcpy(u.release, user_program.uname_release, sizeof u.release);
    }
    return put_guest(args[0], u);
}

/*
 * The execution domain is the guest's business; of its flags only the one that programs
 * set before they execute themselves again goes to the kernel.
 */
int64_t sys_personality(TaskState *ts, const uint64_t args[6])
{
    static uint32_t guest;
    uint32_t host = personality(0xffffffff);
    uint32_t old = atomic_read(&guest) | (host & ADDR_NO_RANDOMIZE);

    if ((uint32_t)args[0] != 0xffffffff) {
        personality((host & ~(uint32_t)ADDR_NO_RANDOMIZE) |
                    (args[0] & ADDR_NO_RANDOMIZE));
        atomic_set(&guest, (uint32_t)args[0] & ~(uint32_t)ADDR_NO_RANDOMIZE);
    }
    return old;
}

/* Without rseq() as a kernel without: libraries take the offer of one as an offer of the
 * other. */
int64_t sys_membarrier(TaskState *ts, const uint64_t args[6])
{
    const int64_t rseq_commands = MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ |
                                  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ;

    bool hidden =
        (args[0] & rseq_commands || args[0] == MEMBARRIER_CMD_QUERY) && !rseq_is_there();

    if (args[0] & rseq_commands && hidden) {
        return -EINVAL;
    }
    int64_t r = HOST_CALL(membarrier, args[0], args[1], args[2]);
    return hidden && r > 0 ? r & ~rseq_commands : r;
}

/* ---- prctl() ---- */

/* What differs from passing the arguments on: refused with EINVAL, or memory written. */
static const struct {
    int option;
    bool refuse;
    uint8_t out; /* bytes written to where argument 1 points */
} prctls[] = {
  /* These would hit our own code and data. */
    {PR_SET_SECCOMP,               true,  0 },
    {PR_GET_SECCOMP,               true,  0 },
    {PR_SET_MM,                    true,  0 },
    {PR_SET_TSC,                   true,  0 },
    {PR_SET_SYSCALL_USER_DISPATCH, true,  0 },
    {PR_GET_NAME,                  false, 16},
    {PR_GET_PDEATHSIG,             false, 4 },
    {PR_GET_CHILD_SUBREAPER,       false, 4 },
    {PR_GET_TSC,                   false, 4 },
};

int64_t sys_prctl(TaskState *ts, const uint64_t args[6])
{
    if (args[0] == PR_GET_TID_ADDRESS) {
        return put_guest(args[1], ts->clear_child_tid);
    }
    for (size_t i = 0; i < ARRAY_SIZE(prctls); i++) {
        if (prctls[i].option != (int)args[0]) {
            continue;
        }
        if (prctls[i].refuse) {
            log_unimp("prctl(%d) is not offered", (int)args[0]);
            return -EINVAL;
        }
        guest_will_be_written(args[1], prctls[i].out);
    }
    return HOST_CALL(prctl, args[0], args[1], args[2], args[3], args[4]);
}

/* ---- memory protection keys: there are none, so only "no key" can be asked for ---- */

int64_t sys_pkey_mprotect(TaskState *ts, const uint64_t args[6])
{
    return (int32_t)args[3] == -1 ? sys_mprotect(ts, args) : -EINVAL;
}

/* ---- futexes ---- */

/*
 * Guest words are words of ours, so the kernel serves all operations itself. Those that
 * change a word may find it on a page with translated code.
 */
static uint64_t futex_written_word(const uint64_t args[6])
{
    switch (args[1] & FUTEX_CMD_MASK) {
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
    case FUTEX_TRYLOCK_PI:
    case FUTEX_UNLOCK_PI:
        return args[0];
    case FUTEX_WAKE_OP:
    case FUTEX_CMP_REQUEUE_PI:
    case FUTEX_WAIT_REQUEUE_PI:
        return args[4];
    default:
        return 0;
    }
}

int64_t sys_futex(TaskState *ts, const uint64_t args[6])
{
    uint64_t word = futex_written_word(args);

    if (word) {
        guest_will_be_written(word, sizeof(uint32_t));
    }
    return safe_syscall(ts, HOST_NR_futex, args);
}

/* ---- keys ---- */

int64_t sys_keyctl(TaskState *ts, const uint64_t args[6])
{
    switch (args[0]) {
    case KEYCTL_READ:
    case KEYCTL_DESCRIBE:
    case KEYCTL_GET_SECURITY:
    case KEYCTL_GET_PERSISTENT:
        guest_will_be_written(args[2], args[3]);
        break;
    case KEYCTL_CAPABILITIES:
        guest_will_be_written(args[1], args[2]);
        break;
    }
    return host_syscall(HOST_NR_keyctl, args);
}
