/* The ACPI tables of the PC board. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_X86_ACPI_TABLES_H
#define HW_X86_ACPI_TABLES_H

#include "util/common.h"

typedef struct AcpiConfig {
    unsigned ncpus;        /* APIC IDs 0 to ncpus - 1 */
    uint16_t serial_io[4]; /* ports of the UARTs, 0: none */
    uint8_t serial_irq[4];
} AcpiConfig;

/*
 * All tables for one block of memory at physical address `base` (16-byte aligned, below
 * 1 MiB so that the RSDP at its start can be found by scanning). The caller frees the
 * array.
 */
GByteArray *acpi_build(const AcpiConfig *cfg, uint32_t base);

#endif
