/* The board "pc": i440FX and PIIX, APICs, ACPI, direct boot. */
/* SPDX-License-Identifier: MIT */
/*
 * Wiring. A global system interrupt n reaches input n of the 8259 pair (n < 16) and input
 * n of the I/O APIC, where the timer's 0 arrives at 2. The HPET sits in front of 0 and 8,
 * the outputs of the 8254 and the RTC, which it replaces in its legacy mode. INTR of the
 * 8259s is LINT0 of the first local APIC.
 *
 * What firmware would have done is done by pc_reset(), after the devices' own resets:
 * virtual wire mode, PCI routing and BARs, the ACPI block, tables, kernel, boot state.
 * With -bios it is left to the firmware, which starts at the reset vector.
 */
#include "cpu/intc.h"
#include "hw/devices.h"
#include "hw/intc/apic.h"
#include "hw/intc/i8259.h"
#include "hw/pci/pci.h"
#include "hw/rtc/mc146818.h"
#include "hw/x86/acpi-tables.h"
#include "hw/x86/memmap.h"
#include "hw/x86/pc-internal.h"
#include "hw/x86/pc.h"
#include "hw/x86/smbios.h"
#include "util/bitops.h"

#define RAM_MIN      (2u << 20)
#define FIRMWARE_LOW 0x20000u /* as much of its end is also seen below 1 MiB */
#define ELCR2        0x4d1
#define PIIX_DEVFN   PCI_DEVFN(1, 0)
#define PM_DEVFN     PCI_DEVFN(1, 3)
#define PIRQRC       0x60
#define PMBA         0x40
#define PMREGMISC    0x80

/* Ranges of RAM: two windows around the hole below 1 MiB, and one above 4 GiB. */
enum { RAM_CONVENTIONAL, RAM_LOW, RAM_HIGH, NR_RAM };

typedef struct PCState {
    Machine *m;
    BootPlan *plan;
    GByteArray *acpi, *smbios;
    uint64_t low_ram, high_ram;
    bool has_ram, has_rom, has_spaces;
    MemoryRegion mem, io, ram, ram_alias[NR_RAM], rom, lapic_mmio;
    AddressSpace as_mem, as_io;
    ApicBus apic_bus;
    Device *pic, *ioapic, *pm, *rtc;
} PCState;

static const struct {
    uint16_t port;
    uint8_t irq;
} isa_serial_ports[MACHINE_SERIALS] = {
    {0x3f8, 4},
    {0x2f8, 3},
    {0x3e8, 4},
    {0x2e8, 3}
};

/* ---- memory ---- */

static void map_ram(PCState *s, int which, const char *name, uint64_t at, uint64_t offset,
                    uint64_t size)
{
    MemoryRegion *mr = &s->ram_alias[which];
    memory_region_init_alias(mr, name, &s->ram, offset, size);
    memory_region_add_subregion(&s->mem, at, mr);
}

static bool init_memory(PCState *s, GError **errp)
{
    Machine *m = s->m;
    s->low_ram = MIN(m->ram_size, MEM_LOW_MAX);
    s->high_ram = m->ram_size - s->low_ram;
    if (m->ram_size < RAM_MIN) {
        return user_error(errp, "-m: %" PRIu64 " KiB: this machine needs 2 MiB at least",
                          m->ram_size >> 10);
    }
    if (!memory_region_init_ram(&s->ram, "pc.ram", m->ram_size, errp)) {
        return user_error_prefix(errp, "-m %" PRIu64 ": ", m->ram_size >> 20);
    }
    s->has_ram = true;
    memory_region_init_container(&s->mem, "memory", UINT64_MAX);
    memory_region_init_container(&s->io, "io", 0x10000);
    map_ram(s, RAM_CONVENTIONAL, "ram-640k", 0, 0, MEM_VGA);
    map_ram(s, RAM_LOW, "ram-below-4g", MEM_VGA_END, MEM_VGA_END,
            s->low_ram - MEM_VGA_END);
    if (s->high_ram) {
        map_ram(s, RAM_HIGH, "ram-above-4g", MEM_4G, s->low_ram, s->high_ram);
    }
    address_space_init(&s->as_mem, &s->mem, "memory");
    address_space_init(&s->as_io, &s->io, "io");
    s->has_spaces = true;
    m->mem = &s->mem;
    m->io = &s->io;
    m->as_mem = &s->as_mem;
    m->as_io = &s->as_io;
    return true;
}

