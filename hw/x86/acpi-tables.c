/* Builds RSDP, XSDT, FADT, FACS, DSDT, MADT, HPET and WAET. */
/* SPDX-License-Identifier: MIT */
/*
 * (ACPI 6.4, chapter 5; IA-PC HPET 1.0a, 3.2.4; Microsoft's WAET specification.) Tables
 * are appended to one array that will lie at `base`. table_begin() writes a header,
 * table_end() its length and checksum. The RSDP comes first and is filled in last.
 */
#include "hw/x86/acpi-tables.h"
#include "hw/x86/aml.h"
#include "hw/x86/memmap.h"

#define RSDP_SIZE 36
#define FADT_SIZE 276
#define FACS_SIZE 64
#define NPCISLOTS 32

enum { /* FADT: offsets of fields that are not 0 */
       FADT_FACS = 36,
       FADT_DSDT = 40,
       FADT_SCI_INT = 46,
       FADT_PM1A_EVT = 56,
       FADT_PM1A_CNT = 64,
       FADT_PM_TMR = 76,
       FADT_GPE0 = 80,
       FADT_PM1_EVT_LEN = 88,
       FADT_PM1_CNT_LEN = 89,
       FADT_PM_TMR_LEN = 91,
       FADT_GPE0_LEN = 92,
       FADT_C2_LATENCY = 96,
       FADT_C3_LATENCY = 98,
       FADT_CENTURY = 108,
       FADT_BOOT_ARCH = 109,
       FADT_FLAGS = 112,
       FADT_RESET_REG = 116,
       FADT_RESET_VALUE = 128,
       FADT_X_DSDT = 140,
       FADT_X_PM1A_EVT = 148,
       FADT_X_PM1A_CNT = 172,
       FADT_X_PM_TMR = 208,
       FADT_X_GPE0 = 220,
};
#define BOOT_ARCH_LEGACY 0x0001 /* ISA devices */
#define BOOT_ARCH_8042   0x0002
#define BOOT_ARCH_NO_VGA 0x0004
#define FLAG_WBINVD      (1u << 0)
#define FLAG_PROC_C1     (1u << 2)
#define FLAG_NO_SLP_BTN  (1u << 5)
#define FLAG_NO_FIX_RTC  (1u << 6)
#define FLAG_RESET_REG   (1u << 10)

enum { GAS_MEMORY, GAS_IO };

/* Blocks of the power management function, from IO_PM. */
enum { PM1_EVT = 0x00, PM1_CNT = 0x04, PM_TMR = 0x08, GPE0 = 0x0c };

typedef struct Build {
    GByteArray *out;
    uint32_t base;
    uint32_t xsdt[8]; /* addresses of the tables that the XSDT lists */
    unsigned nxsdt;
} Build;

static void put(GByteArray *a, guint at, uint64_t v, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        a->data[at + i] = v >> 8 * i;
    }
}

static uint8_t checksum(const uint8_t *p, size_t n)
{
    uint8_t sum = 0;
    while (n--) {
        sum += *p++;
    }
    return -sum;
}

static void align_to(GByteArray *a, unsigned n)
{
    while (a->len % n) {
        aml_bytes(a, 0, 1);
    }
}

static void text(GByteArray *a, const char *s, unsigned n)
{
    assert(strlen(s) == n);
    g_byte_array_append(a, (const uint8_t *)s, n);
}

static guint table_begin(Build *b, const char *signature, unsigned revision)
{
    align_to(b->out, 16);
    guint at = b->out->len;
    text(b->out, signature, 4);
    aml_bytes(b->out, 0, 4);
    aml_bytes(b->out, revision, 1);
    aml_bytes(b->out, 0, 1);
    text(b->out, "MYNAH ", 6);
    text(b->out, "MYNAHPC ", 8);
    aml_bytes(b->out, 1, 4);
    text(b->out, "MYNH", 4);
    aml_bytes(b->out, 1, 4);
    return at;
}

static uint32_t table_end(Build *b, guint at)
{
    put(b->out, at + 4, b->out->len - at, 4);
    put(b->out, at + 9, checksum(b->out->data + at, b->out->len - at), 1);
    return b->base + at;
}

/* Ends a table that belongs into the XSDT. */
static void table_list(Build *b, guint at)
{
    assert(b->nxsdt < ARRAY_SIZE(b->xsdt));
    b->xsdt[b->nxsdt++] = table_end(b, at);
}

/* ---- DSDT ---- */

