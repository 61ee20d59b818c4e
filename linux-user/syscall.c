/* System calls: from a number to the row that serves it, and the calls that pass through.
 */
/* SPDX-License-Identifier: MIT */
#include "linux-user/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "linux-user/guest-abi.h"
#include "linux-user/host-nr.h"
#include "util/log.h"

/*
 * A call that passes through has its arguments converted one by one, each by the function
 * of its type. Errors are the kernel's: when something cannot be read here, the argument
 * goes to the kernel as it came, and the kernel says what is wrong in its own order.
 * Memory that the kernel writes is announced first (guest_will_be_written()), because
 * pages with translated code are read-only for it.
 */

typedef struct Call {
    TaskState *ts;
    const SyscallDesc *desc;
    const uint64_t *args; /* the guest's */
    uint64_t host[6];     /* what the kernel gets */
    void *owned[8];       /* of g_malloc(), freed after the call */
    unsigned nr_owned;
} Call;

static void *call_own(Call *c, void *mem)
{
    assert(c->nr_owned < ARRAY_SIZE(c->owned));
    return c->owned[c->nr_owned++] = mem;
}

int64_t host_syscall(long nr, const uint64_t args[6])
{
    if (nr < 0) {
        return -ENOSYS;
    }
    long r = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
    return r == -1 ? -errno : r;
}

/* ---- before the call: 0 or -errno ---- */

static int conv_fd(Call *c, const ArgDesc *d, unsigned i)
{
    return host_fd_is_ours(c->args[i]) ? -EBADF : 0;
}

static int conv_flags(Call *c, const ArgDesc *d, unsigned i)
{
    if (d->info == FLAGSET_open) {
        c->host[i] = open_flags_to_host(c->args[i]);
    }
    return 0;
}

static int conv_pointer(Call *c, const ArgDesc *d, unsigned i)
{
    c->host[i] = c->args[i] ? host_ptr(g2h(c->args[i])) : 0;
    return 0;
}

/* Whether the call asks about a symbolic link itself. */
static bool is_nofollow(Call *c)
{
    for (unsigned i = 0; i < c->desc->nr_args; i++) {
        const ArgDesc *d = &c->desc->args[i];
        if (d->kind == ARG_FLAGS && d->info == FLAGSET_at &&
            c->args[i] & AT_SYMLINK_NOFOLLOW) {
            return true;
        }
    }
    return false;
}

static int conv_path(Call *c, const ArgDesc *d, unsigned i)
{
    char *other = path_redirect_guest(c->args[i], !is_nofollow(c));

    conv_pointer(c, d, i);
    if (other) {
        c->host[i] = host_ptr(call_own(c, other));
    }
    return 0;
}

static int conv_buf(Call *c, const ArgDesc *d, unsigned i)
{
    conv_pointer(c, d, i);
    if (d->dir & DIR_OUT && c->args[i]) {
        guest_will_be_written(c->args[i], syscall_buf_size(d, c->args, i));
    }
    return 0;
}

/* struct stat is the one structure of passed calls that may have another layout. */
static int conv_struct(Call *c, const ArgDesc *d, unsigned i)
{
    if (SAME_STAT || d->info != STRUCT_stat) {
        return conv_buf(c, d, i);
    }
    c->host[i] = host_ptr(call_own(c, g_malloc0(sizeof(struct stat))));
    return 0;
}

/* A copy of n iovecs in memory of ours, each announced if it is written; NULL:
 * unreadable. */
static struct iovec *get_iovecs(Call *c, uint64_t addr, uint64_t n, int dir)
{
    struct iovec *iov = g_try_malloc_n(n, sizeof *iov);

    if (!iov || copy_from_guest(iov, addr, n * sizeof *iov)) {
        g_free(iov);
        return NULL;
    }
    for (uint64_t k = 0; k < n; k++) {
        uint64_t base = host_ptr(iov[k].iov_base);
        if (dir & DIR_OUT) {
            guest_will_be_written(base, iov[k].iov_len);
        }
        iov[k].iov_base = g2h(base);
    }
    return iov;
}

static int conv_iov(Call *c, const ArgDesc *d, unsigned i)
{
    uint64_t n = c->args[d->ref];
    struct iovec *iov = NULL;

    conv_pointer(c, d, i);
    if (n && n <= IOV_MAX && c->args[i]) {
        iov = get_iovecs(c, c->args[i], n, d->dir);
    }
    if (iov) {
        c->host[i] = host_ptr(call_own(c, iov));
    }
    return 0;
}