/* Firmware ends at 4 GiB, so that the reset vector is its last paragraph. */
static bool init_firmware(PCState *s, GError **errp)
{
    uint64_t size = ROUND_UP(s->plan->firmware_size, RAM_PAGE_SIZE);
    if (!s->plan->firmware) {
        return true;
    }
    if (!memory_region_init_rom(&s->rom, "firmware", size, errp)) {
        return user_error_prefix(errp, "-bios: ");
    }
    s->has_rom = true;
    memcpy((uint8_t *)memory_region_ram_ptr(&s->rom) + size - s->plan->firmware_size,
           s->plan->firmware, s->plan->firmware_size);
    memory_region_add_subregion_overlap(&s->mem, MEM_4G - size, &s->rom, 1);
    uint64_t low = MIN(s->plan->firmware_size, FIRMWARE_LOW);
    boot_add_blob(s->plan, MEM_BIOS_END - low,
                  s->plan->firmware + s->plan->firmware_size - low, low);
    return true;
}

/* ---- interrupts ---- */

static void gsi_set(void *opaque, int n, int level)
{
    PCState *s = opaque;
    if (n < 16) {
        s->pic->cls->irq_in(s->pic, n, level);
    }
    if (n != 2) { /* the cascade; this input of the I/O APIC is the timer's */
        s->ioapic->cls->irq_in(s->ioapic, n ? n : 2, level);
    }
}

static int pic_ack(void *opaque)
{
    return i8259_ack(((PCState *)opaque)->pic);
}

static void give_chips(void *opaque, const CPUIntcTaker *taker, CPUIntcChips *image)
{
    PCState *s = opaque;
    i8259_give(s->pic, taker, image);
    ioapic_give(s->ioapic, taker, image);
}

static void take_chips(void *opaque, const CPUIntcChips *image, bool look)
{
    PCState *s = opaque;
    i8259_take_back(s->pic, image, look);
    ioapic_take_back(s->ioapic, image, look);
}

static void send_msi(void *opaque, uint64_t addr, uint32_t data)
{
    apic_bus_send_msi(&((PCState *)opaque)->apic_bus, addr, data);
}

static uint64_t lapic_read(void *opaque, hwaddr offset, unsigned size)
{
    PCState *s = opaque;
    if (offset >= APIC_SPACE_SIZE) {
        return UINT32_MAX;
    }
    return lapic_mmio_read(s->apic_bus.lapic[pc_cpu_current(s->m)], offset);
}

/* Behind the first page there is only what a device's message write is sent to. */
static void lapic_write(void *opaque, hwaddr offset, uint64_t v, unsigned size)
{
    PCState *s = opaque;
    if (offset < APIC_SPACE_SIZE) {
        lapic_mmio_write(s->apic_bus.lapic[pc_cpu_current(s->m)], offset, v);
    } else {
        apic_bus_send_msi(&s->apic_bus, MEM_LAPIC + offset, v);
    }
}

static const MemoryRegionOps lapic_ops = {
    .read = lapic_read,
    .write = lapic_write,
    .impl = {.min_access_size = 4, .max_access_size = 4},
};