/* One _PRT entry: all functions of a slot, pin 0-3, no link device, interrupt. */
static void prt_entry(Aml *a, unsigned slot, unsigned pin, unsigned gsi)
{
    AmlMark m = aml_package(a, 4);
    aml_int(a, slot << 16 | 0xffff);
    aml_int(a, pin);
    aml_int(a, 0);
    aml_int(a, gsi);
    aml_close(a, m);
}

static void prt(Aml *a, const char *name, const uint8_t gsi[4])
{
    aml_name(a, name);
    AmlMark m = aml_package(a, 4 * (NPCISLOTS - 1));
    for (unsigned slot = 1; slot < NPCISLOTS; slot++) {
        for (unsigned pin = 0; pin < 4; pin++) {
            prt_entry(a, slot, pin, gsi[(slot + pin) & 3]);
        }
    }
    aml_close(a, m);
}

/* With the 8259s the ISA interrupts, with the I/O APIC its own inputs. */
static void pci_routing(Aml *a)
{
    static const uint8_t pic[4] = PIRQ_ISA_IRQS;
    static const uint8_t apic[4] = {PCI_FIRST_GSI, PCI_FIRST_GSI + 1, PCI_FIRST_GSI + 2,
                                    PCI_FIRST_GSI + 3};
    prt(a, "PRTP", pic);
    prt(a, "PRTA", apic);
    AmlMark m = aml_method(a, "_PRT", 0);
    AmlMark then = aml_if_name(a, "\\PICF");
    aml_return_name(a, "PRTA");
    aml_close(a, then);
    aml_return_name(a, "PRTP");
    aml_close(a, m);
}

static void pci_windows(Aml *a)
{
    aml_name(a, "_CRS");
    AmlMark m = aml_resources(a);
    aml_res_bus_range(a, 0, 0xff);
    aml_res_io(a, 0xcf8, 8);
    aml_res_io_range(a, 0x0000, 0x0cf7);
    aml_res_io_range(a, 0x0d00, 0xffff);
    aml_res_mem_range(a, MEM_VGA, MEM_VGA_END - 1);
    aml_res_mem_range(a, MEM_PCI, MEM_PCI_END - 1);
    aml_close_resources(a, m);
}

/* An ISA device: names, then its resources, which the caller closes with isa_end(). */
typedef struct IsaMarks {
    AmlMark device, crs;
} IsaMarks;

static IsaMarks isa_begin(Aml *a, const char *name, const char *hid, unsigned uid)
{
    IsaMarks m;
    m.device = aml_device(a, name);
    aml_name(a, "_HID");
    aml_eisa_id(a, hid);
    aml_name(a, "_UID");
    aml_int(a, uid);
    aml_name(a, "_CRS");
    m.crs = aml_resources(a);
    return m;
}

static void isa_end(Aml *a, IsaMarks m)
{
    aml_close_resources(a, m.crs);
    aml_close(a, m.device);
}

static void isa_devices(Aml *a, const AcpiConfig *cfg)
{
    AmlMark isa = aml_device(a, "ISA_");
    aml_name(a, "_ADR");
    aml_int(a, 0x00010000);

    IsaMarks m = isa_begin(a, "RTC_", "PNP0B00", 0);
    aml_res_io(a, 0x70, 2);
    aml_res_irq(a, 8);
    isa_end(a, m);

    m = isa_begin(a, "KBD_", "PNP0303", 0);
    aml_res_io(a, 0x60, 1);
    aml_res_io(a, 0x64, 1);
    aml_res_irq(a, 1);
    isa_end(a, m);

    for (unsigned i = 0; i < ARRAY_SIZE(cfg->serial_io); i++) {
        char name[5] = {'C', 'O', 'M', '1' + i};
        if (cfg->serial_io[i]) {
            m = isa_begin(a, name, "PNP0501", i + 1);
            aml_res_io(a, cfg->serial_io[i], 8);
            aml_res_irq(a, cfg->serial_irq[i]);
            isa_end(a, m);
        }
    }
    aml_close(a, isa);
}

/* Resources of the board that no driver claims. */
static void board_resources(Aml *a)
{
    IsaMarks m = isa_begin(a, "MBRD", "PNP0C02", 0);
    aml_res_io(a, IO_PM & 0xffff, 64);
    aml_res_io(a, 0x4d0, 2);
    aml_res_mem32_fixed(a, MEM_HPET, 0x400);
    isa_end(a, m);
}

