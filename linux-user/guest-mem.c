/* Copies to and from guest memory that may not be there. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/guest-mem.h"

#include <errno.h>

#include "accel/tcg/user.h"
#include "linux-user/host.h"

int copy_from_guest(void *dst, uint64_t src, size_t n)
{
    return guest_range_ok(src, n) && host_copy(dst, g2h(src), n) == 0 ? 0 : -EFAULT;
}

int copy_to_guest(uint64_t dst, const void *src, size_t n)
{
    return guest_range_ok(dst, n) && host_copy(g2h(dst), src, n) == 0 ? 0 : -EFAULT;
}

int clear_guest(uint64_t dst, size_t n)
{
    static const char zeros[4096];

    for (size_t run; n; dst += run, n -= run) {
        run = MIN(n, sizeof zeros);
        if (copy_to_guest(dst, zeros, run)) {
            return -EFAULT;
        }
    }
    return 0;
}

int cmpxchg_guest(uint64_t addr, uint32_t expect, uint32_t new, uint32_t *seen)
{
    return guest_range_ok(addr, sizeof new) &&
                   host_cmpxchg(g2h(addr), expect, new, seen) == 0
               ? 0
               : -EFAULT;
}

int guest_will_be_written(uint64_t addr, uint64_t n)
{
    if (!guest_range_ok(addr, n)) {
        return -EFAULT;
    }
    if (n) {
        user_will_be_written(addr, addr + n - 1);
    }
    return 0;
}

/* By pieces that do not cross a page: what is behind the end need not be there. */
int64_t copy_string_from_guest(char *dst, uint64_t src, size_t size)
{
    size_t len = 0;

    while (len < size) {
        size_t run = MIN(size - len, 4096 - ((src + len) & 4095));

        if (copy_from_guest(dst + len, src + len, run)) {
            return -EFAULT;
        }
        const char *end = memchr(dst + len, 0, run);

        if (end) {
            return end - dst;
        }
        len += run;
    }
    return -ENAMETOOLONG;
}

char *dup_string_from_guest(uint64_t src, size_t max, int64_t *len)
{
    int64_t n = -ENAMETOOLONG;
    char *s = NULL;

    for (size_t size = 256; n == -ENAMETOOLONG && size < 2 * max; size *= 4) {
        s = g_realloc(s, MIN(size, max));
        n = copy_string_from_guest(s, src, MIN(size, max));
    }
    if (n < 0) {
        g_free(s);
        s = NULL;
    }
    if (len) {
        *len = n;
    }
    return s;
}
