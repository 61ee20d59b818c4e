/* PCI: a bus, type-0 functions, BARs, INTx. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_PCI_PCI_H
#define HW_PCI_PCI_H

#include "hw/core/device.h"
#include "memory/memory.h"

#define PCI_CONFIG_SIZE     256
#define PCI_NBARS           6
#define PCI_DEVFN(slot, fn) ((slot) << 3 | (fn))

enum { /* configuration space header (PCI 3.0, 6.1) */
       PCI_VENDOR_ID = 0x00,
       PCI_DEVICE_ID = 0x02,
       PCI_COMMAND = 0x04,
       PCI_STATUS = 0x06,
       PCI_REVISION = 0x08,
       PCI_CLASS = 0x09, /* 3 bytes */
       PCI_HEADER_TYPE = 0x0e,
       PCI_BAR0 = 0x10,
       PCI_SUBVENDOR_ID = 0x2c,
       PCI_SUBDEVICE_ID = 0x2e,
       PCI_CAPABILITIES = 0x34,
       PCI_INTERRUPT_LINE = 0x3c,
       PCI_INTERRUPT_PIN = 0x3d,
};

enum {
    PCI_COMMAND_IO = 0x001,
    PCI_COMMAND_MEMORY = 0x002,
    PCI_COMMAND_MASTER = 0x004,
    PCI_COMMAND_INTX_OFF = 0x400,
    PCI_STATUS_INTX = 0x008,
    PCI_STATUS_CAPABILITIES = 0x010,
};

enum { /* low bits of a BAR */
       PCI_BAR_IO = 1,
       PCI_BAR_64 = 4,
       PCI_BAR_PREFETCH = 8,
};

typedef struct PCIBus PCIBus;
typedef struct PCIDevice PCIDevice;

/* Constant identity of a function. */
typedef struct PCIInfo {
    uint16_t vendor, device;
    uint32_t class_code; /* base class, sub-class, programming interface */
    uint8_t revision;
    uint16_t subvendor, subdevice;
    uint8_t interrupt_pin; /* 0: none, 1: INTA ... 4: INTD */
    bool multifunction;    /* set on function 0 of a slot with several */
} PCIInfo;

typedef struct PCIBar {
    MemoryRegion *mr; /* NULL: no such BAR */
    uint64_t size;    /* a power of two */
    uint8_t flags;    /* PCI_BAR_* */
    bool mapped;
} PCIBar;

/* First member of the state of a PCI function. */
struct PCIDevice {
    Device dev;
    PCIBus *bus;
    uint16_t devfn; /* PCI_ANY: the bus chooses a slot */
    uint8_t config[PCI_CONFIG_SIZE];
    uint8_t initial[PCI_CONFIG_SIZE]; /* at reset */
    uint8_t wmask[PCI_CONFIG_SIZE];   /* bits that the guest can write */
    uint8_t w1c[PCI_CONFIG_SIZE];     /* bits that it clears by writing 1 */
    PCIBar bar[PCI_NBARS];
    bool intx;        /* the function asks for an interrupt */
    bool intx_driven; /* and the bus has been told */
    unsigned cap_end; /* where the next capability goes */
    void (*config_written)(PCIDevice *d, unsigned addr, unsigned size); /* may be NULL */
};

#define PCI_ANY 0xffff

/* A bus that shows BARs in `mem` and `io` and drives four interrupt lines, PIRQA-PIRQD.
 */
PCIBus *pci_bus_new(MemoryRegion *mem, MemoryRegion *io, const IRQLine pirq[4]);
void pci_bus_free(PCIBus *bus);

/*
 * Configuration access of 1, 2 or 4 bytes inside an aligned dword; nobody there reads as
 * ones.
 */
uint32_t pci_bus_config_read(PCIBus *bus, unsigned devfn, unsigned addr, unsigned size);
void pci_bus_config_write(PCIBus *bus, unsigned devfn, unsigned addr, uint32_t v,
                          unsigned size);

/* Which of PIRQA-PIRQD a pin (1-4) of a slot is wired to: 0-3. */
static inline unsigned pci_pirq(unsigned slot, unsigned pin)
{
    return (slot + pin - 1) & 3;
}

/*
 * Firmware's work: gives every BAR an address from the windows and enables decoding;
 * writes irq[pirq] to the interrupt line register of functions with a pin.
 */
typedef struct PCIWindows {
    uint64_t mem, mem_end;
    uint32_t io, io_end;
    uint8_t irq[4];
} PCIWindows;
void pci_bus_assign(PCIBus *bus, const PCIWindows *w);

/* ---- for functions ---- */

/* In realize: puts the function on the machine's bus. Fails if the place is taken. */
bool pci_device_init(PCIDevice *d, const PCIInfo *info, GError **errp) USER_CHECKED;
void pci_device_fini(PCIDevice *d);

/* In reset, first: header, BARs and INTx as at power-on. */
void pci_device_reset(PCIDevice *d);

/* `mr` (initialized, with a size of 2^n, at least 16 bytes) becomes BAR n. */
void pci_device_add_bar(PCIDevice *d, unsigned n, uint8_t flags, MemoryRegion *mr);

/* Appends a capability of `size` bytes; returns its offset. Its contents are initial[].
 */
unsigned pci_device_add_capability(PCIDevice *d, uint8_t id, unsigned size);

/* Level of the function's interrupt pin. */
void pci_device_set_irq(PCIDevice *d, bool level);

/* Writes a value to be found at reset, and who may change it. */
void pci_set_initial(PCIDevice *d, unsigned addr, uint32_t v, unsigned size);
void pci_set_wmask(PCIDevice *d, unsigned addr, uint32_t mask, unsigned size);

static inline uint32_t pci_config_get(const PCIDevice *d, unsigned addr, unsigned size)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        v |= (uint32_t)d->config[addr + i] << 8 * i;
    }
    return v;
}

/* Saved state of the PCI part: put VMF_STRUCT(MyState, pci, pci_vmfields) into the table.
 */
extern const VMField pci_vmfields[];
/* To be called by post_load. */
void pci_device_loaded(PCIDevice *d);

#endif
