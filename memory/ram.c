/* RAMBlock: host memory of guest RAM, page flags, and the hook for writes to code. */
/* SPDX-License-Identifier: MIT */
#include "memory/memory-internal.h"

#include <errno.h>
#include <sys/mman.h>

#include "util/atomic.h"
#include "util/error.h"
#include "util/thread.h"

/*
 * Blocks are placed one after another in ram_addr_t space, each start 2 MiB-aligned, and
 * their addresses are not used again. The list is changed by its owner at start and end;
 * it is read without a lock. Guest memory is anonymous and not reserved: the host gives
 * pages as the guest touches them.
 */

#define RAM_ALIGN (UINT64_C(2) << 20) /* a huge page of the usual hosts */

static RAMBlock *ram_blocks;
static ram_addr_t ram_next_base;
static Mutex ram_lock = MUTEX_INIT; /* of the two above, for writers */

static void (*code_write_fn)(void *opaque, ram_addr_t addr, hwaddr len);
static void *code_write_opaque;

/* Maps `size` bytes at a multiple of RAM_ALIGN; MAP_FAILED with errno. */
static void *map_aligned(size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    if (size + RAM_ALIGN < size) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    char *p = mmap(NULL, size + RAM_ALIGN, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (p == MAP_FAILED) {
        return MAP_FAILED;
    }
    char *start = (char *)ROUND_UP((uintptr_t)p, RAM_ALIGN);
    if (start > p) {
        munmap(p, start - p);
    }
    munmap(start + size, p + RAM_ALIGN - start);
    return start;
}

bool ram_block_new(MemoryRegion *mr, hwaddr size, GError **errp)
{
    size = ROUND_UP(size, RAM_PAGE_SIZE);
    uint8_t *host = map_aligned(size);
    if (host == MAP_FAILED) {
        return user_error(errp, "cannot get %" PRIu64 " MiB of host memory for %s: %s",
                          size >> 20, mr->name, strerror(errno));
    }
    if (size >= RAM_ALIGN) {
        madvise(host, size,
                MADV_HUGEPAGE); /* fewer host faults; its failure costs nothing */
    }
    madvise(host, size, MADV_DONTDUMP);

    RAMBlock *block = g_new0(RAMBlock, 1);
    block->name = mr->name;
    block->host = host;
    block->size = size;
    block->page_flags = g_malloc0(size >> RAM_PAGE_BITS);
    mutex_lock(&ram_lock);
    block->base = ram_next_base;
    ram_next_base += ROUND_UP(size, RAM_ALIGN);
    block->next = ram_blocks;
    atomic_store_release(&ram_blocks, block);
    mutex_unlock(&ram_lock);
    mr->ram = block;
    return true;
}

void ram_block_free(RAMBlock *block)
{
    mutex_lock(&ram_lock);
    RAMBlock **p = &ram_blocks;
    while (*p != block) {
        p = &(*p)->next;
    }
    atomic_store_release(p, block->next);
    mutex_unlock(&ram_lock);
    munmap(block->host, block->size);
    g_free(block->page_flags);
    g_free(block);
}

RAMBlock *ram_block_find(ram_addr_t addr)
{
    for (RAMBlock *b = atomic_load_acquire(&ram_blocks); b; b = b->next) {
        if (addr - b->base < b->size) {
            return b;
        }
    }
    return NULL;
}

bool ram_addr_from_host(const void *host, ram_addr_t *addr)
{
    for (RAMBlock *b = atomic_load_acquire(&ram_blocks); b; b = b->next) {
        uintptr_t offset = (uintptr_t)host - (uintptr_t)b->host;
        if (offset < b->size) {
            *addr = b->base + offset;
            return true;
        }
    }
    return false;
}

void ram_page_set_code(RAMBlock *block, hwaddr offset)
{
    atomic_fetch_or(&block->page_flags[offset >> RAM_PAGE_BITS], RAM_PAGE_CODE);
}

void ram_page_clear_code(RAMBlock *block, hwaddr offset)
{
    atomic_fetch_and(&block->page_flags[offset >> RAM_PAGE_BITS],
                     (uint8_t)~RAM_PAGE_CODE);
}

void ram_wrote(RAMBlock *block, hwaddr offset, hwaddr len)
{
    smp_mb(); /* the flag is read after the write is visible: see ram_page_set_code() */
    while (len) {
        hwaddr run = MIN(len, RAM_PAGE_SIZE - offset % RAM_PAGE_SIZE);
        if (unlikely(ram_page_flags(block, offset) & RAM_PAGE_CODE) && code_write_fn) {
            code_write_fn(code_write_opaque, block->base + offset, run);
        }
        offset += run;
        len -= run;
    }
}

void memory_set_code_write_hook(void (*fn)(void *opaque, ram_addr_t addr, hwaddr len),
                                void *opaque)
{
    code_write_opaque = opaque;
    code_write_fn = fn;
}
