/* Mappings of the guest's pages of 4 KiB where the host's are larger. */
/* SPDX-License-Identifier: MIT */
/*
 * A host page is mapped as a whole, with all that the guest may do in any part of it. So
 * what the guest may not do on a page goes unnoticed where a neighbour in the same host
 * page may be accessed so. Helpers that look at the map before they store do notice.
 *
 * Private mappings: whole host pages are mapped as the guest says if the file's offset
 * agrees; all else is anonymous memory, into which the file is read. Shared mappings have
 * host pages of their own, or are refused.
 */
#include "linux-user/mmap-pages.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/guest-mem.h"
#include "linux-user/host.h"
#include "util/log.h"

static uint64_t page_down(uint64_t n)
{
    return n & ~(uint64_t)(host_page_size() - 1);
}

static uint64_t page_up(uint64_t n)
{
    return page_down(n + host_page_size() - 1);
}

/* In the host pages of start .. end - 1 something beside it is the guest's. */
static bool has_neighbours(uint64_t start, uint64_t end)
{
    return (start > page_down(start) && user_map_touches(page_down(start), start - 1)) ||
           (end < page_up(end) && user_map_touches(end, page_up(end) - 1));
}

static bool has_shared(uint64_t page)
{
    uint64_t last = page + host_page_size() - 1;

    for (uint64_t at = page; at <= last; at += 4096) {
        int flags = user_map_flags(at);

        if (flags >= 0 && flags & USER_SHARED) {
            return true;
        }
    }
    return false;
}

static int64_t raw_map(uint64_t addr, uint64_t size, int prot, int flags, int fd,
                       uint64_t offset)
{
    void *p = (void *)syscall(SYS_mmap, g2h(addr), size, prot, flags, fd, offset);

    return p == MAP_FAILED ? -errno : (int64_t)h2g(p);
}

static bool is_error(int64_t r)
{
    return r < 0 && r >= -4095;
}

static int64_t refuse(const char *what, uint64_t addr)
{
    log_unimp("%s at 0x%" PRIx64 ": impossible with host pages of %zu KiB", what, addr,
              host_page_size() >> 10);
    return -EINVAL;
}

/* Host pages that are new to the guest, or nothing of theirs stays. */
static int64_t fresh(uint64_t start, uint64_t end, int flags)
{
    enum { KEPT = MAP_NORESERVE | MAP_STACK | MAP_LOCKED | MAP_POPULATE };

    return raw_map(start, end - start, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | (flags & KEPT), -1, 0);
}

/* What can be read of a page of the guest's goes to `to`. */
static void save_page(uint8_t *to, uint64_t page)
{
    memset(to, 0, 4096);
    if (user_map_flags(page) >= 0) {
        host_copy(to, g2h(page), 4096);
    }
}

/* The host page becomes anonymous memory with the same contents. */
static int64_t make_anonymous(uint64_t page)
{
    size_t n = host_page_size();
    g_autofree uint8_t *all = g_malloc(n);

    for (size_t at = 0; at < n; at += 4096) {
        save_page(all + at, page + at);
    }
    int64_t r = fresh(page, page + n, 0);

    if (!is_error(r)) {
        memcpy(g2h(page), all, n);
    }
    return r;
}

/* Zeros in a part of a host page whose other parts stay. */
static int64_t clear_part(uint64_t start, uint64_t end)
{
    static const uint8_t zeros[4096];
    uint64_t page = page_down(start);

    if (has_shared(page)) {
        return refuse("a mapping beside a shared one", start);
    }
    if (mprotect(g2h(page), host_page_size(), PROT_READ | PROT_WRITE) < 0) {
        return -errno;
    }
    for (uint64_t at = start; at < end; at += 4096) {
        if (host_copy(g2h(at), zeros, 4096)) { /* a file's, behind its end */
            int64_t r = make_anonymous(page);

            if (is_error(r)) {
                return r;
            }
            memset(g2h(at), 0, 4096);
        }
    }
    return 0;
}

/* Makes start .. end - 1 zeros in anonymous memory; what else is in its host pages stays.
 */
static int64_t clear_range(uint64_t start, uint64_t end, int flags)
{
    int64_t r = 0;

    while (start < end && !is_error(r)) {
        uint64_t page = page_down(start), n = host_page_size();
        uint64_t stop = MIN(end, page + n);

        if (start == page && page_down(end) > page) { /* whole ones */
            stop = page_down(end);
            r = fresh(start, stop, flags);
        } else if (!has_neighbours(start, stop)) {
            r = fresh(page, page + n, flags);
        } else {
            r = clear_part(start, stop);
        }
        start = stop;
    }
    return is_error(r) ? r : 0;
}

