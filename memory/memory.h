/* The guest physical world: MemoryRegion tree, AddressSpace, RAM blocks, listeners. */
/* SPDX-License-Identifier: MIT */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "util/common.h"

/*
 * A MemoryRegion is a node of a tree: RAM, ROM, I/O (a device's callbacks), an alias of a
 * part of another region, or a container of placed regions. An AddressSpace shows a tree:
 * its FlatView is the sorted list of sections that result when overlaps are settled by
 * priority. Physical memory is one AddressSpace, x86 port I/O is another one of 64 KiB.
 *
 * The layout (everything in region.c) is changed under the machine lock. Accesses may be
 * made by any thread; a device's callback runs under the machine lock, which the access
 * takes when the caller does not hold it, unless the region's ops say thread_safe.
 * Regions are embedded in their devices and outlive every view that shows them.
 *
 * Numbers in guest memory are little endian (ld and st functions); the guest is x86.
 */

typedef struct MemoryRegion MemoryRegion;
typedef struct AddressSpace AddressSpace;
typedef struct FlatView FlatView;
typedef struct RAMBlock RAMBlock;

/* An offset into the sequence of all RAM blocks: names a byte of RAM wherever it is
 * mapped. */
typedef uint64_t ram_addr_t;

#define RAM_PAGE_BITS 12
#define RAM_PAGE_SIZE (UINT64_C(1) << RAM_PAGE_BITS)

/* ---- I/O regions ---- */

/*
 * The sizes of access that a device takes. An access is cut into the largest naturally
 * aligned pieces of at most min(valid.max, impl.max) bytes. A piece smaller than
 * valid.min is refused: it reads as ones, is not written, and is logged as a guest error.
 * A piece smaller than impl.min reaches the device as one of impl.min bytes: a read is
 * cut to size, a write has zeros in the other bytes. 0 stands for the defaults: min 1,
 * max 4 (8 if the other max says so).
 */
typedef struct AccessSizes {
    uint8_t min_access_size, max_access_size;
    bool unaligned; /* pieces need not be aligned */
} AccessSizes;

typedef struct MemoryRegionOps {
    /* offset: from the start of the region; size: 1, 2, 4 or 8; offset + size is inside.
     */
    uint64_t (*read)(void *opaque, hwaddr offset, unsigned size);
    void (*write)(void *opaque, hwaddr offset, uint64_t value, unsigned size);
    AccessSizes valid, impl;
    bool thread_safe; /* the callbacks do not need the machine lock */
    /*
     * Writes to these bytes may reach the region late, though in order and before any
     * other access of that vCPU to a device: nobody but the next access minds (an index
     * register). Writes of any size that lie inside are meant. Size 0: none.
     */
    hwaddr coalesced, coalesced_size;
} MemoryRegionOps;

/* ---- regions ---- */

struct MemoryRegion {
    const char *name;
    hwaddr size;
    bool enabled, readonly;

    const MemoryRegionOps *ops; /* I/O, else NULL */
    void *opaque;
    RAMBlock *ram;       /* RAM and ROM, else NULL */
    MemoryRegion *alias; /* the region that this one shows a part of, else NULL */
    hwaddr alias_offset;

    /* Place in the tree; children are sorted, the one that wins an overlap first. */
    MemoryRegion *container, *children, *next;
    hwaddr addr;
    int priority;
};

/* `name` must outlive the region. A size of UINT64_MAX is the whole 64-bit space. */
void memory_region_init_container(MemoryRegion *mr, const char *name, hwaddr size);
void memory_region_init_io(MemoryRegion *mr, const MemoryRegionOps *ops, void *opaque,
                           const char *name, hwaddr size);
/*
 * Zeroed RAM, read-write or (rom) read-only for the guest; `size` is rounded up to whole
 * pages. Fails when the host has not the memory; memory_region_destroy_ram() gives it
 * back.
 */
bool memory_region_init_ram(MemoryRegion *mr, const char *name, hwaddr size,
                            GError **errp);
bool memory_region_init_rom(MemoryRegion *mr, const char *name, hwaddr size,
                            GError **errp);
void memory_region_destroy_ram(MemoryRegion *mr);
/* Shows `size` bytes of `target` from `offset`. */
void memory_region_init_alias(MemoryRegion *mr, const char *name, MemoryRegion *target,
                              hwaddr offset, hwaddr size);

