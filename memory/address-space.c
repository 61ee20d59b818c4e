/* Accesses to an AddressSpace: translation, access sizes of devices, copies, sized loads.
 */
/* SPDX-License-Identifier: MIT */
#include "memory/memory-internal.h"

#include "util/bitops.h"
#include "util/epoch.h"
#include "util/atomic.h"
#include "util/log.h"
#include "util/thread.h"

/*
 * Everything ends in one of two ways: RAM is copied by memcpy, other regions are called
 * through memory_region_dispatch_*(), which alone knows about access sizes and the
 * machine lock. A section is looked up inside an epoch and copied out of the view, so
 * that callbacks, which may change the layout, run outside of it.
 */

/* ---- regions for what is not there ---- */

static uint64_t unassigned_read(void *opaque, hwaddr offset, unsigned size)
{
    log_guest_error("memory: read of %u bytes at 0x%" PRIx64 ": nothing is there", size,
                    offset);
    return UINT64_MAX;
}

static void unassigned_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    log_guest_error("memory: write of 0x%" PRIx64 " (%u bytes) at 0x%" PRIx64
                    ": nothing is there",
                    value, size, offset);
}

static void rom_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    log_guest_error("memory: write of 0x%" PRIx64 " (%u bytes) to read-only memory",
                    value, size);
}

static const MemoryRegionOps unassigned_ops = {
    .read = unassigned_read,
    .write = unassigned_write,
    .valid = {.max_access_size = 8, .unaligned = true},
    .thread_safe = true,
};

static const MemoryRegionOps rom_write_ops = {
    .read = unassigned_read,
    .write = rom_write,
    .valid = {.max_access_size = 8, .unaligned = true},
    .thread_safe = true,
};

MemoryRegion memory_unassigned = {
    .name = "unassigned", .size = UINT64_MAX, .enabled = true, .ops = &unassigned_ops};
MemoryRegion memory_rom_write = {
    .name = "rom-write", .size = UINT64_MAX, .enabled = true, .ops = &rom_write_ops};

static bool region_is_nothing(const MemoryRegion *mr)
{
    return mr == &memory_unassigned || mr == &memory_rom_write;
}

/* ---- dispatch to devices ---- */

static unsigned largest_piece(const MemoryRegionOps *ops)
{
    unsigned a = ops->valid.max_access_size, b = ops->impl.max_access_size;
    if (a && b) {
        return MIN(a, b);
    }
    return a ? a : b ? b : 4;
}

/* The size of the next piece of an access; 0: the device refuses it. */
static unsigned next_piece(const MemoryRegionOps *ops, hwaddr offset, unsigned left)
{
    unsigned piece = MIN(pow2_floor(left), largest_piece(ops));
    if (!ops->valid.unaligned && !ops->impl.unaligned) {
        while (offset & (piece - 1)) {
            piece /= 2;
        }
    }
    return piece < ops->valid.min_access_size ? 0 : piece;
}

/* Bits below `size` bytes. */
static uint64_t size_mask(unsigned size)
{
    return ~UINT64_C(0) >> (64 - 8 * size);
}

/* -d io: what a device is asked, in order; one line a piece. */
static void log_io(const MemoryRegion *mr, const char *what, hwaddr offset,
                   uint64_t value, unsigned size)
{
    if (unlikely(log_enabled(LOG_IO))) {
        log_printf("io: %s %s+0x%" PRIx64 ", %u: 0x%" PRIx64 "\n", what, mr->name, offset,
                   size, value);
    }
}

static uint64_t read_piece(MemoryRegion *mr, hwaddr offset, unsigned size)
{
    unsigned wide = mr->ops->impl.min_access_size;
    if (likely(size >= wide)) {
        return mr->ops->read(mr->opaque, offset, size) & size_mask(size);
    }
    unsigned shift = 8 * (offset & (wide - 1));
    uint64_t v = mr->ops->read(mr->opaque, offset & ~(hwaddr)(wide - 1), wide);
    return v >> shift & size_mask(size);
}

static void write_piece(MemoryRegion *mr, hwaddr offset, uint64_t value, unsigned size)
{
    unsigned wide = mr->ops->impl.min_access_size;
    value &= size_mask(size);
    log_io(mr, "write", offset, value, size);
    if (likely(size >= wide)) {
        mr->ops->write(mr->opaque, offset, value, size);
        return;
    }
    unsigned shift = 8 * (offset & (wide - 1));
    mr->ops->write(mr->opaque, offset & ~(hwaddr)(wide - 1), value << shift, wide);
}