static uint32_t build_dsdt(Build *b, const AcpiConfig *cfg)
{
    Aml *a = b->out;
    guint at = table_begin(b, "DSDT", 2);
    aml_name(a, "\\_S5_"); /* SLP_TYP of PM1a and PM1b for soft-off, two reserved */
    AmlMark m = aml_package(a, 4);
    for (int i = 0; i < 4; i++) {
        aml_int(a, 0);
    }
    aml_close(a, m);

    aml_name(a, "\\PICF");
    aml_int(a, 0);
    m = aml_method(a, "\\_PIC", 1);
    aml_store_arg(a, 0, "\\PICF");
    aml_close(a, m);

    m = aml_scope(a, "\\_SB_");
    AmlMark pci = aml_device(a, "PCI0");
    aml_name(a, "_HID");
    aml_eisa_id(a, "PNP0A03");
    aml_name(a, "_UID");
    aml_int(a, 0);
    pci_windows(a);
    pci_routing(a);
    isa_devices(a, cfg);
    aml_close(a, pci);
    board_resources(a);
    aml_close(a, m);
    return table_end(b, at);
}

/* ---- fixed tables ---- */

static uint32_t build_facs(Build *b)
{
    align_to(b->out, 64);
    guint at = b->out->len;
    text(b->out, "FACS", 4);
    aml_bytes(b->out, FACS_SIZE, 4);
    while (b->out->len < at + FACS_SIZE) {
        aml_bytes(b->out, 0, 1);
    }
    put(b->out, at + 32, 2, 1); /* version */
    return b->base + at;
}

/* Generic address structure; `bits` is the width of the register. */
static void put_gas(GByteArray *a, guint at, unsigned space, unsigned bits, uint64_t addr)
{
    unsigned access = bits == 8 ? 1 : bits == 16 ? 2 : 3;
    put(a, at, space, 1);
    put(a, at + 1, bits, 1);
    put(a, at + 2, 0, 1);
    put(a, at + 3, access, 1);
    put(a, at + 4, addr, 8);
}

static void build_fadt(Build *b, uint32_t facs, uint32_t dsdt)
{
    GByteArray *a = b->out;
    guint at = table_begin(b, "FACP", 6);
    while (a->len < at + FADT_SIZE) {
        aml_bytes(a, 0, 1);
    }
    put(a, at + FADT_FACS, facs, 4);
    put(a, at + FADT_DSDT, dsdt, 4);
    put(a, at + FADT_SCI_INT, SCI_GSI, 2);
    put(a, at + FADT_PM1A_EVT, IO_PM + PM1_EVT, 4);
    put(a, at + FADT_PM1A_CNT, IO_PM + PM1_CNT, 4);
    put(a, at + FADT_PM_TMR, IO_PM + PM_TMR, 4);
    put(a, at + FADT_GPE0, IO_PM + GPE0, 4);
    put(a, at + FADT_PM1_EVT_LEN, 4, 1);
    put(a, at + FADT_PM1_CNT_LEN, 2, 1);
    put(a, at + FADT_PM_TMR_LEN, 4, 1);
    put(a, at + FADT_GPE0_LEN, 4, 1);
    put(a, at + FADT_C2_LATENCY, 0xfff, 2); /* no C2, no C3 */
    put(a, at + FADT_C3_LATENCY, 0xfff, 2);
    put(a, at + FADT_CENTURY, 0x32, 1);
    put(a, at + FADT_BOOT_ARCH, BOOT_ARCH_LEGACY | BOOT_ARCH_8042 | BOOT_ARCH_NO_VGA, 2);
    put(a, at + FADT_FLAGS,
        FLAG_WBINVD | FLAG_PROC_C1 | FLAG_NO_SLP_BTN | FLAG_NO_FIX_RTC | FLAG_RESET_REG,
        4);
    put_gas(a, at + FADT_RESET_REG, GAS_IO, 8, 0xcf9);
    put(a, at + FADT_RESET_VALUE, 6, 1);
    put(a, at + FADT_X_DSDT, dsdt, 8);
    put_gas(a, at + FADT_X_PM1A_EVT, GAS_IO, 32, IO_PM + PM1_EVT);
    put_gas(a, at + FADT_X_PM1A_CNT, GAS_IO, 16, IO_PM + PM1_CNT);
    put_gas(a, at + FADT_X_PM_TMR, GAS_IO, 32, IO_PM + PM_TMR);
    put_gas(a, at + FADT_X_GPE0, GAS_IO, 32, IO_PM + GPE0);
    put(a, at + FADT_X_PM1A_EVT + 3, 2, 1); /* event registers are 16 bits wide */
    put(a, at + FADT_X_GPE0 + 3, 1, 1);
    table_list(b, at);
}