/* Places `child` at `addr` of a container, with priority 0 or the one given (higher
 * wins). Among equals the one placed last wins. */
void memory_region_add_subregion(MemoryRegion *parent, hwaddr addr, MemoryRegion *child);
void memory_region_add_subregion_overlap(MemoryRegion *parent, hwaddr addr,
                                         MemoryRegion *child, int priority);
void memory_region_del_subregion(MemoryRegion *parent, MemoryRegion *child);

void memory_region_set_enabled(MemoryRegion *mr, bool enabled);
/* Writes through this region (RAM or alias) are dropped; for PAM registers. */
void memory_region_set_readonly(MemoryRegion *mr, bool readonly);
void memory_region_set_address(MemoryRegion *mr, hwaddr addr);
void memory_region_set_size(MemoryRegion *mr, hwaddr size);
void memory_region_set_alias_offset(MemoryRegion *mr, hwaddr offset);

/* Between begin and commit (which nest) changes of layout wait, then take effect at once.
 */
void memory_transaction_begin(void);
void memory_transaction_commit(void);

static inline bool memory_region_is_ram(const MemoryRegion *mr)
{
    return mr->ram != NULL;
}

/* ---- address spaces ---- */

struct AddressSpace {
    const char *name;
    MemoryRegion *root;
    FlatView *view; /* replaced as a whole; readers are inside an epoch */
    AddressSpace *next;
};

/* A part of a region at one place of an address space. */
typedef struct MemorySection {
    MemoryRegion *mr;
    hwaddr offset;      /* of the section in mr */
    hwaddr start, last; /* in the address space; last belongs to it */
    bool readonly;
} MemorySection;

typedef enum MemTxResult {
    MEMTX_OK,
    MEMTX_ERROR, /* some byte went to no region, to ROM (a write) or to a refused access
                  */
} MemTxResult;

void address_space_init(AddressSpace *as, MemoryRegion *root, const char *name);
void address_space_destroy(AddressSpace *as);

/*
 * The section that holds `addr`. Where there is no region, a section that spans the hole,
 * with the region memory_unassigned (reads give ones, writes are dropped and logged).
 */
MemorySection address_space_find(AddressSpace *as, hwaddr addr);

/*
 * The region that an access at `addr` goes to; *xlat becomes the offset in it, *len is
 * cut to what lies in that section. A write to ROM goes to memory_rom_write, which drops
 * it.
 */
MemoryRegion *address_space_translate(AddressSpace *as, hwaddr addr, hwaddr *xlat,
                                      hwaddr *len, bool is_write);

extern MemoryRegion memory_unassigned;
extern MemoryRegion memory_rom_write;

/* Copies between `buf` and the address space, cutting it at sections and access sizes. */
MemTxResult address_space_rw(AddressSpace *as, hwaddr addr, void *buf, hwaddr len,
                             bool is_write);
MemTxResult address_space_read(AddressSpace *as, hwaddr addr, void *buf, hwaddr len);
MemTxResult address_space_write(AddressSpace *as, hwaddr addr, const void *buf,
                                hwaddr len);
MemTxResult address_space_set(AddressSpace *as, hwaddr addr, uint8_t byte, hwaddr len);
/* As a write, into ROM too: for the loader. Bytes outside RAM and ROM are an error. */
MemTxResult address_space_write_rom(AddressSpace *as, hwaddr addr, const void *buf,
                                    hwaddr len);

/* A number of `size` (1, 2, 4, 8) bytes: one access if it lies in one section, whatever
 * its alignment, else byte by byte. */
uint64_t address_space_ldn(AddressSpace *as, hwaddr addr, unsigned size);
void address_space_stn(AddressSpace *as, hwaddr addr, uint64_t value, unsigned size);
uint8_t address_space_ldb(AddressSpace *as, hwaddr addr);
uint16_t address_space_ldw(AddressSpace *as, hwaddr addr);
uint32_t address_space_ldl(AddressSpace *as, hwaddr addr);
uint64_t address_space_ldq(AddressSpace *as, hwaddr addr);
void address_space_stb(AddressSpace *as, hwaddr addr, uint8_t v);
void address_space_stw(AddressSpace *as, hwaddr addr, uint16_t v);
void address_space_stl(AddressSpace *as, hwaddr addr, uint32_t v);
void address_space_stq(AddressSpace *as, hwaddr addr, uint64_t v);

