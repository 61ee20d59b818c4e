/* Loads an ELF kernel that has a PVH entry note: an uncompressed vmlinux, or a test
 * kernel. */
/* SPDX-License-Identifier: MIT */
/*
 * (ELF gABI and its x86 supplements; the x86/HVM direct boot ABI of Xen, "PVH".) Segments
 * go to their physical addresses. The entry, 32-bit protected mode with paging off, is in
 * a note; RBX points to the start info with command line, modules, memory map and RSDP.
 * Everything in the file is checked before it is used: it may be cut off or made up.
 */
#include "hw/x86/boot.h"
#include "hw/x86/memmap.h"
#include "util/bitops.h"

#define CLASS_32          1
#define CLASS_64          2
#define DATA_LE           1
#define EM_386            3
#define EM_X86_64         62
#define PT_LOAD           1
#define PT_NOTE           4
#define NOTE_PHYS32_ENTRY 18
#define PVH_MAGIC         0x336ec578

/* Start info, module and memory map entries follow each other from MEM_PVH_INFO. */
enum {
    PVH_INFO_SIZE = 56,
    PVH_MODULE = 64,
    PVH_MODULE_SIZE = 32,
    PVH_MAP = 128,
    PVH_MAP_ENTRY = 24,
    PVH_BYTES = PVH_MAP + E820_MAX * PVH_MAP_ENTRY,
};

typedef struct Elf {
    const uint8_t *file;
    uint64_t size;
    bool is64;
    uint64_t phoff;
    unsigned phentsize, phnum;
} Elf;

typedef struct Segment {
    uint32_t type;
    uint64_t offset, paddr, filesz, memsz, align;
} Segment;

static bool in_file(const Elf *elf, uint64_t offset, uint64_t len)
{
    return offset <= elf->size && len <= elf->size - offset;
}

static bool parse_header(Elf *elf)
{
    const uint8_t *f = elf->file;
    if (elf->size < 64 || (f[4] != CLASS_32 && f[4] != CLASS_64) || f[5] != DATA_LE) {
        return false;
    }
    unsigned machine = ldw_le_p(f + 18);
    elf->is64 = f[4] == CLASS_64;
    elf->phoff = elf->is64 ? ldq_le_p(f + 32) : ldl_le_p(f + 28);
    elf->phentsize = ldw_le_p(f + (elf->is64 ? 54 : 42));
    elf->phnum = ldw_le_p(f + (elf->is64 ? 56 : 44));
    return (machine == EM_386 || machine == EM_X86_64) &&
           elf->phentsize >= (elf->is64 ? 56 : 32) &&
           in_file(elf, elf->phoff, (uint64_t)elf->phentsize * elf->phnum);
}

static Segment get_segment(const Elf *elf, unsigned i)
{
    const uint8_t *h = elf->file + elf->phoff + (uint64_t)i * elf->phentsize;
    if (elf->is64) {
        return (Segment){ldl_le_p(h),      ldq_le_p(h + 8),  ldq_le_p(h + 24),
                         ldq_le_p(h + 32), ldq_le_p(h + 40), ldq_le_p(h + 48)};
    }
    return (Segment){ldl_le_p(h),      ldl_le_p(h + 4),  ldl_le_p(h + 12),
                     ldl_le_p(h + 16), ldl_le_p(h + 20), ldl_le_p(h + 28)};
}

/* Looks for the PVH note in a PT_NOTE segment; names and descriptors are padded. */
static bool find_pvh_note(const Elf *elf, const Segment *s, uint64_t *entry)
{
    uint64_t pad = s->align == 8 ? 8 : 4;
    const uint8_t *p = elf->file + s->offset, *end = p + s->filesz;
    while (end - p >= 12) {
        uint64_t namesz = ldl_le_p(p), descsz = ldl_le_p(p + 4);
        uint64_t desc_at = 12 + ROUND_UP(namesz, pad),
                 next = desc_at + ROUND_UP(descsz, pad);
        if (desc_at + descsz > (uint64_t)(end - p)) {
            return false;
        }
        if (ldl_le_p(p + 8) == NOTE_PHYS32_ENTRY && namesz == 4 &&
            !memcmp(p + 12, "Xen", 4) && (descsz == 4 || descsz == 8)) {
            *entry = ldn_le_p(p + desc_at, descsz);
            return true;
        }
        p += MIN(next, (uint64_t)(end - p));
    }
    return false;
}

