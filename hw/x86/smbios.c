/* Builds SMBIOS 2.8 tables: what the machine is called, its CPUs and its memory. */
/* SPDX-License-Identifier: MIT */
/*
 * (DMTF DSP0134 2.8.0.) A structure is a header, fields of fixed size and a list of
 * strings, which fields name by their number from 1. begin() starts one, put() adds
 * fields, str() adds a string and its number, end() checks the length and adds the
 * strings.
 */
#include "hw/x86/smbios.h"

#include "util/bitops.h"

#define ENTRY_SIZE  32 /* 31 bytes, and one that aligns the tables */
#define ENTRY_LEN   31
#define ENTRY_INTER 16 /* the second part, "_DMI_" */
#define NO_HANDLE   0xfffe
#define OEM_MAX     255 /* strings that a structure can number */
#define MIB         (1u << 20)

/* Handles: the type in the upper byte, a number in the lower. */
#define HANDLE(type, n) ((type) << 8 | (n))

typedef struct Build {
    GByteArray *out;
    const SmbiosChoice *choice;
    guint at;     /* of the structure that is being built */
    guint ntexts; /* it has */
    GByteArray *texts;
    guint count, largest; /* of structures; the size of the longest */
} Build;

/* A number of any size. */
static void put(Build *b, uint64_t v, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = i < 8 ? v >> 8 * i : 0;
        g_byte_array_append(b->out, &byte, 1);
    }
}

static void begin(Build *b, unsigned type, unsigned n)
{
    b->at = b->out->len;
    b->ntexts = 0;
    g_byte_array_set_size(b->texts, 0);
    put(b, type, 1);
    put(b, 0, 1); /* the length: end() */
    put(b, HANDLE(type, n), 2);
}

static unsigned add_text(Build *b, const char *text)
{
    g_byte_array_append(b->texts, (const uint8_t *)text, strlen(text) + 1);
    return ++b->ntexts;
}

/* The number of a string; 0: there is none. */
static void str(Build *b, const char *text)
{
    put(b, text && *text ? add_text(b, text) : 0, 1);
}

static void chosen(Build *b, SmbiosText which, const char *otherwise)
{
    const char *text = b->choice ? b->choice->text[which] : NULL;
    str(b, text ? text : otherwise);
}

static void end(Build *b, unsigned length)
{
    assert(b->out->len - b->at == length);
    b->out->data[b->at + 1] = length;
    g_byte_array_append(b->out, b->texts->data, b->texts->len);
    put(b, 0, b->ntexts ? 1 : 2);
    b->count++;
    b->largest = MAX(b->largest, b->out->len - b->at);
}

/* ---- structures, each by its section of chapter 7 ---- */

static void bios_information(Build *b)
{
    begin(b, 0, 0);
    chosen(b, SMBIOS_BIOS_VENDOR, "Mynah");
    chosen(b, SMBIOS_BIOS_VERSION, "1.0");
    put(b, 0xe000, 2); /* segment where it starts */
    chosen(b, SMBIOS_BIOS_DATE, "01/01/2026");
    put(b, 1, 1);               /* 128 KiB */
    put(b, 1 << 3, 8);          /* characteristics: not told */
    put(b, 1, 1);               /* but ACPI */
    put(b, 1 << 2 | 1 << 4, 1); /* targeted content; a virtual machine */
    put(b, 0, 2);               /* release */
    put(b, 0xffff, 2);          /* no embedded controller */
    end(b, 24);
}

/* The first three fields of a UUID are stored little-endian. */
static void put_uuid(Build *b)
{
    static const uint8_t order[16] = {3, 2, 1,  0,  5,  4,  7,  6,
                                      8, 9, 10, 11, 12, 13, 14, 15};
    for (unsigned i = 0; i < 16; i++) {
        put(b, b->choice && b->choice->has_uuid ? b->choice->uuid[order[i]] : 0, 1);
    }
}