static bool realize_lapics(PCState *s, GError **errp)
{
    Machine *m = s->m;
    for (unsigned i = 0; i < m->ncpus; i++) {
        Device *d = device_new(&lapic_class, m);
        device_set_uint(d, "id", i);
        device_set_uint(d, "timer-hz", pc_apic_timer_hz());
        device_set_ptr(d, "bus", &s->apic_bus);
        if (m->cpus) {
            pc_cpu_connect(m, i, d);
        }
        if (!device_realize(d, errp)) {
            return false;
        }
    }
    memory_region_init_io(&s->lapic_mmio, &lapic_ops, s, "lapic",
                          MEM_LAPIC_END - MEM_LAPIC);
    memory_region_add_subregion_overlap(&s->mem, MEM_LAPIC, &s->lapic_mmio, 1);
    return true;
}

static bool init_interrupts(PCState *s, GError **errp)
{
    Machine *m = s->m;
    s->apic_bus.extint_ack = pic_ack;
    s->apic_bus.extint_opaque = s;
    s->apic_bus.give_chips = give_chips;
    s->apic_bus.take_chips = take_chips;
    s->apic_bus.chips_opaque = s;
    m->msi = send_msi;
    m->msi_opaque = s;
    for (int i = 0; i < MACHINE_GSIS; i++) {
        m->gsi[i] = (IRQLine){gsi_set, s, i};
    }
    if (!realize_lapics(s, errp)) {
        return false;
    }
    s->pic = device_new(&i8259_class, m);
    device_connect(s->pic, "intr", device_irq_in(s->apic_bus.lapic[0], 0));
    s->ioapic = device_new(&ioapic_class, m);
    device_set_ptr(s->ioapic, "bus", &s->apic_bus);
    return device_realize(s->pic, errp) && device_realize(s->ioapic, errp);
}

/* ---- devices ---- */

static bool init_timers(PCState *s, GError **errp)
{
    Device *hpet = device_create(&hpet_class, s->m, errp);
    if (!hpet) {
        return false;
    }
    Device *pit = device_new(&i8254_class, s->m);
    device_connect(pit, "irq", device_irq_in(hpet, 0));
    if (!device_realize(pit, errp)) {
        return false;
    }
    s->rtc = device_new(&mc146818_class, s->m);
    device_connect(s->rtc, "irq", device_irq_in(hpet, 1));
    if (s->m->rtc) {
        device_set_uint(s->rtc, "epoch", s->m->rtc->epoch);
        device_set_uint(s->rtc, "offset", s->m->rtc->offset);
        device_set_uint(s->rtc, "runs-on", s->m->rtc->runs_on);
    }
    return device_realize(s->rtc, errp);
}

static bool init_pci(PCState *s, GError **errp)
{
    IRQLine pirq[4];
    Device *piix3 = device_new(&piix3_class, s->m);
    for (int i = 0; i < 4; i++) {
        pirq[i] = device_irq_in(piix3, i);
    }
    s->m->pci = pci_bus_new(&s->mem, &s->io, pirq);
    if (!device_create(&i440fx_class, s->m, errp) || !device_realize(piix3, errp)) {
        return false;
    }
    s->pm = device_create(&piix4_pm_class, s->m, errp);
    return s->pm;
}

static bool init_serials(PCState *s, GError **errp)
{
    for (unsigned i = 0; i < MACHINE_SERIALS; i++) {
        if (!s->m->serial[i]) {
            continue;
        }
        Device *d = device_new(&isa_serial_class, s->m);
        device_set_uint(d, "iobase", isa_serial_ports[i].port);
        device_set_uint(d, "irq", isa_serial_ports[i].irq);
        device_set_ptr(d, "chardev", s->m->serial[i]);
        if (!device_realize(d, errp)) {
            return false;
        }
    }
    return true;
}

/* Memory sizes as BIOSes store them: in KiB above 1 MiB, in 64 KiB above 16 MiB and 4
 * GiB. */
