/* PCI bus and type-0 functions. */
/* SPDX-License-Identifier: MIT */
/*
 * (PCI Local Bus Specification 3.0, chapter 6.) Each function has its configuration space
 * in config[]; wmask[] and w1c[] say what a write changes. A BAR's region is mapped
 * exactly while the command register enables its space, and its address is neither 0 nor
 * the all-ones pattern of sizing: pci_update_bars() brings that about after every write.
 *
 * An interrupt line of the bus is high while any function that is wired to it asks:
 * pirq_count[] counts them.
 */
#include "hw/pci/pci.h"
#include "util/bitops.h"

#define NDEVFN   256
#define CAP_BASE 0x40

struct PCIBus {
    MemoryRegion *mem, *io;
    IRQLine pirq[4];
    unsigned pirq_count[4];
    PCIDevice *fn[NDEVFN];
};

PCIBus *pci_bus_new(MemoryRegion *mem, MemoryRegion *io, const IRQLine pirq[4])
{
    PCIBus *bus = g_new0(PCIBus, 1);
    bus->mem = mem;
    bus->io = io;
    memcpy(bus->pirq, pirq, sizeof bus->pirq);
    return bus;
}

void pci_bus_free(PCIBus *bus)
{
    g_free(bus);
}

/* The function at devfn, or NULL. */
static PCIDevice *pci_bus_find(PCIBus *bus, unsigned devfn)
{
    return devfn < NDEVFN ? bus->fn[devfn] : NULL;
}

/* ---- INTx ---- */

static void pci_update_intx(PCIDevice *d)
{
    unsigned command = pci_config_get(d, PCI_COMMAND, 2);
    bool level = d->intx && !(command & PCI_COMMAND_INTX_OFF);
    d->config[PCI_STATUS] = d->intx ? d->config[PCI_STATUS] | PCI_STATUS_INTX
                                    : d->config[PCI_STATUS] & ~PCI_STATUS_INTX;
    if (level == d->intx_driven || !d->config[PCI_INTERRUPT_PIN]) {
        return;
    }
    unsigned n = pci_pirq(d->devfn >> 3, d->config[PCI_INTERRUPT_PIN]);
    d->intx_driven = level;
    d->bus->pirq_count[n] += level ? 1 : -1;
    irq_set(&d->bus->pirq[n], d->bus->pirq_count[n] != 0);
}

void pci_device_set_irq(PCIDevice *d, bool level)
{
    if (d->intx != level) {
        d->intx = level;
        pci_update_intx(d);
    }
}

/* ---- BARs ---- */

static unsigned bar_offset(unsigned n)
{
    return PCI_BAR0 + 4 * n;
}

static uint64_t bar_address(const PCIDevice *d, unsigned n)
{
    const PCIBar *b = &d->bar[n];
    uint64_t v = pci_config_get(d, bar_offset(n), 4);
    if (b->flags & PCI_BAR_64) {
        v |= (uint64_t)pci_config_get(d, bar_offset(n + 1), 4) << 32;
    }
    return v & ~(b->size - 1);
}

static uint64_t bar_limit(const PCIBar *b)
{
    return b->flags & PCI_BAR_IO   ? 0x10000
           : b->flags & PCI_BAR_64 ? 1ULL << 52
                                   : 1ULL << 32;
}

/* Where the BAR is to be seen, or 0. */
static uint64_t bar_wanted(const PCIDevice *d, unsigned n)
{
    const PCIBar *b = &d->bar[n];
    unsigned enable = b->flags & PCI_BAR_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
    uint64_t at = bar_address(d, n);
    /* All ones is a guest that asks for the size. */
    bool sane = at <= bar_limit(b) - b->size && at + b->size != bar_limit(b);
    return (pci_config_get(d, PCI_COMMAND, 2) & enable) && sane ? at : 0;
}

