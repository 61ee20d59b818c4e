/* ioctl(): by the table ioctls.def, or by what a request says of itself. */
/* SPDX-License-Identifier: MIT */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <linux/types.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/if_tun.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/nsfs.h>
#include <linux/random.h>
#include <linux/sockios.h>
#include <linux/termios.h>
#include <linux/vt.h>

#include "linux-user/host-nr.h"
#include "linux-user/syscall.h"
#include "util/log.h"

typedef enum IoctlKind {
    KIND_VALUE,
    KIND_FDNUM,
    KIND_IN,
    KIND_OUT,
    KIND_INOUT,
} IoctlKind;

typedef struct IoctlDesc {
    uint32_t request;
    uint16_t bytes;
    IoctlKind kind;
    char name[20]; /* no pointer: see SyscallDesc */
} IoctlDesc;

static const IoctlDesc ioctls[] = {
#define IOCTL(name, kind, bytes) {(uint32_t)name, bytes, KIND_##kind, #name},
#include "linux-user/ioctls.def"
};

static const IoctlDesc *find_ioctl(uint32_t request)
{
    for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++) {
        if (ioctls[i].request == request) {
            return &ioctls[i];
        }
    }
    return NULL;
}

const char *ioctl_name(uint32_t request)
{
    const IoctlDesc *d = find_ioctl(request);

    return d ? d->name : NULL;
}

/*
 * A request made by _IOR() and the like says its direction and size: good for a structure
 * without pointers, and as guest addresses are addresses of ours, for others too.
 */
static int64_t ioctl_by_number(TaskState *ts, const uint64_t args[6])
{
    uint32_t request = args[1];

    if (_IOC_DIR(request) == _IOC_NONE && _IOC_TYPE(request) == 0) {
        log_unimp("ioctl 0x%x is not known", request);
        return -ENOTTY;
    }
    if (_IOC_DIR(request) & _IOC_READ) {
        guest_will_be_written(args[2], _IOC_SIZE(request));
    }
    return safe_syscall(ts, HOST_NR_ioctl, args);
}

int64_t sys_ioctl(TaskState *ts, const uint64_t args[6])
{
    const IoctlDesc *d = find_ioctl(args[1]);

    if (!d) {
        return ioctl_by_number(ts, args);
    }
    if (d->kind == KIND_FDNUM && host_fd_is_ours(args[2])) {
        return -EBADF;
    }
    if (d->kind == KIND_OUT || d->kind == KIND_INOUT) {
        guest_will_be_written(args[2], d->bytes);
    }
    return safe_syscall(ts, HOST_NR_ioctl, args);
}