/* Makes msg, a copy of the guest's, one of ours. *iov is to be freed. */
static bool get_msg(Call *c, struct msghdr *msg, int dir, struct iovec **iov)
{
    *iov = NULL;
    if (msg->msg_iovlen > IOV_MAX) {
        return false;
    }
    if (msg->msg_iovlen) {
        *iov = get_iovecs(c, host_ptr(msg->msg_iov), msg->msg_iovlen, dir);
        if (!*iov) {
            return false;
        }
    }
    if (dir & DIR_OUT) {
        guest_will_be_written(host_ptr(msg->msg_name), msg->msg_namelen);
        guest_will_be_written(host_ptr(msg->msg_control), msg->msg_controllen);
    }
    msg->msg_name = msg->msg_name ? g2h(host_ptr(msg->msg_name)) : NULL;
    msg->msg_control = msg->msg_control ? g2h(host_ptr(msg->msg_control)) : NULL;
    msg->msg_iov = *iov;
    return true;
}

static int conv_msg(Call *c, const ArgDesc *d, unsigned i)
{
    struct msghdr *msg = call_own(c, g_new(struct msghdr, 1));
    struct iovec *iov = NULL;

    conv_pointer(c, d, i);
    if (copy_from_guest(msg, c->args[i], sizeof *msg) == 0 &&
        get_msg(c, msg, d->dir, &iov)) {
        c->host[i] = host_ptr(msg);
    }
    call_own(c, iov);
    return 0;
}

/* As many headers as can be read; the kernel's limit is IOV_MAX of them too. */
static int conv_mmsg(Call *c, const ArgDesc *d, unsigned i)
{
    unsigned n = MIN((uint32_t)c->args[d->ref], IOV_MAX), k = 0;
    struct mmsghdr *vec = call_own(c, g_new0(struct mmsghdr, n + 1));
    struct iovec **iovs = call_own(c, g_new0(struct iovec *, n + 1));

    conv_pointer(c, d, i);
    while (k < n &&
           copy_from_guest(&vec[k], c->args[i] + k * sizeof vec[k], sizeof vec[k]) == 0 &&
           get_msg(c, &vec[k].msg_hdr, d->dir, &iovs[k])) {
        k++;
    }
    if (k) {
        c->host[i] = host_ptr(vec);
        c->host[d->ref] = k;
    }
    return 0;
}

typedef int ArgConverter(Call *c, const ArgDesc *d, unsigned i);

static ArgConverter *const arg_converters[NR_ARG_KINDS] = {
    [ARG_FLAGS] = conv_flags,      [ARG_FD] = conv_fd,
    [ARG_DFD] = conv_fd,           [ARG_ADDR] = conv_pointer,
    [ARG_PATH] = conv_path,        [ARG_NAME] = conv_pointer,
    [ARG_STR] = conv_pointer,      [ARG_BUF] = conv_buf,
    [ARG_BUF_ARG] = conv_buf,      [ARG_BUF_EXTRA] = conv_buf,
    [ARG_BUF_LEN] = conv_buf,      [ARG_STRUCT] = conv_struct,
    [ARG_IOV] = conv_iov,          [ARG_MSG] = conv_msg,
    [ARG_MMSG] = conv_mmsg,        [ARG_POLLFDS] = conv_buf,
    [ARG_SOCKADDR] = conv_pointer,
};

/* ---- after the call: what the kernel wrote into copies of ours goes to the guest ----
 */

static void msg_to_guest(uint64_t addr, const struct msghdr *msg)
{
    put_guest(addr + offsetof(struct msghdr, msg_namelen), msg->msg_namelen);
    put_guest(addr + offsetof(struct msghdr, msg_controllen), msg->msg_controllen);
    put_guest(addr + offsetof(struct msghdr, msg_flags), msg->msg_flags);
}

static bool is_copy(Call *c, unsigned i)
{
    return c->host[i] != host_ptr(g2h(c->args[i]));
}

static int64_t finish_msg(Call *c, const ArgDesc *d, unsigned i, int64_t ret)
{
    if (ret >= 0 && d->dir & DIR_OUT && is_copy(c, i)) {
        msg_to_guest(c->args[i], (struct msghdr *)(uintptr_t)c->host[i]);
    }
    return ret;
}

static int64_t finish_mmsg(Call *c, const ArgDesc *d, unsigned i, int64_t ret)
{
    struct mmsghdr *vec = (struct mmsghdr *)(uintptr_t)c->host[i];

    if (!c->args[i] || !is_copy(c, i)) {
        return ret;
    }
    for (int64_t k = 0; k < ret; k++) {
        uint64_t addr = c->args[i] + k * sizeof *vec;
        put_guest(addr + offsetof(struct mmsghdr, msg_len), vec[k].msg_len);
        if (d->dir & DIR_OUT) {
            msg_to_guest(addr, &vec[k].msg_hdr);
        }
    }
    for (uint64_t k = 0; k < c->host[d->ref]; k++) {
        g_free(vec[k].msg_hdr.msg_iov);
    }
    return ret;
}

