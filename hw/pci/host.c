/* i440FX host bridge: configuration mechanism #1 and the reset control register. */
/* SPDX-License-Identifier: MIT */
/*
 * (82441FX data sheet; PCI 3.0, 3.2.2.3.2.) The address register is written by dwords at
 * CF8h alone; the byte at CF9h inside it is the reset control register of the PIIX3,
 * which lives here because it shares the ports. The registers for shadow RAM and SMRAM
 * are stored and have no effect: all of the BIOS area is RAM.
 */
#include "hw/pci/pci.h"
#include "util/bitops.h"

#define PORT_ADDRESS 0xcf8
#define PORT_DATA    0xcfc
#define RESET_OFFSET 1

#define ADDR_ENABLE BIT32(31)
FIELD(ADDR, REG, 2, 6)
FIELD(ADDR, DEVFN, 8, 8)
FIELD(ADDR, BUS, 16, 8)
#define ADDR_WRITABLE 0x80fffffcu

#define RCR_HARD 0x02 /* reset as at power-on */
#define RCR_CPU  0x04 /* its rising edge resets */

#define REG_PAM   0x59
#define REG_SMRAM 0x72

typedef struct HostState {
    PCIDevice pci;
    MemoryRegion address_io, data_io;
    uint32_t address;
    uint8_t rcr;
} HostState;

static uint64_t address_read(void *opaque, hwaddr addr, unsigned size)
{
    HostState *s = opaque;
    if (size == 4) {
        return s->address;
    }
    return addr == RESET_OFFSET && size == 1 ? s->rcr : UINT64_MAX;
}

static void address_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    HostState *s = opaque;
    if (size == 4) {
        s->address = v & ADDR_WRITABLE;
    } else if (addr == RESET_OFFSET && size == 1) {
        bool rise = (v & RCR_CPU) && !(s->rcr & RCR_CPU);
        s->rcr = v & RCR_HARD;
        if (rise) {
            machine_request(s->pci.dev.machine, MACHINE_RESET, 0);
        }
    }
}

/* The function that the address register names; false: none on this bus. */
static bool data_target(const HostState *s, hwaddr offset, unsigned *devfn, unsigned *reg)
{
    *devfn = FIELD_GET(s->address, ADDR, DEVFN);
    *reg = FIELD_GET(s->address, ADDR, REG) * 4 + offset;
    return (s->address & ADDR_ENABLE) && !FIELD_GET(s->address, ADDR, BUS);
}

static uint64_t data_read(void *opaque, hwaddr offset, unsigned size)
{
    HostState *s = opaque;
    unsigned devfn, reg;
    if (!data_target(s, offset, &devfn, &reg)) {
        return UINT64_MAX;
    }
    return pci_bus_config_read(s->pci.bus, devfn, reg, size);
}

static void data_write(void *opaque, hwaddr offset, uint64_t v, unsigned size)
{
    HostState *s = opaque;
    unsigned devfn, reg;
    if (data_target(s, offset, &devfn, &reg)) {
        pci_bus_config_write(s->pci.bus, devfn, reg, v, size);
    }
}

static const MemoryRegionOps address_ops = {.read = address_read, .write = address_write};
static const MemoryRegionOps data_ops = {.read = data_read, .write = data_write};

static const PCIInfo host_info = {
    .vendor = 0x8086,
    .device = 0x1237,
    .class_code = 0x060000,
    .revision = 2,
};

static bool host_realize(Device *d, GError **errp)
{
    HostState *s = (HostState *)d;
    s->pci.devfn = PCI_DEVFN(0, 0);
    if (!pci_device_init(&s->pci, &host_info, errp)) {
        return false;
    }
    memset(s->pci.wmask + REG_PAM, 0x33, 7);
    pci_set_wmask(&s->pci, REG_SMRAM, 0x7f, 1);
    pci_set_initial(&s->pci, REG_SMRAM, 0x02, 1);
    device_map_io(d, &s->address_io, &address_ops, PORT_ADDRESS, 4);
    device_map_io(d, &s->data_io, &data_ops, PORT_DATA, 4);
    return true;
}

static void host_reset(Device *d)
{
    HostState *s = (HostState *)d;
    pci_device_reset(&s->pci);
    s->address = 0;
    s->rcr = 0;
}

static void host_unrealize(Device *d)
{
    pci_device_fini(&((HostState *)d)->pci);
}

static const VMField host_fields[] = {
    VMF_STRUCT(HostState, pci, pci_vmfields),
    VMF_INT(HostState, address),
    VMF_INT(HostState, rcr),
    VMF_END(),
};

static const VMState host_vmstate = {1, 1, host_fields};

const DeviceClass i440fx_class = {
    .name = "i440fx",
    .desc = "PCI host bridge",
    .size = sizeof(HostState),
    .state = &host_vmstate,
    .realize = host_realize,
    .unrealize = host_unrealize,
    .reset = host_reset,
};
