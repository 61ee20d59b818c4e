/* Control calls of System V IPC, whose commands say what their argument is. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "linux-user/guest-abi.h"
#include "linux-user/host-nr.h"
#include "linux-user/syscall.h"

/*
 * The structures are the same on all 64-bit hosts but for struct semid64_ds, which has
 * two more words on x86_64. The argument may be a number or a pointer: both are passed
 * on.
 */

/* More than any of the structures, and all of it on the page or two that the guest gave.
 */
enum { CTL_OUT_BYTES = 128 };

/* Bits of `cmd` that old programs set to ask for what is the only form now. */
enum { OLD_IPC_64 = 0x100 };

static bool ctl_writes(uint64_t cmd)
{
    switch (cmd & ~(uint64_t)OLD_IPC_64) {
    case IPC_STAT:
    case IPC_INFO:
    case MSG_STAT:
    case MSG_INFO:
    case SHM_STAT:
    case SHM_INFO:
        return true;
    }
    return false;
}

int64_t sys_shmctl(TaskState *ts, const uint64_t args[6])
{
    if (ctl_writes(args[1])) {
        guest_will_be_written(args[2], CTL_OUT_BYTES);
    }
    return host_syscall(HOST_NR_shmctl, args);
}

int64_t sys_msgctl(TaskState *ts, const uint64_t args[6])
{
    if (ctl_writes(args[1])) {
        guest_will_be_written(args[2], CTL_OUT_BYTES);
    }
    return host_syscall(HOST_NR_msgctl, args);
}

/* The host's structure (the kernel's, not the C library's) where it has no spare words.
 */
typedef struct GenericSemidDs {
    uint8_t perm[48];
    uint64_t otime, ctime, nsems, unused1, unused2;
} GenericSemidDs;

#define SAME_SEMID (sizeof(struct semid_ds) == sizeof(GuestSemidDs))

static int64_t semctl_stat(const uint64_t args[6])
{
    GenericSemidDs host = {.nsems = 0};
    int64_t ret = HOST_CALL(semctl, args[0], args[1], args[2], host_ptr(&host));

    if (ret >= 0) {
        GuestSemidDs guest = {
            .otime = host.otime, .ctime = host.ctime, .nsems = host.nsems};
        memcpy(guest.perm, host.perm, sizeof guest.perm);
        ret = put_guest(args[3], guest) ? -EFAULT : ret;
    }
    return ret;
}

static int64_t semctl_set(const uint64_t args[6])
{
    GuestSemidDs guest;
    GenericSemidDs host = {.nsems = 0};

    if (get_guest(guest, args[3])) {
        return -EFAULT;
    }
    memcpy(host.perm, guest.perm, sizeof host.perm);
    return HOST_CALL(semctl, args[0], args[1], args[2], host_ptr(&host));
}

int64_t sys_semctl(TaskState *ts, const uint64_t args[6])
{
    switch (args[2] & ~(uint64_t)OLD_IPC_64) {
    case IPC_STAT:
    case SEM_STAT:
        if (!SAME_SEMID) {
            return semctl_stat(args);
        }
        break;
    case IPC_SET:
        if (!SAME_SEMID) {
            return semctl_set(args);
        }
        break;
    case GETALL:
        guest_will_be_written(args[3], sizeof(uint16_t) * 32000); /* SEMMSL at most */
        break;
    }
    if (ctl_writes(args[2])) {
        guest_will_be_written(args[3], CTL_OUT_BYTES);
    }
    return host_syscall(HOST_NR_semctl, args);
}
