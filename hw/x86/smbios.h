/* The SMBIOS tables of the PC board. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_X86_SMBIOS_H
#define HW_X86_SMBIOS_H

#include "util/common.h"
#include "util/error.h"

/* Texts that the user may choose; NULL: the board's own, or none. */
typedef enum SmbiosText {
    SMBIOS_BIOS_VENDOR,
    SMBIOS_BIOS_VERSION,
    SMBIOS_BIOS_DATE,
    SMBIOS_MANUFACTURER,
    SMBIOS_PRODUCT,
    SMBIOS_VERSION,
    SMBIOS_SERIAL,
    SMBIOS_SKU,
    SMBIOS_FAMILY,
    NR_SMBIOS_TEXTS
} SmbiosText;

typedef struct SmbiosChoice {
    const char *text[NR_SMBIOS_TEXTS];
    GPtrArray *oem; /* of char *: strings of type 11; NULL: none */
    bool has_uuid;
    uint8_t uuid[16]; /* in the order in which it is written */
} SmbiosChoice;

typedef struct SmbiosConfig {
    const SmbiosChoice *choice; /* NULL: nothing was chosen */
    unsigned ncpus, mhz;
    uint64_t low_ram, high_ram; /* bytes below and above 4 GiB */
} SmbiosConfig;

/*
 * Entry point and tables for one block of memory at physical address `base`, where system
 * software looks for it: a multiple of 16 in the last 64 KiB below 1 MiB. The caller
 * frees the array. NULL: there is not room for the texts in `room` bytes.
 */
GByteArray *smbios_build(const SmbiosConfig *cfg, uint32_t base, uint32_t room,
                         GError **errp);

#endif