/* Interrupt source override: an ISA interrupt that is not wired one to one, edge, high.
 */
static void madt_override(Build *b, unsigned irq, unsigned gsi, unsigned flags)
{
    aml_bytes(b->out, 2, 1);
    aml_bytes(b->out, 10, 1);
    aml_bytes(b->out, 0, 1);
    aml_bytes(b->out, irq, 1);
    aml_bytes(b->out, gsi, 4);
    aml_bytes(b->out, flags, 2);
}

static void build_madt(Build *b, const AcpiConfig *cfg)
{
    guint at = table_begin(b, "APIC", 5);
    aml_bytes(b->out, MEM_LAPIC, 4);
    aml_bytes(b->out, 1, 4); /* there are 8259s too */
    for (unsigned i = 0; i < cfg->ncpus; i++) {
        aml_bytes(b->out, 0, 1); /* local APIC */
        aml_bytes(b->out, 8, 1);
        aml_bytes(b->out, i, 1); /* processor UID */
        aml_bytes(b->out, i, 1); /* APIC ID */
        aml_bytes(b->out, 1, 4); /* enabled */
    }
    aml_bytes(b->out, 1, 1); /* I/O APIC */
    aml_bytes(b->out, 12, 1);
    aml_bytes(b->out, 0, 2);
    aml_bytes(b->out, MEM_IOAPIC, 4);
    aml_bytes(b->out, 0, 4);
    madt_override(b, 0, 2, 0);
    madt_override(b, SCI_GSI, SCI_GSI, 0xd); /* level-triggered, active high */
    aml_bytes(b->out, 4, 1);                 /* NMI on LINT1 of all */
    aml_bytes(b->out, 6, 1);
    aml_bytes(b->out, 0xff, 1);
    aml_bytes(b->out, 0, 2);
    aml_bytes(b->out, 1, 1);
    table_list(b, at);
}

static void build_hpet(Build *b)
{
    guint at = table_begin(b, "HPET", 1);
    aml_bytes(b->out, 0x8086a201, 4); /* the low half of its capability register */
    guint gas = b->out->len;
    aml_bytes(b->out, 0, 8);
    aml_bytes(b->out, 0, 4);
    put_gas(b->out, gas, GAS_MEMORY, 64, MEM_HPET);
    put(b->out, gas + 3, 0, 1);
    aml_bytes(b->out, 0, 1);   /* number */
    aml_bytes(b->out, 100, 2); /* least ticks of a periodic timer */
    aml_bytes(b->out, 0, 1);
    table_list(b, at);
}

/* Tells that the PM timer and the RTC need no workarounds. */
static void build_waet(Build *b)
{
    guint at = table_begin(b, "WAET", 1);
    aml_bytes(b->out, 3, 4);
    table_list(b, at);
}

static uint32_t build_xsdt(Build *b)
{
    guint at = table_begin(b, "XSDT", 1);
    for (unsigned i = 0; i < b->nxsdt; i++) {
        aml_bytes(b->out, b->xsdt[i], 8);
    }
    return table_end(b, at);
}

static void fill_rsdp(Build *b, uint32_t xsdt)
{
    uint8_t *p = b->out->data;
    memcpy(p, "RSD PTR ", 8);
    memcpy(p + 9, "MYNAH ", 6);
    p[15] = 2; /* revision */
    put(b->out, 20, RSDP_SIZE, 4);
    put(b->out, 24, xsdt, 8);
    p[8] = checksum(p, 20);
    p[32] = checksum(p, RSDP_SIZE);
}

GByteArray *acpi_build(const AcpiConfig *cfg, uint32_t base)
{
    Build b = {.out = g_byte_array_new(), .base = base};
    g_byte_array_set_size(b.out, RSDP_SIZE);
    memset(b.out->data, 0, RSDP_SIZE);
    uint32_t facs = build_facs(&b);
    uint32_t dsdt = build_dsdt(&b, cfg);
    build_fadt(&b, facs, dsdt);
    build_madt(&b, cfg);
    build_hpet(&b);
    build_waet(&b);
    fill_rsdp(&b, build_xsdt(&b));
    return b.out;
}
