/* The host: what is the same on all CPUs. */
/* SPDX-License-Identifier: MIT */
#include "util/host.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "util/atomic.h"
#include "util/bitops.h"

/* Bit 63 tells that the probe was made: NR_HOST_FEATURES is below 64. */
#define PROBED (UINT64_C(1) << 63)
static_assert(NR_HOST_FEATURES < 64, "the top bit is taken");

static uint64_t known; /* two threads may probe at once: they find the same */

void host_fix_features(uint64_t features)
{
    atomic_set(&known, features | PROBED);
}

/* The features that the user takes away. */
static uint64_t features_off(void)
{
    const char *value = getenv("MYNAH_HOST_OFF");
    g_auto(GStrv) names = g_strsplit(value ? value : "", ",", -1);
    uint64_t off = 0;
    for (unsigned i = 0; names[i]; i++) {
        unsigned n = 0;
        while (n < NR_HOST_FEATURES && strcmp(names[i], host_feature_name(n))) {
            n++;
        }
        if (n == NR_HOST_FEATURES) {
            fprintf(stderr, "MYNAH_HOST_OFF=%s: no host feature is called '%s'\n", value,
                    names[i]);
            exit(EXIT_FAILURE);
        }
        /* aes is x86's and Arm's */
        for (; n < NR_HOST_FEATURES; n++) {
            off |= strcmp(names[i], host_feature_name(n)) ? 0 : BIT64(n);
        }
    }
    return off;
}

uint64_t host_features(void)
{
    uint64_t f = atomic_read(&known);
    if (!f) {
        f = (host_probe_features() & ~features_off()) | PROBED;
        atomic_set(&known, f);
    }
    return f & ~PROBED;
}

bool host_has(HostFeature feature)
{
    return host_features() >> feature & 1;
}

const char *host_feature_name(HostFeature feature)
{
    static const char *const names[NR_HOST_FEATURES] = {
#define X86(name, text, leaf, subleaf, reg, bit, state) [HOST_X86_##name] = text,
#define ARM(name, text, word, bit)                      [HOST_ARM_##name] = text,
#include "util/host-features.def"
    };
    return names[feature];
}

/* The user may say that pages are larger than they are. */
static size_t find_page_size(void)
{
    const char *value = getenv("MYNAH_HOST_PAGE");
    uint64_t real = sysconf(_SC_PAGESIZE), n = real;
    if (value && (!g_ascii_string_to_unsigned(value, 10, real, 1 << 20, &n, NULL) ||
                  (n & (n - 1)))) {
        fprintf(stderr,
                "MYNAH_HOST_PAGE=%s: not a power of two from %" PRIu64 " to 1048576\n",
                value, real);
        exit(EXIT_FAILURE);
    }
    return n;
}

size_t host_page_size(void)
{
    static size_t size; /* two threads may look at once: they find the same */
    if (!atomic_read(&size)) {
        atomic_set(&size, find_page_size());
    }
    return size;
}

void host_populate(void *p, size_t n, bool write)
{
    enum { POPULATE_READ = 22, POPULATE_WRITE = 23 }; /* since Linux 5.14 */

    madvise(p, n, write ? POPULATE_WRITE : POPULATE_READ);
}

void host_want_huge(void *p, size_t n)
{
    madvise(p, n, MADV_HUGEPAGE);
}

static void *map_apart(size_t n, int flags)
{
    static uintptr_t next = UINT64_C(0x2f0000000000); /* where it is in use: elsewhere */
    size_t align = n < HOST_HUGE_PAGE ? host_page_size() : HOST_HUGE_PAGE;
    uintptr_t hint =
        atomic_fetch_add(&next, ROUND_UP(n, align) + align - host_page_size());
    void *p = mmap((void *)ROUND_UP(hint, align), n, PROT_READ | PROT_WRITE,
                   flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void *host_map_apart(size_t n)
{
    return map_apart(n, MAP_PRIVATE);
}

void *host_share_apart(size_t n)
{
    return map_apart(n, MAP_SHARED);
}

uint64_t host_memory_size(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    return pages > 0 ? (uint64_t)pages * host_page_size() : 0;
}

uint64_t host_address_limit(void)
{
    struct rlimit r;
    return getrlimit(RLIMIT_AS, &r) || r.rlim_cur == RLIM_INFINITY ? UINT64_MAX
                                                                   : r.rlim_cur;
}

static int64_t clock_ns(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t clock_monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t clock_realtime_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

void host_flush_icache(const void *rx, const void *rw, size_t len)
{
    /* The data side is cleaned by one address, the instruction side invalidated by the
     * other. */
    __builtin___clear_cache((char *)rw, (char *)rw + len);
    if (rx != rw) {
        __builtin___clear_cache((char *)rx, (char *)rx + len);
    }
}

uint32_t host_cpu_number(void)
{
    unsigned cpu = 0, node = 0;

    getcpu(&cpu, &node);
    return cpu | node << 12;
}