static bool find_entry(const Elf *elf, uint64_t *entry)
{
    for (unsigned i = 0; i < elf->phnum; i++) {
        Segment s = get_segment(elf, i);
        if (s.type == PT_NOTE && in_file(elf, s.offset, s.filesz) &&
            find_pvh_note(elf, &s, entry)) {
            return true;
        }
    }
    return false;
}

/* Conventional memory above the boot structures, or high memory. */
static bool range_is_free(const BootConfig *cfg, uint64_t at, uint64_t len)
{
    uint64_t end = at + len;
    bool low = at >= MEM_CMDLINE + MEM_CMDLINE_MAX && end <= MEM_EBDA;
    bool high = at >= MEM_HIGH && end <= cfg->low_ram;
    return end >= at && (low || high);
}

/* Adds the loadable segments; *top becomes the end of the highest one. */
static bool add_segments(BootPlan *p, const BootConfig *cfg, const Elf *elf,
                         uint64_t *top, GError **errp)
{
    *top = MEM_HIGH;
    for (unsigned i = 0; i < elf->phnum; i++) {
        Segment s = get_segment(elf, i);
        if (s.type != PT_LOAD || !s.memsz) {
            continue;
        }
        if (!in_file(elf, s.offset, s.filesz) || s.filesz > s.memsz) {
            return user_error(errp, "-kernel %s: truncated: segment %u is not all there",
                              cfg->kernel, i);
        }
        if (!range_is_free(cfg, s.paddr, s.memsz)) {
            return user_error(errp,
                              "-kernel %s: segment %u at 0x%" PRIx64 " (%" PRIu64
                              " KiB) is not in free memory (-m)",
                              cfg->kernel, i, s.paddr, (s.memsz + 1023) >> 10);
        }
        boot_add_blob(p, s.paddr, elf->file + s.offset, s.filesz);
        if (s.memsz > s.filesz) {
            boot_add_buffer(p, s.paddr + s.filesz, s.memsz - s.filesz);
        }
        *top = MAX(*top, s.paddr + s.memsz);
    }
    return true;
}

static void add_start_info(BootPlan *p, const BootConfig *cfg, const E820Entry *initrd)
{
    E820Entry map[E820_MAX];
    unsigned n = boot_memory_map(cfg, map);
    uint8_t *b = boot_add_buffer(p, MEM_PVH_INFO, PVH_BYTES);
    stl_le_p(b, PVH_MAGIC);
    stl_le_p(b + 4, 1); /* version: has a memory map */
    stl_le_p(b + 12, initrd->len ? 1 : 0);
    stq_le_p(b + 16, initrd->len ? MEM_PVH_INFO + PVH_MODULE : 0);
    stq_le_p(b + 24, MEM_CMDLINE);
    stq_le_p(b + 32, cfg->rsdp);
    stq_le_p(b + 40, MEM_PVH_INFO + PVH_MAP);
    stl_le_p(b + 48, n);
    stq_le_p(b + PVH_MODULE, initrd->addr);
    stq_le_p(b + PVH_MODULE + 8, initrd->len);
    for (unsigned i = 0; i < n; i++) {
        uint8_t *e = b + PVH_MAP + PVH_MAP_ENTRY * i;
        stq_le_p(e, map[i].addr);
        stq_le_p(e + 8, map[i].len);
        stl_le_p(e + 16, map[i].type);
    }
}

bool boot_load_elf(BootPlan *p, const BootConfig *cfg, const uint8_t *file, uint64_t size,
                   GError **errp)
{
    Elf elf = {.file = file, .size = size};
    uint64_t entry, top;
    E820Entry initrd;
    if (!parse_header(&elf)) {
        return user_error(errp, "-kernel %s: not an ELF file for x86, or truncated",
                          cfg->kernel);
    }
    if (!find_entry(&elf, &entry)) {
        return user_error(errp, "-kernel %s: this ELF file has no PVH entry note",
                          cfg->kernel);
    }
    if (!add_segments(p, cfg, &elf, &top, errp) ||
        !boot_add_cmdline(p, cfg, MEM_CMDLINE_MAX - 1, errp) ||
        !boot_add_initrd(p, cfg, top, MEM_4G, &initrd, errp)) {
        return false;
    }
    add_start_info(p, cfg, &initrd);
    p->state = (X86BootState){
        .mode = BOOT_PROTECTED,
        .rip = entry,
        .rsp = MEM_BOOT_STACK,
        .rbx = MEM_PVH_INFO,
    };
    return true;
}
