/* Loads a Linux bzImage by the x86 boot protocol, at its 64-bit or 32-bit entry. */
/* SPDX-License-Identifier: MIT */
/*
 * (The Linux/x86 boot protocol, as the kernel's documentation describes it.) The
 * real-mode part of the file is not run: its header is copied into boot_params, which the
 * board fills as the setup code would. The protected-mode part goes to its preferred
 * address. Both entries get boot_params in RSI.
 */
#include "hw/x86/boot.h"
#include "hw/x86/memmap.h"
#include "util/bitops.h"

enum { /* offsets in the file and in boot_params */
       HDR_SETUP_SECTS = 0x1f1,
       HDR_SYSSIZE = 0x1f4, /* protected-mode part in units of 16 bytes */
       HDR_BOOT_FLAG = 0x1fe,
       HDR_JUMP = 0x200, /* its second byte is the length of the header behind 202h */
       HDR_MAGIC = 0x202,
       HDR_VERSION = 0x206,
       HDR_TYPE_OF_LOADER = 0x210,
       HDR_LOADFLAGS = 0x211,
       HDR_CODE32_START = 0x214,
       HDR_RAMDISK = 0x218,
       HDR_RAMDISK_SIZE = 0x21c,
       HDR_HEAP_END = 0x224,
       HDR_CMDLINE = 0x228,
       HDR_INITRD_MAX = 0x22c, /* last byte that the initrd may use */
       HDR_RELOCATABLE = 0x234,
       HDR_XLOADFLAGS = 0x236,
       HDR_CMDLINE_SIZE = 0x238,
       HDR_PREF_ADDRESS = 0x258,
       HDR_INIT_SIZE = 0x260,
       HDR_END = 0x268,

       BP_ALT_MEM_K = 0x1e0,
       BP_ACPI_RSDP = 0x070,
       BP_E820_ENTRIES = 0x1e8,
       BP_E820_TABLE = 0x2d0, /* 20 bytes each */
       BP_SIZE = 4096,
};
#define BOOT_FLAG        0xaa55
#define MAGIC            0x53726448 /* HdrS */
#define VERSION_MIN      0x020a     /* pref_address and init_size */
#define VERSION_XFLAGS   0x020c
#define LOADER_OTHER     0xff
#define LOADED_HIGH      0x01
#define CAN_USE_HEAP     0x80
#define XLF_KERNEL_64    0x01
#define ENTRY64_OFFSET   0x200
#define SECTOR           512
#define PAGE_TABLE_BYTES 4096
#define NPDS             4
#define LARGE_PAGE       0x200000ull
#define PTE_P_RW         0x003
#define PTE_LARGE        0x080

typedef struct Image {
    const uint8_t *file;
    uint64_t size;
    uint64_t setup_size; /* real-mode part */
    uint64_t load_size;  /* protected-mode part, as far as it is in the file */
    uint64_t load_addr;
    uint64_t init_size; /* memory that it needs from load_addr */
    uint16_t version;
    bool entry64;
} Image;

static bool is_bzimage(const uint8_t *file, uint64_t size)
{
    return size >= HDR_END && ldw_le_p(file + HDR_BOOT_FLAG) == BOOT_FLAG &&
           ldl_le_p(file + HDR_MAGIC) == MAGIC && (file[HDR_LOADFLAGS] & LOADED_HIGH);
}

static bool parse_header(Image *im, const BootConfig *cfg, GError **errp)
{
    const uint8_t *f = im->file;
    unsigned sects = f[HDR_SETUP_SECTS] ? f[HDR_SETUP_SECTS] : 4;
    uint64_t sys_size = (uint64_t)ldl_le_p(f + HDR_SYSSIZE) * 16;
    im->version = ldw_le_p(f + HDR_VERSION);
    if (im->version < VERSION_MIN) {
        return user_error(errp, "-kernel %s: boot protocol %u.%02u is older than 2.10",
                          cfg->kernel, im->version >> 8, im->version & 0xff);
    }
    im->setup_size = (sects + 1) * SECTOR;
    /* syssize is rounded up; what is missing must be less than a unit. */
    if (im->size <= im->setup_size || im->size - im->setup_size + 15 < sys_size) {
        return user_error(
            errp, "-kernel %s: truncated: %" PRIu64 " bytes of %" PRIu64 " are there",
            cfg->kernel, im->size, im->setup_size + sys_size);
    }
    im->load_size = im->size - im->setup_size;
    im->load_addr = ldq_le_p(f + HDR_PREF_ADDRESS);
    im->init_size = MAX(ldl_le_p(f + HDR_INIT_SIZE), im->load_size);
    bool has64 =
        im->version >= VERSION_XFLAGS && (ldw_le_p(f + HDR_XLOADFLAGS) & XLF_KERNEL_64);
    im->entry64 = has64 && !cfg->force_entry32;
    return true;
}