static void init_cmos(PCState *s)
{
    uint64_t above_1m = MIN((s->low_ram - MEM_HIGH) >> 10, 0xffff);
    uint64_t above_16m = s->low_ram > 16 << 20 ? (s->low_ram - (16 << 20)) >> 16 : 0;
    uint64_t above_4g = s->high_ram >> 16;
    const struct {
        uint8_t index, size;
        uint64_t value;
    } words[] = {
        {0x15, 2, 640          },
        {0x17, 2, above_1m     },
        {0x30, 2, above_1m     },
        {0x34, 2, MIN(above_16m, 0xffff)},
        {0x5b,    3,  above_4g          },
        {0x5f,    1,  s->m->ncpus - 1},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        for (unsigned b = 0; b < words[i].size; b++) {
            mc146818_set_cmos(s->rtc, words[i].index + b, words[i].value >> 8 * b);
        }
    }
}

/* ---- what firmware does ---- */

static void write_config(PCState *s, unsigned devfn, unsigned reg, uint32_t v,
                         unsigned size)
{
    pci_bus_config_write(s->m->pci, devfn, reg, v, size);
}

static void setup_hardware(PCState *s)
{
    static const uint8_t irqs[4] = PIRQ_ISA_IRQS;
    PCIWindows w = {
        .mem = MEM_PCI, .mem_end = MEM_PCI_END, .io = IO_PCI, .io_end = IO_PCI_END};
    uint8_t elcr2 = 0;
    for (int i = 0; i < 4; i++) {
        w.irq[i] = irqs[i];
        elcr2 |= 1 << (irqs[i] - 8);
        write_config(s, PIIX_DEVFN, PIRQRC + i, irqs[i], 1);
    }
    address_space_stb(&s->as_io, ELCR2, elcr2);
    write_config(s, PM_DEVFN, PMBA, IO_PM, 4);
    write_config(s, PM_DEVFN, PMREGMISC, 1, 1);
    pci_bus_assign(s->m->pci, &w);
}

/* Descriptors of flat segments: base 0, limit FFFFFh in pages, DPL 0, accessed. */
static void write_gdt(PCState *s)
{
    bool long_mode = s->plan->state.mode == BOOT_LONG;
    uint64_t code = long_mode ? 0x00af9b000000ffff : 0x00cf9b000000ffff;
    address_space_stq(&s->as_mem, MEM_BOOT_GDT + BOOT_CS, code);
    address_space_stq(&s->as_mem, MEM_BOOT_GDT + BOOT_DS, 0x00cf93000000ffff);
    address_space_stq(&s->as_mem, MEM_BOOT_GDT + BOOT_TSS, 0x00008b0000000067);
}

/* At F000:FFF0, where guests jump that leave a restart to the firmware:
 * mov dx, 0cf9h; mov al, 6; out dx, al; hlt; jmp $ - 1. */
static const uint8_t bios_restart[] = {0xba, 0xf9, 0x0c, 0xb0, 0x06,
                                       0xee, 0xf4, 0xeb, 0xfd};

static void pc_reset(void *opaque)
{
    PCState *s = opaque;
    for (unsigned i = 0; i < s->apic_bus.nlapics; i++) {
        lapic_set_virtual_wire(s->apic_bus.lapic[i]);
    }
    if (s->plan->state.mode != BOOT_RESET_VECTOR) {
        setup_hardware(s);
        address_space_write(&s->as_mem, MEM_BIOS, s->acpi->data, s->acpi->len);
        address_space_write(&s->as_mem, MEM_SMBIOS, s->smbios->data, s->smbios->len);
        address_space_write(&s->as_mem, MEM_BIOS_ENTRY, bios_restart,
                            sizeof bios_restart);
        write_gdt(s);
    }
    for (guint i = 0; i < s->plan->blobs->len; i++) {
        const BootBlob *b = &g_array_index(s->plan->blobs, BootBlob, i);
        address_space_write(&s->as_mem, b->addr, b->data, b->len);
    }
    pc_cpu_boot(s->m, &s->plan->state);
}

/* ---- the board ---- */