static void pci_update_bars(PCIDevice *d)
{
    for (unsigned n = 0; n < PCI_NBARS; n++) {
        PCIBar *b = &d->bar[n];
        if (!b->mr) {
            continue;
        }
        MemoryRegion *space = b->flags & PCI_BAR_IO ? d->bus->io : d->bus->mem;
        uint64_t at = bar_wanted(d, n);
        if (b->mapped && at != b->mr->addr) {
            memory_region_del_subregion(space, b->mr);
            b->mapped = false;
        }
        if (at && !b->mapped) {
            memory_region_add_subregion_overlap(space, at, b->mr, 1);
            b->mapped = true;
        }
    }
}

void pci_device_add_bar(PCIDevice *d, unsigned n, uint8_t flags, MemoryRegion *mr)
{
    assert(n < PCI_NBARS && !d->bar[n].mr && mr->size >= 16 && is_power_of_2(mr->size));
    d->bar[n] = (PCIBar){.mr = mr, .size = mr->size, .flags = flags};
    uint64_t mask = ~(mr->size - 1);
    pci_set_initial(d, bar_offset(n), flags, 4);
    pci_set_wmask(d, bar_offset(n), mask & (flags & PCI_BAR_IO ? ~3u : ~15u), 4);
    if (flags & PCI_BAR_64) {
        assert(n + 1 < PCI_NBARS);
        pci_set_wmask(d, bar_offset(n + 1), mask >> 32, 4);
    }
}

/* ---- configuration space ---- */

uint32_t pci_bus_config_read(PCIBus *bus, unsigned devfn, unsigned addr, unsigned size)
{
    PCIDevice *d = pci_bus_find(bus, devfn);
    if (!d || addr + size > PCI_CONFIG_SIZE) {
        return UINT32_MAX >> (32 - 8 * size);
    }
    return pci_config_get(d, addr, size);
}

void pci_bus_config_write(PCIBus *bus, unsigned devfn, unsigned addr, uint32_t v,
                          unsigned size)
{
    PCIDevice *d = pci_bus_find(bus, devfn);
    if (!d || addr + size > PCI_CONFIG_SIZE) {
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = v >> 8 * i, mask = d->wmask[addr + i], *c = &d->config[addr + i];
        *c = (*c & ~mask) | (byte & mask);
        *c &= ~(byte & d->w1c[addr + i]);
    }
    if (addr < PCI_BAR0 + 4 * PCI_NBARS) {
        memory_transaction_begin();
        pci_update_bars(d);
        memory_transaction_commit();
        pci_update_intx(d);
    }
    if (d->config_written) {
        d->config_written(d, addr, size);
    }
}

static void put_le(uint8_t *p, uint32_t v, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        p[i] = v >> 8 * i;
    }
}

void pci_set_initial(PCIDevice *d, unsigned addr, uint32_t v, unsigned size)
{
    put_le(d->initial + addr, v, size);
}

void pci_set_wmask(PCIDevice *d, unsigned addr, uint32_t mask, unsigned size)
{
    put_le(d->wmask + addr, mask, size);
}

unsigned pci_device_add_capability(PCIDevice *d, uint8_t id, unsigned size)
{
    unsigned at = d->cap_end;
    assert(at + size <= PCI_CONFIG_SIZE);
    d->initial[at] = id;
    d->initial[at + 1] = d->initial[PCI_CAPABILITIES];
    d->initial[PCI_CAPABILITIES] = at;
    d->initial[PCI_STATUS] |= PCI_STATUS_CAPABILITIES;
    d->cap_end = ROUND_UP(at + size, 4);
    return at;
}

/* ---- life of a function ---- */

static void init_header(PCIDevice *d, const PCIInfo *info)
{
    pci_set_initial(d, PCI_VENDOR_ID, info->vendor, 2);
    pci_set_initial(d, PCI_DEVICE_ID, info->device, 2);
    pci_set_initial(d, PCI_REVISION, info->revision, 1);
    pci_set_initial(d, PCI_CLASS, info->class_code, 3);
    pci_set_initial(d, PCI_HEADER_TYPE, info->multifunction ? 0x80 : 0, 1);
    pci_set_initial(d, PCI_SUBVENDOR_ID, info->subvendor, 2);
    pci_set_initial(d, PCI_SUBDEVICE_ID, info->subdevice, 2);
    pci_set_initial(d, PCI_INTERRUPT_PIN, info->interrupt_pin, 1);
    pci_set_wmask(d, PCI_COMMAND,
                  PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
                      PCI_COMMAND_INTX_OFF,
                  2);
    pci_set_wmask(d, 0x0c, 0xffff, 2); /* cache line size, latency timer */
    pci_set_wmask(d, PCI_INTERRUPT_LINE, 0xff, 1);
    d->cap_end = CAP_BASE;
}

