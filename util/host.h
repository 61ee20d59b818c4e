/* The host: page size, clock, memory, CPU features, instruction cache. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_HOST_H
#define UTIL_HOST_H

#include "util/common.h"

/* HOST_X86_AVX2, HOST_ARM_LSE ...: the names exist on every host. */
typedef enum HostFeature {
#define X86(name, text, leaf, subleaf, reg, bit, state) HOST_X86_##name,
#define ARM(name, text, word, bit)                      HOST_ARM_##name,
#include "util/host-features.def"
    NR_HOST_FEATURES
} HostFeature;

static_assert(NR_HOST_FEATURES <= 64, "host features are kept in 64 bits");

/* Whether this host's CPU, with its kernel, has the feature. */
bool host_has(HostFeature feature);
/* All of them, bit HostFeature each; without those that the environment names in
 * MYNAH_HOST_OFF (atomics,lrcpc): so what a lesser host runs is tested on this one. */
uint64_t host_features(void);
/* For tests that look at code, not run it: the host is said to have these features from
 * now on, and no others. Before a back end asks. */
void host_fix_features(uint64_t features);
/* "sse4.2", "atomics" ... */
const char *host_feature_name(HostFeature feature);

/* Bytes of a page of the host; a power of two. MYNAH_HOST_PAGE in the environment makes
 * it larger: so what a host of other pages says is tested on this one. */
size_t host_page_size(void);

/* Bytes of memory that the host has in all; 0 when it does not say. */
uint64_t host_memory_size(void);
/* Bytes of addresses that this process may have (RLIMIT_AS); UINT64_MAX: no limit. */
uint64_t host_address_limit(void);

/*
 * Memory that is going to be touched for the first time: one call costs half of what as
 * many page faults do. p and n are multiples of the page size. write: private memory
 * becomes writable, too. An older kernel does nothing.
 */
void host_populate(void *p, size_t n, bool write);

/* Bytes of a huge page, and: memory that is going to be used from p on to wherever it may
 * be has huge pages, if the host has any left. */
enum { HOST_HUGE_PAGE = 2 << 20 };
/* A table of more bytes than this, of which all pages are going to be used, had better be
 * a huge page at once: on a host without nested page tables the first touch of a small
 * one, even when it is there, takes ten microseconds and more, and ten to twenty of them
 * as long as clearing two megabytes. */
enum { HOST_SMALL_TABLE = 128 << 10 };
void host_want_huge(void *p, size_t n);
/* n bytes of zeros, whose pages exist once they are used, away from where the host puts
 * mappings by itself: a program's mapping may grow into the holes there. At a multiple of
 * HOST_HUGE_PAGE if there are so many, and if the host has not refused. NULL: no room.
 * munmap() gives them back. The other: shared with the children of fork(). */
void *host_map_apart(size_t n);
void *host_share_apart(size_t n);

/* Nanoseconds since some moment in the past; never goes back. */
int64_t clock_monotonic_ns(void);
/* Nanoseconds since 1970, UTC. */
int64_t clock_realtime_ns(void);

/* The CPU's counter of time, as a program reads it without the kernel; where there is
 * none that is like x86's, nanoseconds. */
uint64_t host_ticks(void);
/* The CPU that this thread runs on, and from bit 12 on its NUMA node. */
uint32_t host_cpu_number(void);

/*
 * Makes `len` bytes of code that were written at `rw` fit for execution at `rx` (the same
 * memory, perhaps mapped twice). Does nothing on hosts whose caches agree.
 */
void host_flush_icache(const void *rx, const void *rw, size_t len);

/* Of the file host-CPU.c that meson chooses: the features of this CPU. */
uint64_t host_probe_features(void);

#endif
