/* Executable memory: one region mapped twice, to write and to run; or once. */
/* SPDX-License-Identifier: MIT */
/*
 * The executable view is placed within 2 GiB of the program's own text when the address
 * space allows, so that host code may reach helpers by relative calls. No page is ever
 * writable and executable at once, unless the region is a private one: a process made by
 * fork() then has its own copy, which the kernel makes page by page when it is needed; or
 * unless the host is an emulator that does not see code change by another mapping.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tcg/backend-internal.h"
#include "util/error.h"
#include "util/host.h"

enum { STEP = 64 << 20, NR_STEPS = 30 };

/* Pages are asked for so many bytes at a time, and so early. */
enum { POPULATE = 64 << 10, AHEAD = 8 << 10 };

/* A private region begins so far in front of a huge page: what runs shortly does not get
 * there. */
enum { SMALL_PAGES = 256 << 10 };

/* Maps fd to be run, near our own code if one of the places there is free. lead: bytes in
 * front of a huge page. */
static void *map_near(int fd, size_t size, size_t lead, int prot, int flags)
{
    uintptr_t text = ROUND_DOWN((uintptr_t)code_buf_new, STEP);
    for (unsigned i = 1; i + ROUND_UP(size, STEP) / STEP <= NR_STEPS; i++) {
        uintptr_t below = text - ROUND_UP(size, STEP) - i * (uintptr_t)STEP;
        void *p =
            mmap((void *)(below - lead), size, prot, flags | MAP_FIXED_NOREPLACE, fd, 0);
        if (p != MAP_FAILED) {
            return p;
        }
    }
    return mmap(NULL, size, prot, flags, fd, 0);
}

static bool map_twice(CodeBuf *b, int fd, GError **errp)
{
    if (ftruncate(fd, b->size) < 0) {
        int why = errno;
        code_buf_free(b);
        return user_error(errp, "no memory for translated code: %s", g_strerror(why));
    }
    b->rw = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    b->rx = map_near(fd, b->size, 0, PROT_READ | PROT_EXEC, MAP_SHARED);
    if (b->rw != MAP_FAILED && b->rx != MAP_FAILED) {
        return true;
    }
    int why = errno;
    code_buf_free(b);
    return user_error(errp, "cannot map memory for translated code: %s", g_strerror(why));
}

static CodeBuf *new_private(size_t size, GError **errp)
{
    CodeBuf *b = g_new0(CodeBuf, 1);
    b->size = ROUND_UP(size, (size_t)sysconf(_SC_PAGESIZE));
    b->rw = b->rx = map_near(-1, b->size, SMALL_PAGES, PROT_READ | PROT_WRITE | PROT_EXEC,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    if (b->rx == MAP_FAILED) {
        user_error(errp, "cannot map memory for translated code: %s", g_strerror(errno));
        g_free(b);
        return NULL;
    }
    if (b->size > SMALL_PAGES) {
        host_want_huge(b->rw + SMALL_PAGES, b->size - SMALL_PAGES);
    }
    return b;
}

/*
 * Whether what is written at rw runs at rx. qemu-riscv64 notes changes of code by writes
 * to the mapping that runs alone, and takes fence.i and the system call for nothing.
 */
static bool runs_what_is_written(const CodeBuf *b)
{
#ifdef __riscv
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t code[] = {0x00000513 | i << 20, 0x00008067}; /* li a0, i; ret */
        unsigned (*fn)(void) = (void *)(uintptr_t)b->rx;
        memcpy(b->rw, code, sizeof code);
        host_flush_icache(b->rx, b->rw, sizeof code);
        if (fn() != i) {
            return false;
        }
    }
#endif
    return true;
}

CodeBuf *code_buf_new(size_t size, bool is_private, GError **errp)
{
    if (is_private) {
        return new_private(size, errp);
    }
    int fd = memfd_create("mynah-code", MFD_CLOEXEC);
    if (fd < 0) {
        user_error(errp, "no memory for translated code: %s", g_strerror(errno));
        return NULL;
    }
    CodeBuf *b = g_new0(CodeBuf, 1);
    b->rw = b->rx = MAP_FAILED;
    b->size = ROUND_UP(size, (size_t)sysconf(_SC_PAGESIZE));
    bool ok = map_twice(b, fd, errp);
    close(fd);
    if (ok && !runs_what_is_written(b)) {
        code_buf_free(b);
        return new_private(size, errp);
    }
    return ok ? b : NULL;
}

void code_buf_free(CodeBuf *b)
{
    if (b->rw != MAP_FAILED) {
        munmap(b->rw, b->size);
    }
    if (b->rx != MAP_FAILED && b->rx != b->rw) {
        munmap(b->rx, b->size);
    }
    g_free(b);
}

size_t code_buf_used(const CodeBuf *b)
{
    return b->used;
}

size_t code_buf_size(const CodeBuf *b)
{
    return b->size;
}

bool code_buf_contains(const CodeBuf *b, const void *rx)
{
    return (uintptr_t)rx - (uintptr_t)b->rx < b->size;
}

const void *code_buf_start(const CodeBuf *b)
{
    return b->rx;
}

void code_buf_prepare(CodeBuf *b)
{
    if (likely(b->used + AHEAD <= b->ready) || b->ready + POPULATE > b->size) {
        return;
    }
    if (b->ready) { /* else the thunks are made now, too */
        b->ready = MAX(b->ready, ROUND_DOWN(b->used, host_page_size()));
    }
    size_t n = MIN(b->size - b->ready, (size_t)POPULATE);
    host_populate(b->rw + b->ready, n, true);
    if (b->rx != b->rw) {
        host_populate(b->rx + b->ready, n, false);
    }
    b->ready += n;
}

void code_buf_reset(CodeBuf *b)
{
    b->used = b->thunks;
}
