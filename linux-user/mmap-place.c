/* Where mappings go when the guest leaves the choice. */
/* SPDX-License-Identifier: MIT */
/*
 * The kernel chooses, as it does for us. But an address space of 48 bits, which most
 * arm64 kernels have, is twice the guest's and is filled from the top: what the kernel
 * chooses there is no address for the guest. Then places are given out here, upwards from
 * the middle of the guest's addresses. MAP_32BIT is x86's: elsewhere such places are
 * chosen here as well.
 */
#include "linux-user/mmap-place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/guest-mem.h"
#include "linux-user/mmap-pages.h"

typedef struct Area {
    uint64_t start, end;
    uint64_t next; /* behind what was given out last */
} Area;

static struct {
    Area usual, low;
    bool host_is_wider; /* the kernel would choose what is no address for the guest */
} places;

#ifdef __x86_64__
enum { HOST_KNOWS_32BIT = true };
#else
enum { HOST_KNOWS_32BIT = false };
#endif

static bool is_error(int64_t r)
{
    return r < 0 && r >= -4095;
}

static int64_t raw_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd,
                        uint64_t offset)
{
    int how = HOST_KNOWS_32BIT ? flags : flags & ~MAP_32BIT;
    void *p = (void *)syscall(SYS_mmap, g2h(addr), len, prot, how, fd, offset);

    return p == MAP_FAILED ? -errno : (int64_t)h2g(p);
}