static bool check_memory(const Image *im, const BootConfig *cfg, GError **errp)
{
    uint64_t at = im->load_addr;
    if (at < MEM_HIGH || at >= MEM_4G || im->init_size > MEM_4G) {
        return user_error(errp, "-kernel %s: wants to be loaded at 0x%" PRIx64,
                          cfg->kernel, at);
    }
    if (at + im->init_size > cfg->low_ram) {
        return user_error(errp,
                          "-kernel %s: needs memory up to %" PRIu64
                          " MiB, the guest has %" PRIu64 " MiB (-m)",
                          cfg->kernel, (at + im->init_size + 0xfffff) >> 20,
                          (cfg->low_ram + cfg->high_ram) >> 20);
    }
    return true;
}

static void fill_e820(uint8_t *bp, const BootConfig *cfg)
{
    E820Entry map[E820_MAX];
    unsigned n = boot_memory_map(cfg, map);
    bp[BP_E820_ENTRIES] = n;
    for (unsigned i = 0; i < n; i++) {
        uint8_t *e = bp + BP_E820_TABLE + 20 * i;
        stq_le_p(e, map[i].addr);
        stq_le_p(e + 8, map[i].len);
        stl_le_p(e + 16, map[i].type);
    }
    stl_le_p(bp + BP_ALT_MEM_K, (cfg->low_ram - MEM_HIGH) >> 10);
}

static void fill_boot_params(uint8_t *bp, const Image *im, const BootConfig *cfg,
                             const E820Entry *initrd)
{
    unsigned end = HDR_MAGIC + im->file[HDR_JUMP + 1];
    end = CLAMP(end, HDR_END, BP_E820_TABLE);
    end = MIN(end, im->setup_size);
    memcpy(bp + HDR_SETUP_SECTS, im->file + HDR_SETUP_SECTS, end - HDR_SETUP_SECTS);
    bp[HDR_TYPE_OF_LOADER] = LOADER_OTHER;
    bp[HDR_LOADFLAGS] |= CAN_USE_HEAP;
    stw_le_p(bp + HDR_HEAP_END, 0xfe00);
    stl_le_p(bp + HDR_CODE32_START, im->load_addr);
    stl_le_p(bp + HDR_RAMDISK, initrd->addr);
    stl_le_p(bp + HDR_RAMDISK_SIZE, initrd->len);
    stl_le_p(bp + HDR_CMDLINE, MEM_CMDLINE);
    stq_le_p(bp + BP_ACPI_RSDP, cfg->rsdp);
    fill_e820(bp, cfg);
}

/* One PML4 and one PDPT entry for each of four page directories of 2 MiB pages. */
static void add_page_tables(BootPlan *p)
{
    uint8_t *t = boot_add_buffer(p, MEM_PAGE_TABLES, (2 + NPDS) * PAGE_TABLE_BYTES);
    uint64_t pdpt = MEM_PAGE_TABLES + PAGE_TABLE_BYTES, pds = pdpt + PAGE_TABLE_BYTES;
    stq_le_p(t, pdpt | PTE_P_RW);
    for (unsigned i = 0; i < NPDS; i++) {
        stq_le_p(t + PAGE_TABLE_BYTES + 8 * i, (pds + i * PAGE_TABLE_BYTES) | PTE_P_RW);
    }
    for (unsigned i = 0; i < NPDS * PAGE_TABLE_BYTES / 8; i++) {
        stq_le_p(t + 2 * PAGE_TABLE_BYTES + 8 * i, i * LARGE_PAGE | PTE_LARGE | PTE_P_RW);
    }
}

bool boot_load_bzimage(BootPlan *p, const BootConfig *cfg, const uint8_t *file,
                       uint64_t size, GError **errp)
{
    Image im = {.file = file, .size = size};
    E820Entry initrd;
    if (!is_bzimage(file, size)) {
        return user_error(errp, "-kernel %s: neither a Linux bzImage nor an ELF file",
                          cfg->kernel);
    }
    if (!parse_header(&im, cfg, errp) || !check_memory(&im, cfg, errp)) {
        return false;
    }
    uint64_t kernel_end = im.load_addr + im.init_size;
    uint64_t initrd_limit = (uint64_t)ldl_le_p(file + HDR_INITRD_MAX) + 1;
    if (!boot_add_cmdline(p, cfg, ldl_le_p(file + HDR_CMDLINE_SIZE), errp) ||
        !boot_add_initrd(p, cfg, kernel_end, initrd_limit, &initrd, errp)) {
        return false;
    }
    boot_add_blob(p, im.load_addr, file + im.setup_size, im.load_size);
    fill_boot_params(boot_add_buffer(p, MEM_BOOT_PARAMS, BP_SIZE), &im, cfg, &initrd);
    p->state = (X86BootState){
        .mode = im.entry64 ? BOOT_LONG : BOOT_PROTECTED,
        .rip = im.load_addr + (im.entry64 ? ENTRY64_OFFSET : 0),
        .rsp = MEM_BOOT_STACK,
        .rsi = MEM_BOOT_PARAMS,
    };
    if (im.entry64) {
        add_page_tables(p);
    }
    return true;
}