static unsigned free_slot(const PCIBus *bus)
{
    unsigned devfn = PCI_DEVFN(2, 0);
    while (devfn < NDEVFN && bus->fn[devfn]) {
        devfn += PCI_DEVFN(1, 0);
    }
    return devfn;
}

bool pci_device_init(PCIDevice *d, const PCIInfo *info, GError **errp)
{
    PCIBus *bus = d->dev.machine->pci;
    if (!bus) {
        return user_error(errp, "%s: this machine has no PCI bus", d->dev.cls->name);
    }
    d->devfn = d->devfn == PCI_ANY ? free_slot(bus) : d->devfn;
    if (d->devfn >= NDEVFN || bus->fn[d->devfn]) {
        return user_error(errp, "%s: PCI slot %u is %s", d->dev.cls->name, d->devfn >> 3,
                          d->devfn < NDEVFN ? "taken" : "not there");
    }
    d->bus = bus;
    bus->fn[d->devfn] = d;
    init_header(d, info);
    memcpy(d->config, d->initial, sizeof d->config);
    return true;
}

void pci_device_fini(PCIDevice *d)
{
    d->config[PCI_COMMAND] = 0;
    pci_update_bars(d);
    pci_device_set_irq(d, false);
    d->bus->fn[d->devfn] = NULL;
}

void pci_device_reset(PCIDevice *d)
{
    pci_device_set_irq(d, false);
    memcpy(d->config, d->initial, sizeof d->config);
    pci_update_bars(d);
}

void pci_device_loaded(PCIDevice *d)
{
    pci_update_bars(d);
    d->intx_driven = false; /* the interrupt controllers load their own inputs */
    if (d->intx) {
        pci_update_intx(d);
    }
}

const VMField pci_vmfields[] = {
    VMF_BYTES(PCIDevice, config),
    VMF_BOOL(PCIDevice, intx),
    VMF_END(),
};

/* ---- firmware's work ---- */

static bool take_range(uint64_t *next, uint64_t end, uint64_t size, uint64_t *at)
{
    *at = ROUND_UP(*next, size);
    if (*at >= end || size > end - *at) {
        return false;
    }
    *next = *at + size;
    return true;
}

static void assign_bars(PCIBus *bus, PCIDevice *d, uint64_t *mem, uint64_t *io,
                        const PCIWindows *w)
{
    uint16_t command = 0;
    for (unsigned n = 0; n < PCI_NBARS; n++) {
        const PCIBar *b = &d->bar[n];
        bool is_io = b->flags & PCI_BAR_IO;
        uint64_t at;
        if (!b->mr || !(is_io ? take_range(io, w->io_end, b->size, &at)
                              : take_range(mem, w->mem_end, b->size, &at))) {
            continue;
        }
        pci_bus_config_write(bus, d->devfn, bar_offset(n), at, 4);
        command |= is_io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
    }
    if (command) {
        pci_bus_config_write(bus, d->devfn, PCI_COMMAND, command, 2);
    }
}

void pci_bus_assign(PCIBus *bus, const PCIWindows *w)
{
    uint64_t mem = w->mem, io = w->io;
    for (unsigned i = 0; i < NDEVFN; i++) {
        PCIDevice *d = bus->fn[i];
        if (!d) {
            continue;
        }
        assign_bars(bus, d, &mem, &io, w);
        unsigned pin = d->config[PCI_INTERRUPT_PIN];
        if (pin) {
            d->config[PCI_INTERRUPT_LINE] = w->irq[pci_pirq(i >> 3, pin)];
        }
    }
}