static int64_t keep(uint64_t at, uint64_t size, int flags)
{
    return raw_mmap(at, size, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

/* The user may say that the guest's addresses are fewer, so that the host's are more. */
static uint64_t guest_end(void)
{
    enum { BITS_MIN = 36, BITS_MAX = 47 };
    const char *value = getenv("MYNAH_GUEST_BITS");
    uint64_t bits = BITS_MAX;

    if (value &&
        !g_ascii_string_to_unsigned(value, 10, BITS_MIN, BITS_MAX, &bits, NULL)) {
        fprintf(stderr, "MYNAH_GUEST_BITS=%s: not a number from %d to %d\n", value,
                BITS_MIN, BITS_MAX);
        exit(EXIT_FAILURE);
    }
    return MIN(UINT64_C(1) << bits, GUEST_ADDR_END);
}

static Area area(uint64_t start, uint64_t end)
{
    return (Area){.start = start, .end = end, .next = start};
}

/* What is free from `end` on is taken. False: nothing so large is. */
static bool take_beyond(uint64_t end, uint64_t size)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(NULL, size, PROT_NONE, flags, -1, 0);

    if (p != MAP_FAILED && (uintptr_t)p < end) {
        munmap(p, size);
        return false;
    }
    return p != MAP_FAILED;
}

void place_limit_host(void)
{
    enum { BITS_MIN = 36, BITS_MAX = 46 };
    const char *value = getenv("MYNAH_HOST_BITS");
    uint64_t bits;

    if (!value) {
        return;
    }
    if (!g_ascii_string_to_unsigned(value, 10, BITS_MIN, BITS_MAX, &bits, NULL)) {
        fprintf(stderr, "MYNAH_HOST_BITS=%s: not a number from %d to %d\n", value,
                BITS_MIN, BITS_MAX);
        exit(EXIT_FAILURE);
    }
    for (uint64_t size = UINT64_C(1) << 47; size >= host_page_size(); size /= 2) {
        while (take_beyond(UINT64_C(1) << bits, size)) {
        }
    }
}

/* The kernel begins at the top: where its first choice is says where all are. */
static void begin(void)
{
    uint64_t end = guest_end(), size = host_page_size();
    int64_t first = keep(0, size, 0);

    if (!is_error(first)) {
        places.host_is_wider = (uint64_t)first + size > end;
        munmap(g2h(first), size);
    }
    places.low = area(UINT64_C(1) << 30, UINT64_C(1) << 31);
    places.usual = area(ROUND_DOWN(end / 2, HOST_HUGE_PAGE), end);
}

/* From `from` on. The map knows of what is the guest's; what else is there is ours. */
static int64_t find_from(Area *a, uint64_t from, uint64_t size, uint64_t align)
{
    uint64_t at = ROUND_UP(from, align);

    while (at < a->end && size <= a->end - at) {
        uint64_t piece = user_map_next_piece(at, at + size - 1);

        if (piece < at + size) {
            at = ROUND_UP(user_map_next_hole(piece, a->end - 1), align);
            continue;
        }
        int64_t r = keep(at, size, MAP_FIXED_NOREPLACE);

        if (r == (int64_t)at) {
            a->next = at + size;
            return at;
        }
        if (!is_error(r)) { /* a kernel before 4.17 takes it for a hint */
            munmap(g2h(r), size);
        } else if (r != -EEXIST) {
            return r;
        }
        at += MAX(align, HOST_HUGE_PAGE);
    }
    return -ENOMEM;
}

static int64_t find(Area *a, uint64_t size, int flags)
{
    bool is_huge = size >= HOST_HUGE_PAGE || flags & MAP_HUGETLB;
    uint64_t align = is_huge ? HOST_HUGE_PAGE : host_page_size();
    int64_t r = find_from(a, a->next, size, align);

    return r == -ENOMEM ? find_from(a, a->start, size, align) : r;
}

/* We choose, not the kernel. */
static bool is_our_choice(int flags)
{
    if (!places.usual.end) {
        begin();
    }
    return places.host_is_wider || (flags & MAP_32BIT && !HOST_KNOWS_32BIT);
}

/* A place of so many bytes that nobody else takes meanwhile: the hint, or another one. */
static int64_t choose(uint64_t hint, uint64_t size, int flags)
{
    Area *a = flags & MAP_32BIT ? &places.low : &places.usual;

    if (hint && hint < a->end && size <= a->end - hint) {
        int64_t r = keep(hint, size, 0);

        if (r == (int64_t)hint) {
            return r;
        }
        if (!is_error(r)) {
            munmap(g2h(r), size);
        }
    }
    return find(a, size, flags);
}

static int64_t or_give_back(int64_t r, int64_t place, uint64_t size)
{
    if (is_error(r)) {
        munmap(g2h(place), size);
    }
    return r;
}

int64_t place_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd,
                   uint64_t offset)
{
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) || !is_our_choice(flags)) {
        return raw_mmap(addr, len, prot, flags, fd, offset);
    }
    uint64_t size =
        ROUND_UP(len, flags & MAP_HUGETLB ? HOST_HUGE_PAGE : host_page_size());
    int64_t at = choose(addr, size, flags);

    return is_error(at)
               ? at
               : or_give_back(raw_mmap(at, len, prot, flags | MAP_FIXED, fd, offset), at,
                              size);
}

int64_t place_mremap(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                     uint64_t to)
{
    if (flags & MREMAP_FIXED || !(flags & MREMAP_MAYMOVE) || !is_our_choice(0)) {
        return host_mremap(old, old_size, size, flags, to);
    }
    bool moves = flags & MREMAP_DONTUNMAP || !old_size;
    int64_t r = moves ? -ENOMEM : host_mremap(old, old_size, size, 0, 0);

    if (r != -ENOMEM) {
        return r;
    }
    int64_t at = choose(0, size, 0);

    return is_error(at)
               ? at
               : or_give_back(host_mremap(old, old_size, size, flags | MREMAP_FIXED, at),
                              at, size);
}

int64_t place_shmat(int id, uint64_t addr, uint64_t size, int flags)
{
    int64_t at = addr || !is_our_choice(0) ? 0 : choose(0, size, 0);

    if (is_error(at)) {
        return at;
    }
    void *p = shmat(id,
                    at     ? g2h(at)
                    : addr ? g2h(addr)
                           : NULL,
                    flags | (at ? SHM_REMAP : 0));
    int64_t r = p == (void *)-1 ? -errno : (int64_t)h2g(p);

    return at ? or_give_back(r, at, size) : r;
}