static int64_t finish_struct(Call *c, const ArgDesc *d, unsigned i, int64_t ret)
{
    if (!SAME_STAT && ret == 0 && d->info == STRUCT_stat) {
        GuestStat st = stat_to_guest((struct stat *)(uintptr_t)c->host[i]);

        return put_guest(c->args[i], st);
    }
    return ret;
}

/* Returns the result of the call. */
typedef int64_t ArgFinisher(Call *c, const ArgDesc *d, unsigned i, int64_t ret);

static ArgFinisher *const arg_finishers[NR_ARG_KINDS] = {
    [ARG_STRUCT] = finish_struct,
    [ARG_MSG] = finish_msg,
    [ARG_MMSG] = finish_mmsg,
};

static int64_t finish(Call *c, int64_t ret)
{
    for (unsigned i = 0; i < c->desc->nr_args; i++) {
        const ArgDesc *d = &c->desc->args[i];
        if (arg_finishers[d->kind]) {
            ret = arg_finishers[d->kind](c, d, i, ret);
        }
    }
    for (unsigned i = 0; i < c->nr_owned; i++) {
        g_free(c->owned[i]);
    }
    return ret;
}

static int64_t pass_through(TaskState *ts, const SyscallDesc *desc,
                            const uint64_t args[6])
{
    Call c = {.ts = ts, .desc = desc, .args = args};
    int64_t ret = 0;

    memcpy(c.host, args, sizeof c.host);
    for (unsigned i = 0; i < desc->nr_args && ret == 0; i++) {
        const ArgDesc *d = &desc->args[i];
        if (arg_converters[d->kind]) {
            ret = arg_converters[d->kind](&c, d, i);
        }
    }
    if (ret == 0) {
        ret = desc->how == HOW_WAIT && desc->host_nr >= 0
                  ? safe_syscall(ts, desc->host_nr, c.host)
                  : host_syscall(desc->host_nr, c.host);
    }
    return finish(&c, ret);
}

/* ---- the other ways ---- */

/* Calls of their own convert what they use; our descriptors are hidden from all. */
static int64_t call_own_fn(TaskState *ts, const SyscallDesc *desc, const uint64_t args[6])
{
    for (unsigned i = 0; i < desc->nr_args; i++) {
        if ((desc->args[i].kind == ARG_FD || desc->args[i].kind == ARG_DFD) &&
            host_fd_is_ours(args[i])) {
            return -EBADF;
        }
    }
    return syscall_fn(desc)(ts, args);
}

static int64_t call_as(TaskState *ts, const SyscallDesc *desc, const uint64_t args[6])
{
    const SyscallAs *as = syscall_as(desc - syscall_desc(0));
    uint64_t new_args[6];

    for (unsigned i = 0; i < 6; i++) {
        int value = as->args[i].value;
        new_args[i] = as->args[i].is_const ? (uint64_t)(int64_t)value : args[value];
    }
    return syscall_by_row(ts, syscall_desc(as->new_nr), new_args);
}

int64_t syscall_by_row(TaskState *ts, const SyscallDesc *desc, const uint64_t args[6])
{
    switch (desc->how) {
    case HOW_PASS:
    case HOW_WAIT:
        return pass_through(ts, desc, args);
    case HOW_OWN:
    case HOW_LEAF:
        return call_own_fn(ts, desc, args);
    case HOW_AS:
        return call_as(ts, desc, args);
    case HOW_NOSYS:
    case HOW_NONE:
        break;
    }
    return -ENOSYS;
}

RUN_AT_FORK int64_t do_syscall(TaskState *ts, uint64_t nr, const uint64_t args[6])
{
    const SyscallDesc *desc = syscall_desc(nr);
    bool trace = log_enabled(LOG_STRACE);

    if (trace) {
        strace_enter(nr, desc, args);
    }
    int64_t ret = desc ? syscall_by_row(ts, desc, args) : -ENOSYS;
    if (trace) {
        strace_leave(nr, desc, args, ret);
    }
    if (!desc || desc->how == HOW_NONE || desc->how == HOW_NOSYS) {
        log_unimp("system call %" PRIu64 " (%s) is not offered", nr,
                  desc ? desc->name : "?");
    }
    return ret;
}