/* Takes the machine lock if the region wants it and this thread has it not. */
static bool region_lock(const MemoryRegion *mr)
{
    if (mr->ops->thread_safe || machine_lock_held()) {
        return false;
    }
    machine_lock();
    return true;
}

static void region_unlock(bool taken)
{
    if (taken) {
        machine_unlock();
    }
}

static void log_refused(const MemoryRegion *mr, const char *what, hwaddr offset,
                        unsigned size)
{
    log_guest_error("%s: %s of %u bytes at offset 0x%" PRIx64 " is not allowed", mr->name,
                    what, size, offset);
}

static MemTxResult io_read(MemoryRegion *mr, hwaddr offset, uint64_t *value,
                           unsigned size)
{
    MemTxResult result = region_is_nothing(mr) ? MEMTX_ERROR : MEMTX_OK;
    bool taken = region_lock(mr);
    *value = 0;
    for (unsigned done = 0; done < size;) {
        unsigned piece = next_piece(mr->ops, offset + done, size - done);
        uint64_t part;
        if (unlikely(!piece || !mr->ops->read)) {
            log_refused(mr, "read", offset, size);
            *value = size_mask(size);
            result = MEMTX_ERROR;
            break;
        }
        part = read_piece(mr, offset + done, piece);
        log_io(mr, "read", offset + done, part, piece);
        *value |= part << (8 * done);
        done += piece;
    }
    region_unlock(taken);
    return result;
}

static MemTxResult io_write(MemoryRegion *mr, hwaddr offset, uint64_t value,
                            unsigned size)
{
    MemTxResult result = region_is_nothing(mr) ? MEMTX_ERROR : MEMTX_OK;
    bool taken = region_lock(mr);
    for (unsigned done = 0; done < size;) {
        unsigned piece = next_piece(mr->ops, offset + done, size - done);
        if (unlikely(!piece || !mr->ops->write)) {
            log_refused(mr, "write", offset, size);
            result = MEMTX_ERROR;
            break;
        }
        write_piece(mr, offset + done, value >> (8 * done), piece);
        done += piece;
    }
    region_unlock(taken);
    return result;
}

MemTxResult memory_region_dispatch_read(MemoryRegion *mr, hwaddr offset, uint64_t *value,
                                        unsigned size)
{
    if (mr->ram) {
        *value = ldn_le_p(mr->ram->host + offset, size);
        return MEMTX_OK;
    }
    return io_read(mr, offset, value, size);
}

MemTxResult memory_region_dispatch_write(MemoryRegion *mr, hwaddr offset, uint64_t value,
                                         unsigned size)
{
    if (mr->ram && mr->readonly) {
        return io_write(&memory_rom_write, offset, value, size);
    }
    if (mr->ram) {
        stn_le_p(mr->ram->host + offset, size, value);
        ram_wrote(mr->ram, offset, size);
        return MEMTX_OK;
    }
    return io_write(mr, offset, value, size);
}

/* ---- translation ---- */

/* What a section says about an access at `addr`. */
static inline MemoryRegion *use_section(const MemorySection *s, hwaddr addr, hwaddr *xlat,
                                        hwaddr *len, bool is_write)
{
    *xlat = s->offset + (addr - s->start);
    if (*len && *len - 1 > s->last - addr) {
        *len = s->last - addr + 1;
    }
    return is_write && s->readonly ? &memory_rom_write : s->mr;
}

MemoryRegion *address_space_translate(AddressSpace *as, hwaddr addr, hwaddr *xlat,
                                      hwaddr *len, bool is_write)
{
    MemoryRegion *mr = NULL;
    epoch_enter();
    const MemorySection *s = flatview_find(atomic_load_acquire(&as->view), addr);
    if (likely(s)) {
        mr = use_section(s, addr, xlat, len, is_write);
    }
    epoch_leave();
    if (unlikely(!mr)) {
        MemorySection hole = address_space_find(as, addr);
        mr = use_section(&hole, addr, xlat, len, is_write);
    }
    return mr;
}

void *address_space_ram_ptr(AddressSpace *as, hwaddr addr, hwaddr *len, bool is_write)
{
    hwaddr offset;
    MemoryRegion *mr = address_space_translate(as, addr, &offset, len, is_write);
    return mr->ram ? mr->ram->host + offset : NULL;
}

/* ---- copies ---- */

/* The part of a copy that is one access to an I/O region. */
static MemTxResult io_rw(MemoryRegion *mr, hwaddr offset, uint8_t *buf, unsigned size,
                         bool is_write)
{
    uint64_t value;
    if (is_write) {
        return memory_region_dispatch_write(mr, offset, ldn_le_p(buf, size), size);
    }
    MemTxResult result = memory_region_dispatch_read(mr, offset, &value, size);
    stn_le_p(buf, size, value);
    return result;
}