/* What lies behind the file's end stays zero. */
static int64_t read_file(uint64_t start, uint64_t end, int fd, uint64_t offset)
{
    while (start < end) {
        ssize_t n = pread(fd, g2h(start), end - start, offset);

        if (n < 0 && errno != EINTR) {
            return errno == EISDIR || errno == ESPIPE ? -ENODEV : -errno;
        }
        if (n == 0) {
            break;
        }
        start += MAX(n, 0);
        offset += MAX(n, 0);
    }
    return 0;
}

static int64_t map_shared(uint64_t addr, uint64_t size, int prot, int flags, int fd,
                          uint64_t offset)
{
    uint64_t start = page_down(addr), skew = addr - start;

    if (has_neighbours(addr, addr + size)) {
        return refuse("a shared mapping beside another", addr);
    }
    if (!(flags & MAP_ANONYMOUS) &&
        (offset < skew || page_down(offset) != offset - skew)) {
        return refuse("a shared mapping of such an offset", addr);
    }
    int64_t r = raw_map(start, page_up(addr + size) - start, prot, flags | MAP_FIXED, fd,
                        flags & MAP_ANONYMOUS ? 0 : offset - skew);

    return is_error(r) ? r : (int64_t)addr;
}

static int64_t map_private(uint64_t addr, uint64_t size, int prot, int flags, int fd,
                           uint64_t offset)
{
    uint64_t end = addr + size, from = page_up(addr), to = page_down(end);
    bool file = !(flags & MAP_ANONYMOUS);
    int64_t r;

    if (!file) {
        r = clear_range(addr, end, flags);
        return r < 0 ? r : (int64_t)addr;
    }
    if (from >= to || page_down(offset + (from - addr)) != offset + (from - addr)) {
        from = to = end;
    }
    r = clear_range(addr, from, flags);
    r = r < 0 ? r : read_file(addr, from, fd, offset);
    if (r >= 0 && from < to) {
        r = raw_map(from, to - from, prot, flags | MAP_FIXED, fd, offset + (from - addr));
    }
    r = is_error(r) ? r : clear_range(to, end, flags);
    r = is_error(r) ? r : read_file(to, end, fd, offset + (to - addr));
    return is_error(r) ? r : (int64_t)addr;
}

/* Room for size bytes from an address of that offset in its host page on. */
static int64_t find_room(uint64_t hint, uint64_t skew, uint64_t size, int flags)
{
    uint64_t page = host_page_size(), n = page_up(skew + size);
    int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (flags & MAP_32BIT);
    /* more than needed: a host whose pages are said to be large aligns less */
    int64_t at = place_mmap(page_down(hint), n + page, PROT_NONE, how, -1, 0);

    if (is_error(at)) {
        return at;
    }
    uint64_t start = page_up(at);

    if (start > (uint64_t)at) {
        munmap(g2h(at), start - at);
    }
    if ((uint64_t)at + page > start) {
        munmap(g2h(start + n), (uint64_t)at + page - start);
    }
    return start + skew;
}

int64_t pages_map(uint64_t addr, uint64_t size, int prot, int flags, int fd,
                  uint64_t offset)
{
    bool is_private = (flags & MAP_TYPE) == MAP_PRIVATE, anywhere = false;
    int own = flags & ~(MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_GROWSDOWN);

    if (!is_private && (flags & MAP_TYPE) != MAP_SHARED &&
        (flags & MAP_TYPE) != MAP_SHARED_VALIDATE) {
        return -EINVAL;
    }
    if (flags & MAP_GROWSDOWN) {
        return refuse("a mapping that grows", addr);
    }
    if (flags & MAP_FIXED_NOREPLACE) {
        if (user_map_touches(addr, addr + size - 1) ||
            pages_are_ours(addr, addr + size - 1)) {
            return -EEXIST;
        }
    } else if (!(flags & MAP_FIXED)) {
        uint64_t skew = flags & MAP_ANONYMOUS ? 0 : offset - page_down(offset);
        int64_t at = find_room(addr, skew, size, flags);

        if (is_error(at)) {
            return at;
        }
        anywhere = true;
        addr = at;
    }
    int64_t r = is_private ? map_private(addr, size, prot, own, fd, offset)
                           : map_shared(addr, size, prot, own, fd, offset);

    if (is_error(r) && anywhere) {
        munmap(g2h(page_down(addr)), page_up(addr + size) - page_down(addr));
    }
    return r;
}