static void system_information(Build *b)
{
    begin(b, 1, 0);
    chosen(b, SMBIOS_MANUFACTURER, "Mynah");
    chosen(b, SMBIOS_PRODUCT, "Standard PC (i440FX + PIIX)");
    chosen(b, SMBIOS_VERSION, NULL);
    chosen(b, SMBIOS_SERIAL, NULL);
    put_uuid(b);
    put(b, 6, 1); /* woken by the power switch */
    chosen(b, SMBIOS_SKU, NULL);
    chosen(b, SMBIOS_FAMILY, NULL);
    end(b, 27);
}

static void chassis(Build *b)
{
    begin(b, 3, 0);
    chosen(b, SMBIOS_MANUFACTURER, "Mynah");
    put(b, 1, 1); /* other */
    chosen(b, SMBIOS_VERSION, NULL);
    put(b, 0, 2);        /* serial number, asset tag */
    put(b, 0x030303, 3); /* boot-up, power supply and heat: safe */
    put(b, 2, 1);        /* security: unknown */
    put(b, 0, 9);        /* OEM, height, power cords, elements and their size, SKU */
    end(b, 22);
}

static void processor(Build *b, unsigned n, unsigned mhz)
{
    g_autofree char *socket = g_strdup_printf("CPU %u", n);
    begin(b, 4, n);
    str(b, socket);
    put(b, 3, 1); /* central processor */
    put(b, 1, 1); /* family: other */
    chosen(b, SMBIOS_MANUFACTURER, "Mynah");
    put(b, 0, 8); /* ID: CPUID tells */
    chosen(b, SMBIOS_VERSION, NULL);
    put(b, 0, 1); /* voltage: unknown */
    put(b, 0, 2); /* external clock: unknown */
    put(b, mhz, 2);
    put(b, mhz, 2);
    put(b, 0x41, 1); /* populated, enabled */
    put(b, 1, 1);    /* upgrade: other */
    put(b, 0xffff, 2);
    put(b, 0xffff, 2);
    put(b, 0xffff, 2);   /* caches: no structures */
    put(b, 0, 3);        /* serial number, asset tag, part number */
    put(b, 0x010101, 3); /* cores, of these enabled, threads */
    put(b, 1 << 2, 2);   /* 64 bits */
    put(b, 1, 2);        /* family: other */
    end(b, 42);
}

static void oem_strings(Build *b)
{
    begin(b, 11, 0);
    put(b, b->choice->oem->len, 1);
    for (guint i = 0; i < b->choice->oem->len; i++) {
        const char *text = g_ptr_array_index(b->choice->oem, i);
        add_text(b, *text ? text : " "); /* an empty one would end the list */
    }
    end(b, 5);
}

static void memory_array(Build *b, uint64_t size)
{
    bool large = size >= 0x80000000ull << 10;
    begin(b, 16, 0);
    put(b, 1, 1); /* location: other */
    put(b, 3, 1); /* system memory */
    put(b, 3, 1); /* no error correction */
    put(b, large ? 0x80000000u : size >> 10, 4);
    put(b, NO_HANDLE, 2);
    put(b, 1, 2); /* devices */
    put(b, large ? size : 0, 8);
    end(b, 23);
}

static void memory_device(Build *b, uint64_t size)
{
    uint64_t mib = size / MIB;
    begin(b, 17, 0);
    put(b, HANDLE(16, 0), 2);
    put(b, NO_HANDLE, 2);
    put(b, 0xffff, 2); /* widths: unknown */
    put(b, 0xffff, 2);
    put(b, MIN(mib, 0x7fff), 2);
    put(b, 9, 1); /* DIMM */
    put(b, 0, 1); /* not one of a set */
    str(b, "DIMM 0");
    put(b, 0, 1);      /* bank */
    put(b, 7, 1);      /* RAM */
    put(b, 1 << 1, 2); /* of another kind */
    put(b, 0, 2);      /* speed */
    chosen(b, SMBIOS_MANUFACTURER, "Mynah");
    put(b, 0, 3); /* serial number, asset tag, part number */
    put(b, 0, 1); /* rank */
    put(b, mib >= 0x7fff ? mib : 0, 4);
    put(b, 0, 2); /* speed as configured */
    put(b, 0, 6); /* voltages */
    end(b, 40);
}