/*
 * Host pointer to guest RAM at `addr`, good for *len bytes (cut as needed); NULL when
 * that is not RAM, or is read-only and is_write. Good until the layout changes (see
 * MemoryListener). Who writes through it reports that by ram_wrote() if the page may hold
 * code.
 */
void *address_space_ram_ptr(AddressSpace *as, hwaddr addr, hwaddr *len, bool is_write);

/*
 * One access of `size` (1, 2, 4, 8) bytes to an I/O region, with the cutting and checks
 * of AccessSizes and the machine lock. Also serves RAM regions.
 */
MemTxResult memory_region_dispatch_read(MemoryRegion *mr, hwaddr offset, uint64_t *value,
                                        unsigned size);
MemTxResult memory_region_dispatch_write(MemoryRegion *mr, hwaddr offset, uint64_t value,
                                         unsigned size);

/* ---- listeners ---- */

/*
 * Told about changes of an address space's view: first each section that goes (del), then
 * each that comes (add), then commit. Any may be NULL. A new listener is told of all
 * sections at once. Called with the machine lock held by who changes the layout.
 */
typedef struct MemoryListener {
    void (*region_add)(struct MemoryListener *l, const MemorySection *s);
    void (*region_del)(struct MemoryListener *l, const MemorySection *s);
    void (*commit)(struct MemoryListener *l);
    AddressSpace *as;
    struct MemoryListener *next;
} MemoryListener;

void memory_listener_register(MemoryListener *l, AddressSpace *as);
void memory_listener_unregister(MemoryListener *l);

/* ---- RAM ---- */

/* Bits of a RAM page. */
enum {
    RAM_PAGE_CODE = 1, /* translated code was made from it: writes go to the hook */
};

struct RAMBlock {
    const char *name;
    uint8_t *host;       /* page-aligned, zero at first, `size` bytes */
    hwaddr size;         /* whole pages */
    ram_addr_t base;     /* ram_addr_t of its first byte; 2 MiB-aligned */
    uint8_t *page_flags; /* one byte a page: RAM_PAGE_*; changed by atomic or/and only */
    RAMBlock *next;
};

/* Host pointer to the first byte of a RAM or ROM region. */
static inline void *memory_region_ram_ptr(const MemoryRegion *mr)
{
    return mr->ram->host;
}

static inline ram_addr_t memory_region_ram_addr(const MemoryRegion *mr, hwaddr offset)
{
    return mr->ram->base + offset;
}

/* The block that holds `addr`; NULL when there is none. */
RAMBlock *ram_block_find(ram_addr_t addr);
/* The ram_addr_t of a host pointer into guest RAM; false when it is not one. */
bool ram_addr_from_host(const void *host, ram_addr_t *addr);

/*
 * The flag RAM_PAGE_CODE of the page at `offset` of a block. The translator sets it
 * *before* it reads the code; whoever writes to RAM looks at it *after* the write: so
 * either the translator reads the new bytes or the writer calls the hook.
 */
void ram_page_set_code(RAMBlock *block, hwaddr offset);
void ram_page_clear_code(RAMBlock *block, hwaddr offset);

static inline uint8_t ram_page_flags(const RAMBlock *block, hwaddr offset)
{
    return __atomic_load_n(&block->page_flags[offset >> RAM_PAGE_BITS], __ATOMIC_RELAXED);
}

/* To be called after host code wrote to RAM by pointer: calls the hook for code pages. */
void ram_wrote(RAMBlock *block, hwaddr offset, hwaddr len);

/*
 * The hook is called after devices, the loader or a debugger wrote to a page with
 * RAM_PAGE_CODE, once for each run of such bytes inside one page, in the thread that
 * wrote.
 */
void memory_set_code_write_hook(void (*fn)(void *opaque, ram_addr_t addr, hwaddr len),
                                void *opaque);

/* ---- checks and text ---- */

/* Asserts that the view of `as` is sorted, without overlap and inside its regions. */
void memory_verify(AddressSpace *as);
/* The flat view, one section a line; the caller frees it. */
char *address_space_describe(AddressSpace *as);
/* The tree from `root` on, a region a line; the caller frees it. */
char *memory_describe(MemoryRegion *root);

#endif
