/* Guest memory as the system calls see it: addresses, checks, copies. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_GUEST_MEM_H
#define LINUX_USER_GUEST_MEM_H

#include "util/common.h"

/*
 * A guest address is a host address plus GUEST_BASE, which is 0 where host and guest have
 * the same page size and enough address space. Memory of the guest may vanish at any
 * time, by another thread: it is read and written by the copy functions, or by the
 * kernel, which gives EFAULT by itself.
 */
#define GUEST_BASE ((uintptr_t)0)

/* User addresses are below this; the last page is never mapped. */
#define GUEST_ADDR_END UINT64_C(0x7ffffffff000)

static inline void *g2h(uint64_t addr)
{
    return (void *)(uintptr_t)(addr + GUEST_BASE);
}
static inline uint64_t h2g(const void *p)
{
    return (uintptr_t)p - GUEST_BASE;
}

/* All n bytes are addresses of user mode. Says nothing about what is mapped. */
static inline bool guest_range_ok(uint64_t addr, uint64_t n)
{
    return addr <= GUEST_ADDR_END && n <= GUEST_ADDR_END - addr;
}

/* 0, or -EFAULT when not all bytes could be moved. */
int copy_from_guest(void *dst, uint64_t src, size_t n);
int copy_to_guest(uint64_t dst, const void *src, size_t n);
int clear_guest(uint64_t dst, size_t n);
/*
 * A string with its end into dst. Returns its length, -EFAULT, or -ENAMETOOLONG when the
 * end is not within `size` bytes.
 */
int64_t copy_string_from_guest(char *dst, uint64_t src, size_t size);
/* The same in new memory of g_malloc(); *len, if asked for, is the length or the error.
 */
char *dup_string_from_guest(uint64_t src, size_t max, int64_t *len);

/*
 * Makes the aligned word `new` if it is `expect`, as one step. 0, and *seen is what it
 * was; or -EFAULT.
 */
int cmpxchg_guest(uint64_t addr, uint32_t expect, uint32_t new, uint32_t *seen);

/* A value of its type. */
#define get_guest(val, addr) copy_from_guest(&(val), addr, sizeof(val))
#define put_guest(addr, val) copy_to_guest(addr, &(val), sizeof(val))

/*
 * The kernel is going to write n bytes there itself (read(), recvmsg() ...): pages that
 * are read-only only because code was translated from them become writable. 0, or
 * -EFAULT when the range is none of user mode; what is not mapped the kernel finds out.
 */
int guest_will_be_written(uint64_t addr, uint64_t n);

#endif