/* Ends are the last KiB; what is above 4 TiB has 64-bit fields. */
static void memory_range(Build *b, unsigned n, uint64_t start, uint64_t size)
{
    bool large = start + size > 1ull << 42;
    begin(b, 19, n);
    put(b, large ? UINT32_MAX : start >> 10, 4);
    put(b, large ? UINT32_MAX : ((start + size) >> 10) - 1, 4);
    put(b, HANDLE(16, 0), 2);
    put(b, 1, 1); /* devices in a row */
    put(b, large ? start : 0, 8);
    put(b, large ? start + size - 1 : 0, 8);
    end(b, 31);
}

static void boot_information(Build *b)
{
    begin(b, 32, 0);
    put(b, 0, 6);
    put(b, 0, 1); /* no errors */
    end(b, 11);
}

/* ---- the whole ---- */

static void add_structures(Build *b, const SmbiosConfig *cfg)
{
    bios_information(b);
    system_information(b);
    chassis(b);
    for (unsigned i = 0; i < cfg->ncpus; i++) {
        processor(b, i, cfg->mhz);
    }
    if (b->choice && b->choice->oem && b->choice->oem->len) {
        oem_strings(b);
    }
    memory_array(b, cfg->low_ram + cfg->high_ram);
    memory_device(b, cfg->low_ram + cfg->high_ram);
    memory_range(b, 0, 0, cfg->low_ram);
    if (cfg->high_ram) {
        memory_range(b, 1, 1ull << 32, cfg->high_ram);
    }
    boot_information(b);
    begin(b, 127, 0); /* the end */
    end(b, 4);
}

static uint8_t checksum(const uint8_t *p, size_t n)
{
    uint8_t sum = 0;
    while (n--) {
        sum += *p++;
    }
    return -sum;
}

static void fill_entry(const Build *b, uint32_t base)
{
    uint8_t *p = b->out->data;
    memcpy(p, "_SM_", 4);
    p[5] = ENTRY_LEN;
    p[6] = 2; /* version 2.8 */
    p[7] = 8;
    stw_le_p(p + 8, b->largest);
    memcpy(p + ENTRY_INTER, "_DMI_", 5);
    stw_le_p(p + 0x16, b->out->len - ENTRY_SIZE);
    stl_le_p(p + 0x18, base + ENTRY_SIZE);
    stw_le_p(p + 0x1c, b->count);
    p[0x1e] = 0x28;
    p[ENTRY_INTER + 5] = checksum(p + ENTRY_INTER, ENTRY_LEN - ENTRY_INTER);
    p[4] = checksum(p, ENTRY_LEN);
}

GByteArray *smbios_build(const SmbiosConfig *cfg, uint32_t base, uint32_t room,
                         GError **errp)
{
    Build b = {
        .out = g_byte_array_new(), .texts = g_byte_array_new(), .choice = cfg->choice};
    assert(!b.choice || !b.choice->oem || b.choice->oem->len <= OEM_MAX);
    g_byte_array_set_size(b.out, ENTRY_SIZE);
    memset(b.out->data, 0, ENTRY_SIZE);
    add_structures(&b, cfg);
    fill_entry(&b, base);
    g_byte_array_unref(b.texts);
    if (b.out->len > room) {
        user_error(errp, "-smbios: texts of %u bytes are too many, there is room for %u",
                   b.out->len, room);
        g_byte_array_unref(b.out);
        return NULL;
    }
    return b.out;
}