int pages_unmap(uint64_t start, uint64_t last)
{
    uint64_t end = last + 1, from = page_down(start), to = page_up(end);

    from =
        user_map_touches(from, from + host_page_size() - 1) ? page_up(start + 1) : from;
    to = user_map_touches(to - host_page_size(), to - 1) ? page_down(last) : to;
    return from < to && munmap(g2h(from), to - from) < 0 ? -errno : 0;
}

static int64_t remap_by_copy(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                             uint64_t to)
{
    int64_t r;

    if (size <= old_size && !(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))) {
        if (size < old_size) {
            user_map_clear(old + size, old + old_size - 1);
            pages_unmap(old + size, old + old_size - 1);
        }
        return old;
    }
    if (!(flags & MREMAP_MAYMOVE)) {
        return -ENOMEM;
    }
    if (flags & MREMAP_DONTUNMAP) {
        return refuse("mremap() that leaves the old place", old);
    }
    r = pages_map(flags & MREMAP_FIXED ? to : 0, size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | (flags & MREMAP_FIXED ? MAP_FIXED : 0),
                  -1, 0);
    if (is_error(r)) {
        return r;
    }
    host_copy(g2h(r), g2h(old), MIN(old_size, size));
    user_map_clear(old, old + old_size - 1);
    pages_unmap(old, old + old_size - 1);
    return r;
}

int64_t host_mremap(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                    uint64_t to)
{
    void *p = (void *)syscall(SYS_mremap, g2h(old), old_size, size, flags, g2h(to));

    return p == MAP_FAILED ? -errno : (int64_t)h2g(p);
}

/* Of whole host pages. Where it goes we choose, as in pages_map(). */
static int64_t remap_whole(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                           uint64_t to)
{
    if (flags & MREMAP_FIXED || !(flags & MREMAP_MAYMOVE)) {
        return host_mremap(old, old_size, size, flags, to);
    }
    int64_t r =
        flags & MREMAP_DONTUNMAP ? -ENOMEM : host_mremap(old, old_size, size, 0, 0);

    if (r != -ENOMEM) {
        return r;
    }
    int64_t at = find_room(0, 0, size, 0);

    if (is_error(at)) {
        return at;
    }
    r = host_mremap(old, old_size, size, flags | MREMAP_FIXED, at);
    if (is_error(r)) {
        munmap(g2h(at), size);
    }
    return r;
}

int64_t pages_remap(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                    uint64_t to, unsigned user_flags)
{
    uint64_t n = page_up(old_size), end = old + old_size;

    if (old != page_down(old) || has_neighbours(old, end) ||
        (flags & MREMAP_FIXED && to != page_down(to))) {
        return user_flags & USER_SHARED
                   ? refuse("mremap() of a shared mapping beside another", old)
                   : remap_by_copy(old, old_size, size, flags, to);
    }
    if (page_up(size) > n) { /* what is behind the end is going to be seen */
        if (!(user_flags & USER_SHARED) && end < old + n &&
            mprotect(g2h(old), n, PROT_READ | PROT_WRITE) == 0) {
            memset(g2h(end), 0, old + n - end);
        }
    }
    return remap_whole(old, n, page_up(size), flags, to);
}

bool pages_are_ours(uint64_t start, uint64_t last)
{
    uint64_t n = host_page_size();

    for (uint64_t page = page_down(start); page <= last; page += n) {
        if (user_map_touches(page, page + n - 1)) {
            continue;
        }
        void *p = mmap(g2h(page), n, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
                       -1, 0);
        if (p == MAP_FAILED) {
            return errno == EEXIST;
        }
        munmap(p, n);
        if (p != g2h(page)) {
            return true;
        }
    }
    return false;
}

/* Zeros where the guest may write: a page that shares its host page loses its contents.
 */
static void forget_part(uint64_t start, uint64_t end)
{
    for (; start < end; start += 4096) {
        int flags = user_map_flags(start);

        if (flags >= 0 && flags & USER_WRITE && !(flags & USER_SHARED)) {
            clear_guest(start, 4096); /* a failure: the page was taken away meanwhile */
        }
    }
}

int pages_advise(uint64_t addr, uint64_t size, int advice)
{
    uint64_t end = addr + size, from = MIN(page_up(addr), end);
    uint64_t to = MAX(page_down(end), from);

    if (from < to && madvise(g2h(from), to - from, advice) < 0) {
        return -errno;
    }
    if (advice == MADV_DONTNEED) {
        forget_part(addr, from);
        forget_part(to, end);
    }
    return 0;
}
