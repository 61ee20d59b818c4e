/* Mappings of the guest's pages of 4 KiB where the host's are larger. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_MMAP_PAGES_H
#define LINUX_USER_MMAP_PAGES_H

#include "linux-user/mmap-place.h"
#include "util/host.h"

/*
 * All under the engine's lock, with ranges in whole guest pages. They change what is
 * mapped on the host and leave the map to the caller, who sets or clears the range behind
 * them and then the protection (user_host_protect()).
 */

/* The host's pages are larger. */
static inline bool pages_are_large(void)
{
    return host_page_size() > 4096;
}

/* The host's mremap(): the address or -errno. */
int64_t host_mremap(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                    uint64_t to);
/* mmap(): the address or -errno. flags, fd and offset as the host's mmap() has them. */
int64_t pages_map(uint64_t addr, uint64_t size, int prot, int flags, int fd,
                  uint64_t offset);
/* munmap() of a range that the map does not have any more. 0 or -errno. */
int pages_unmap(uint64_t start, uint64_t last);
/* mremap() of a mapping with these USER_* flags. */
int64_t pages_remap(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                    uint64_t to, unsigned user_flags);
/* Some host page of start .. last is mapped, and nothing in it is the guest's. */
bool pages_are_ours(uint64_t start, uint64_t last);
/* madvise() of a range of the guest's: of whole host pages, and zeros elsewhere where
 * contents are to go. 0 or -errno. */
int pages_advise(uint64_t addr, uint64_t size, int advice);

#endif
