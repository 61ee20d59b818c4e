/* Copies to and from guest memory that may not be there. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/guest-mem.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kernel moves the bytes: it says so where a page is missing. */
static int move(void *here, uint64_t guest, size_t n, bool to_guest)
{
    struct iovec local = {here, n}, remote = {g2h(guest), n};

    if (!guest_range_ok(guest, n)) {
        return -EFAULT;
    }
    ssize_t done = to_guest ? process_vm_writev(getpid(), &local, 1, &remote, 1, 0)
                            : process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    return done == (ssize_t)n ? 0 : -EFAULT;
}

int copy_from_guest(void *dst, uint64_t src, size_t n)
{
    return move(dst, src, n, false);
}

int copy_to_guest(uint64_t dst, const void *src, size_t n)
{
    return move((void *)src, dst, n, true);
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
