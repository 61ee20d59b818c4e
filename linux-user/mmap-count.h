/* How many mappings the guest may make. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_MMAP_COUNT_H
#define LINUX_USER_MMAP_COUNT_H

#include "util/common.h"

/*
 * May the guest map once more, or unmap or change start .. last, part of what it has
 * mapped? The host lets a process have so many mappings (vm.max_map_count), of which we
 * need some. What leaves no more than there are is always allowed. Under the map's lock.
 */
bool count_allows_mapping(void);
bool count_allows_unmapping(uint64_t start, uint64_t last);
bool count_allows_change(uint64_t start, uint64_t last);

#endif
