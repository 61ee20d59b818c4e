/* Where mappings go when the guest leaves the choice. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_MMAP_PLACE_H
#define LINUX_USER_MMAP_PLACE_H

#include <sys/mman.h>

#include "util/common.h"

/* As the guest has it; hosts other than x86_64 have no such flag. */
#ifndef MAP_32BIT
#define MAP_32BIT 0x40
#endif

/* The user may say that the host's addresses are fewer (MYNAH_HOST_BITS): the kernel
 * gives out no others from now on. What is mapped already stays. */
void place_limit_host(void);

/*
 * mmap(), mremap() and shmat() of the host, but what the kernel chooses, or we where its
 * choice is none, is an address for the guest. Under the engine's lock. The address or
 * -errno.
 */
int64_t place_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd,
                   uint64_t offset);
int64_t place_mremap(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                     uint64_t to);
int64_t place_shmat(int id, uint64_t addr, uint64_t size, int flags);

#endif