static GByteArray *build_acpi(PCState *s)
{
    AcpiConfig cfg = {.ncpus = s->m->ncpus};
    for (unsigned i = 0; i < MACHINE_SERIALS; i++) {
        cfg.serial_io[i] = s->m->serial[i] ? isa_serial_ports[i].port : 0;
        cfg.serial_irq[i] = isa_serial_ports[i].irq;
    }
    GByteArray *acpi = acpi_build(&cfg, MEM_BIOS);
    assert(acpi->len <= MEM_SMBIOS - MEM_BIOS);
    return acpi;
}

static bool init_smbios(PCState *s, GError **errp)
{
    SmbiosConfig cfg = {.choice = s->m->smbios,
                        .ncpus = s->m->ncpus,
                        .mhz = s->m->tsc_hz / 1000000,
                        .low_ram = s->low_ram,
                        .high_ram = s->high_ram};
    s->smbios = smbios_build(&cfg, MEM_SMBIOS, MEM_BIOS_ENTRY - MEM_SMBIOS, errp);
    return s->smbios;
}

static bool init_boot(PCState *s, GError **errp)
{
    Machine *m = s->m;
    BootConfig cfg = {
        .kernel = m->kernel,
        .initrd = m->initrd,
        .append = m->append,
        .firmware = m->firmware,
        .low_ram = MIN(m->ram_size, MEM_LOW_MAX),
        .high_ram = m->ram_size - MIN(m->ram_size, MEM_LOW_MAX),
        .rsdp = MEM_BIOS,
        .force_entry32 = m->force_entry32,
    };
    if (m->cpus && !m->kernel && !m->firmware) {
        return user_error(errp, "there is nothing to boot: -kernel or -bios is needed");
    }
    s->plan = boot_plan_new(&cfg, errp);
    return s->plan;
}

static void press_power_button(Machine *m)
{
    PCState *s = m->board;
    IRQLine button = device_irq_in(s->pm, 0);
    irq_pulse(&button);
}

static void send_nmi(Machine *m)
{
    PCState *s = m->board;
    for (unsigned i = 0; i < s->apic_bus.nlapics; i++) {
        IRQLine lint1 = device_irq_in(s->apic_bus.lapic[i], 1);
        irq_pulse(&lint1);
    }
}

static bool pc_init(Machine *m, GError **errp)
{
    PCState *s = g_new0(PCState, 1);
    s->m = m;
    m->board = s;
    if (!init_boot(s, errp) || !init_memory(s, errp) || !init_firmware(s, errp) ||
        !init_interrupts(s, errp) || !init_timers(s, errp) || !init_pci(s, errp) ||
        !device_create(&i8042_class, m, errp) || !init_serials(s, errp) ||
        !init_smbios(s, errp)) {
        return false;
    }
    init_cmos(s);
    s->acpi = build_acpi(s);
    m->powerdown = press_power_button;
    m->nmi = send_nmi;
    machine_add_reset(m, pc_reset, s);
    return true;
}

static void pc_fini(Machine *m)
{
    PCState *s = m->board;
    if (!s) {
        return;
    }
    if (s->has_rom) {
        memory_region_del_subregion(&s->mem, &s->rom);
    }
    if (s->has_spaces) {
        address_space_destroy(&s->as_mem);
        address_space_destroy(&s->as_io);
    }
    if (s->has_rom) {
        memory_region_destroy_ram(&s->rom);
    }
    if (s->has_ram) {
        memory_region_destroy_ram(&s->ram);
    }
    if (m->pci) {
        pci_bus_free(m->pci);
    }
    if (s->acpi) {
        g_byte_array_unref(s->acpi);
    }
    if (s->smbios) {
        g_byte_array_unref(s->smbios);
    }
    boot_plan_free(s->plan);
    g_free(s);
    m->board = NULL;
}

const MachineClass pc_machine = {
    .name = "pc",
    .desc = "PC with i440FX and PIIX chips, ACPI, HPET",
    .default_ram = 128u << 20,
    .max_cpus = APIC_MAX_CPUS,
    .init = pc_init,
    .fini = pc_fini,
};