/* The largest access to an I/O region that a copy of `len` bytes starts with. */
static unsigned io_rw_size(hwaddr offset, hwaddr len)
{
    hwaddr aligned = offset ? offset & -offset : 8;
    return MIN(MIN(aligned, 8), pow2_floor(len));
}

MemTxResult address_space_rw(AddressSpace *as, hwaddr addr, void *buf, hwaddr len,
                             bool is_write)
{
    MemTxResult result = MEMTX_OK;
    for (uint8_t *p = buf; len;) {
        hwaddr offset, run = len;
        MemoryRegion *mr = address_space_translate(as, addr, &offset, &run, is_write);
        if (!mr->ram) {
            run = io_rw_size(offset, run);
            result |= io_rw(mr, offset, p, run, is_write);
        } else if (is_write) {
            memcpy(mr->ram->host + offset, p, run);
            ram_wrote(mr->ram, offset, run);
        } else {
            memcpy(p, mr->ram->host + offset, run);
        }
        addr += run;
        p += run;
        len -= run;
    }
    return result;
}

MemTxResult address_space_read(AddressSpace *as, hwaddr addr, void *buf, hwaddr len)
{
    return address_space_rw(as, addr, buf, len, false);
}

MemTxResult address_space_write(AddressSpace *as, hwaddr addr, const void *buf,
                                hwaddr len)
{
    return address_space_rw(as, addr, (void *)buf, len, true);
}

MemTxResult address_space_set(AddressSpace *as, hwaddr addr, uint8_t byte, hwaddr len)
{
    MemTxResult result = MEMTX_OK;
    uint8_t block[256];
    memset(block, byte, sizeof block);
    while (len) {
        hwaddr run = len;
        uint8_t *ram = address_space_ram_ptr(as, addr, &run, true);
        if (ram) {
            MemorySection s = address_space_find(as, addr);
            memset(ram, byte, run);
            ram_wrote(s.mr->ram, s.offset + (addr - s.start), run);
        } else {
            run = MIN(run, sizeof block);
            result |= address_space_write(as, addr, block, run);
        }
        addr += run;
        len -= run;
    }
    return result;
}

MemTxResult address_space_write_rom(AddressSpace *as, hwaddr addr, const void *buf,
                                    hwaddr len)
{
    MemTxResult result = MEMTX_OK;
    for (const uint8_t *p = buf; len;) {
        hwaddr offset, run = len;
        MemoryRegion *mr = address_space_translate(as, addr, &offset, &run, false);
        if (mr->ram) {
            memcpy(mr->ram->host + offset, p, run);
            ram_wrote(mr->ram, offset, run);
        } else {
            result = MEMTX_ERROR;
        }
        addr += run;
        p += run;
        len -= run;
    }
    return result;
}

/* ---- sized loads and stores ---- */

uint64_t address_space_ldn(AddressSpace *as, hwaddr addr, unsigned size)
{
    hwaddr offset, len = size;
    MemoryRegion *mr = address_space_translate(as, addr, &offset, &len, false);
    uint64_t value;
    if (likely(len == size)) {
        memory_region_dispatch_read(mr, offset, &value, size);
        return value;
    }
    uint8_t bytes[8];
    address_space_read(as, addr, bytes, size);
    return ldn_le_p(bytes, size);
}

void address_space_stn(AddressSpace *as, hwaddr addr, uint64_t value, unsigned size)
{
    hwaddr offset, len = size;
    MemoryRegion *mr = address_space_translate(as, addr, &offset, &len, true);
    if (likely(len == size)) {
        memory_region_dispatch_write(mr, offset, value, size);
        return;
    }
    uint8_t bytes[8];
    stn_le_p(bytes, size, value);
    address_space_write(as, addr, bytes, size);
}

#define DEFINE_LDST(letter, bits)                                                  \
    uint##bits##_t address_space_ld##letter(AddressSpace *as, hwaddr addr)         \
    {                                                                              \
        return address_space_ldn(as, addr, bits / 8);                              \
    }                                                                              \
    void address_space_st##letter(AddressSpace *as, hwaddr addr, uint##bits##_t v) \
    {                                                                              \
        address_space_stn(as, addr, v, bits / 8);                                  \
    }

DEFINE_LDST(b, 8)
DEFINE_LDST(w, 16)
DEFINE_LDST(l, 32)
DEFINE_LDST(q, 64)
