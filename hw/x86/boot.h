/* BootPlan: what a direct boot puts into guest memory, and the state of the first vCPU.
 */
/* SPDX-License-Identifier: MIT */
#ifndef HW_X86_BOOT_H
#define HW_X86_BOOT_H

#include "util/common.h"
#include "util/error.h"

/*
 * The loaders read the user's files once and make a plan; the board carries it out at
 * every reset. A plan touches no guest memory, so it can be looked at by a test.
 */

/* How the first instruction of the boot vCPU is reached. */
typedef enum BootMode {
    BOOT_RESET_VECTOR, /* as after RESET: F000:FFF0 */
    BOOT_PROTECTED,    /* 32-bit, flat segments, paging off */
    BOOT_LONG          /* 64-bit, MEM_PAGE_TABLES map 0-4 GiB one to one */
} BootMode;

/* Flat segments: selectors in the GDT at MEM_BOOT_GDT (Linux: __BOOT_CS, __BOOT_DS, TSS).
 */
#define BOOT_CS  0x10
#define BOOT_DS  0x18
#define BOOT_TSS 0x20

/*
 * All that is not named is as after RESET. The board's business: CR0.PE, in long mode
 * also CR0.PG, CR4.PAE, CR3, EFER.LME and LMA, the segments and GDTR. Interrupts are off.
 */
typedef struct X86BootState {
    BootMode mode;
    uint64_t rip, rsp, rsi, rbx;
} X86BootState;

typedef struct BootBlob {
    uint64_t addr; /* physical */
    const uint8_t *data;
    uint64_t len;
} BootBlob;

typedef struct BootConfig {
    const char *kernel, *initrd, *append, *firmware; /* NULL: not given */
    uint64_t low_ram;                                /* end of RAM below 4 GiB */
    uint64_t high_ram;                               /* bytes of RAM from 4 GiB up */
    uint64_t rsdp; /* address of the ACPI root pointer */
    bool force_entry32;
} BootConfig;

typedef struct BootPlan {
    X86BootState state;
    GArray *blobs;           /* BootBlob, in ascending order of writing */
    GPtrArray *files;        /* GMappedFile */
    GPtrArray *owned;        /* other memory that blobs point into */
    const uint8_t *firmware; /* -bios: an image that ends at 4 GiB, or NULL */
    uint64_t firmware_size;
} BootPlan;

/* Reads what `cfg` names. NULL with a message that begins with the option ("-kernel x:
 * "). */
BootPlan *boot_plan_new(const BootConfig *cfg, GError **errp);
void boot_plan_free(BootPlan *p);

/* ---- for the loaders ---- */

typedef enum E820Type { E820_RAM = 1, E820_RESERVED = 2 } E820Type;

typedef struct E820Entry {
    uint64_t addr, len;
    E820Type type;
} E820Entry;

#define E820_MAX 8

/* The memory map of memmap.h; returns the number of entries, sorted by address. */
unsigned boot_memory_map(const BootConfig *cfg, E820Entry e[E820_MAX]);

/* Maps a file for the plan's life; *size is not 0. NULL on error. */
const uint8_t *boot_read_file(BootPlan *p, const char *option, const char *path,
                              uint64_t *size, GError **errp);

/* `data` must live as long as the plan. */
void boot_add_blob(BootPlan *p, uint64_t addr, const void *data, uint64_t len);

/* Zeroed memory that belongs to the plan and will be at `addr`. */
void *boot_add_buffer(BootPlan *p, uint64_t addr, uint64_t len);

/* The command line at MEM_CMDLINE, "" if there is none; `max` characters at most. */
bool boot_add_cmdline(BootPlan *p, const BootConfig *cfg, uint64_t max,
                      GError **errp) USER_CHECKED;

/*
 * Places the initrd as high as it can be below `limit` (exclusive), page-aligned, and not
 * below `floor`. *addr and *size are 0 without -initrd.
 */
bool boot_add_initrd(BootPlan *p, const BootConfig *cfg, uint64_t floor, uint64_t limit,
                     E820Entry *where, GError **errp) USER_CHECKED;

/* The two kinds of -kernel. The file is mapped already. */
bool boot_load_bzimage(BootPlan *p, const BootConfig *cfg, const uint8_t *file,
                       uint64_t size, GError **errp) USER_CHECKED;
bool boot_load_elf(BootPlan *p, const BootConfig *cfg, const uint8_t *file, uint64_t size,
                   GError **errp) USER_CHECKED;

#endif
