/* Macros that every folder may use: sizes, alignment, containers, branch hints. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_COMMON_H
#define UTIL_COMMON_H

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h> /* MIN, MAX, GError and the containers */

#define ARRAY_SIZE(a)                   (sizeof(a) / sizeof((a)[0]))
#define ROUND_UP(n, to)                 (((n) + (to)-1) / (to) * (to))
#define ROUND_DOWN(n, to)               ((n) / (to) * (to))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/*
 * A child of a fork() has no page of its own yet: the first look at a page of code, and
 * the first write to one of data, is a page fault, on some hosts a very slow one. So what
 * each child runs, and what it and its parent write, lies together.
 */
#define RUN_AT_FORK     __attribute__((hot))
#define WRITTEN_AT_FORK __attribute__((section("written_at_fork")))

typedef uint64_t vaddr;  /* a guest virtual address  */
typedef uint64_t hwaddr; /* a guest physical address */

#endif
