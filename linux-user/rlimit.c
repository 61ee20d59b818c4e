/* Limits of resources: the host's, but for those of memory. */
/* SPDX-License-Identifier: MIT */
/*
 * Limits of memory would hold for guest and translator together, and what they are meant
 * for is the guest. So they are kept here, and held against what the guest has mapped; a
 * program that is executed is told of them by an option. The host has but a stack's, of
 * which an executed program may make use.
 */
#include "linux-user/rlimit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/host-nr.h"
#include "linux-user/program.h"
#include "linux-user/syscall.h"
#include "util/atomic.h"

/* A smaller stack than this would be too small for us. */
enum { HOST_STACK_MIN = 1 << 20 };

static const uint64_t resource_of[NR_GUEST_LIMITS] = {
    [GUEST_LIMIT_AS] = RLIMIT_AS,
    [GUEST_LIMIT_DATA] = RLIMIT_DATA,
    [GUEST_LIMIT_STACK] = RLIMIT_STACK,
};

/* Where a limit is kept if it is one of memory, else NULL. */
static GuestLimit *kept(TaskState *ts, uint64_t resource)
{
    for (int i = 0; i < NR_GUEST_LIMITS; i++) {
        if (resource_of[i] == resource) {
            return &ts->process->limits[i];
        }
    }
    return NULL;
}

static int64_t get_limit(TaskState *ts, uint64_t resource, struct rlimit *value)
{
    const GuestLimit *l = kept(ts, resource);
    int64_t ret = HOST_CALL(prlimit64, 0, resource, 0, host_ptr(value));

    if (ret == 0 && l && atomic_load_acquire(&l->set)) {
        value->rlim_cur = atomic_read(&l->cur);
        value->rlim_max = atomic_read(&l->max);
    }
    return ret;
}

static int64_t set_limit(TaskState *ts, uint64_t resource, const struct rlimit *value)
{
    GuestLimit *l = kept(ts, resource);
    struct rlimit old;
    int64_t ret;

    if (!l) {
        return HOST_CALL(prlimit64, 0, resource, host_ptr(value), 0);
    }
    ret = get_limit(ts, resource, &old);
    if (ret < 0) {
        return ret;
    }
    if (value->rlim_cur > value->rlim_max) {
        return -EINVAL;
    }
    if (value->rlim_max > old.rlim_max && geteuid() != 0) {
        return -EPERM;
    }
    if (resource == RLIMIT_STACK && value->rlim_cur >= HOST_STACK_MIN) {
        ret = HOST_CALL(prlimit64, 0, resource, host_ptr(value), 0);
    }
    atomic_set(&l->cur, value->rlim_cur);
    atomic_set(&l->max, value->rlim_max);
    atomic_store_release(&l->set, true);
    return ret;
}

int64_t sys_prlimit64(TaskState *ts, const uint64_t args[6])
{
    struct rlimit new, old;
    int64_t ret;

    if (args[0] && (pid_t)args[0] != getpid()) {
        return HOST_CALL(prlimit64, args[0], args[1], args[2], args[3]);
    }
    if (args[2] && get_guest(new, args[2])) {
        return -EFAULT;
    }
    ret = get_limit(ts, args[1], &old);
    if (ret == 0 && args[2]) {
        ret = set_limit(ts, args[1], &new);
    }
    if (ret == 0 && args[3]) {
        ret = put_guest(args[3], old);
    }
    return ret;
}

int64_t sys_getrlimit(TaskState *ts, const uint64_t args[6])
{
    struct rlimit value;
    int64_t ret = get_limit(ts, args[0], &value);

    return ret < 0 ? ret : put_guest(args[1], value);
}

int64_t sys_setrlimit(TaskState *ts, const uint64_t args[6])
{
    struct rlimit value;

    return get_guest(value, args[1]) ? -EFAULT : set_limit(ts, args[0], &value);
}

/* ---- what is mapped ---- */

typedef struct Mapped {
    uint64_t all, data; /* bytes */
} Mapped;

/* As the kernel counts: private, writable and no stack. */
static bool is_data(unsigned flags)
{
    return flags & USER_WRITE && !(flags & (USER_SHARED | USER_GROWS));
}

/* The first stack apart, which the kernel maps as it is used. */
static bool count_piece(uint64_t start, uint64_t last, unsigned flags, void *opaque)
{
    const ImageInfo *im = &user_program.image;
    Mapped *m = opaque;

    if (!(flags & USER_HOST) && (last < im->stack_limit || start >= im->stack_base)) {
        m->all += last + 1 - start;
        m->data += is_data(flags) ? last + 1 - start : 0;
    }
    return true;
}

static Mapped mapped(uint64_t start, uint64_t last)
{
    Mapped m = {0};

    user_map_foreach(start, last, count_piece, &m);
    return m;
}

/* In bytes. No limit: the largest number. */
static uint64_t limit(int which)
{
    const TaskState *ts = current_task;
    const GuestLimit *l = ts && ts->process ? &ts->process->limits[which] : NULL;

    return l && atomic_load_acquire(&l->set) ? atomic_read(&l->cur) : RLIM_INFINITY;
}

bool rlimit_allows(uint64_t start, uint64_t size, unsigned flags)
{
    enum { FIRST_STACK = 33 * 4096 }; /* what the kernel begins with, arguments apart */
    const ImageInfo *im = &user_program.image;
    uint64_t all = limit(GUEST_LIMIT_AS), data = limit(GUEST_LIMIT_DATA);

    if (all == RLIM_INFINITY && data == RLIM_INFINITY) {
        return true;
    }
    Mapped now = mapped(0, UINT64_MAX);
    Mapped gone = start ? mapped(start, start + size - 1) : (Mapped){0};

    now.all += size - gone.all + (im->stack_base - im->start_stack) + FIRST_STACK;
    now.data += size - gone.data;
    return now.all <= all && (!is_data(flags) || now.data <= data);
}

/* ---- handed on ---- */

void rlimit_print(const TaskState *ts, char *word, size_t size)
{
    *word = 0;
    for (int i = 0; i < NR_GUEST_LIMITS; i++) {
        const GuestLimit *l = &ts->process->limits[i];

        if (l->set) {
            size_t n = strlen(word);
            snprintf(word + n, size - n, "%s%d:%" PRIu64 ":%" PRIu64, n ? "," : "", i,
                     l->cur, l->max);
        }
    }
}

bool rlimit_parse(const char *word, GuestLimit limits[NR_GUEST_LIMITS])
{
    g_auto(GStrv) parts = g_strsplit(word, ",", -1);

    for (char **p = parts; *p; p++) {
        GuestLimit l = {.set = true};
        unsigned which;
        char end;

        if (sscanf(*p, "%u:%" SCNu64 ":%" SCNu64 "%c", &which, &l.cur, &l.max, &end) !=
                3 ||
            which >= NR_GUEST_LIMITS) {
            return false;
        }
        limits[which] = l;
    }
    return true;
}
