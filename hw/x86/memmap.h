/* Where things are in the physical address space of the PC board. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_X86_MEMMAP_H
#define HW_X86_MEMMAP_H

/*
 *   0000_0000 - 0009_fbff   RAM                        (conventional memory)
 *     0000_0500               GDT of the first instruction
 *     0000_1000               PVH start info, its modules and memory map
 *     0000_2000               boot_params ("zero page") of Linux
 *     0000_3000 - 0000_8fff   page tables: PML4, PDPT, four PDs, 0-4 GiB one to one
 *     0000_f000               top of the stack
 *     0002_0000               kernel command line
 *   0009_fc00 - 0009_ffff   RAM, reserved              (where a BIOS keeps its data area)
 *   000a_0000 - 000b_ffff   nothing                    (VGA memory, one day)
 *   000c_0000 - 000d_ffff   RAM, not reported
 *   000e_0000 - 000e_ffff   RAM, reserved              (ACPI tables, or firmware's copy)
 *   000f_0000 - 000f_ffff   RAM, reserved              (SMBIOS, or firmware's copy)
 *   0010_0000 - low end     RAM                        (up to 3 GiB of it)
 *   c000_0000 - febf_ffff   PCI BARs
 *   fec0_0000               I/O APIC
 *   fed0_0000               HPET
 *   fee0_0000               local APICs, and MSI writes of devices
 *   ...       - ffff_ffff   firmware, so that it ends here
 *   1_0000_0000 -           the rest of RAM
 */

#define MEM_BOOT_GDT    0x00000500u
#define MEM_PVH_INFO    0x00001000u
#define MEM_BOOT_PARAMS 0x00002000u
#define MEM_PAGE_TABLES 0x00003000u
#define MEM_BOOT_STACK  0x0000f000u
#define MEM_CMDLINE     0x00020000u
#define MEM_CMDLINE_MAX 0x00010000u
#define MEM_EBDA        0x0009fc00u
#define MEM_VGA         0x000a0000u
#define MEM_VGA_END     0x000c0000u
#define MEM_BIOS        0x000e0000u
#define MEM_SMBIOS      0x000f0000u
#define MEM_BIOS_ENTRY  0x000ffff0u /* F000:FFF0 */
#define MEM_BIOS_END    0x00100000u
#define MEM_HIGH        0x00100000u
#define MEM_LOW_MAX     0xc0000000u /* RAM below 4 GiB ends here at the latest */
#define MEM_PCI         0xc0000000u
#define MEM_PCI_END     0xfec00000u
#define MEM_IOAPIC      0xfec00000u
#define MEM_HPET        0xfed00000u
#define MEM_LAPIC       0xfee00000u
#define MEM_LAPIC_END   0xfef00000u
#define MEM_4G          0x100000000ull

/* Ports given to PCI BARs, and the ACPI block. */
#define IO_PM      0x0600
#define IO_PCI     0xc000
#define IO_PCI_END 0x10000

/* The interrupts of PIRQA-PIRQD when an operating system uses the 8259s. */
#define PIRQ_ISA_IRQS  \
    {                  \
        10, 10, 11, 11 \
    }
#define SCI_GSI       9
#define PCI_FIRST_GSI 16

#endif
