/* PIIX3 PCI-to-ISA bridge: PCI interrupt routing and port 92h. */
/* SPDX-License-Identifier: MIT */
/*
 * (82371SB data sheet, order 290550.) Input lines 0-3 are PIRQA-PIRQD. Each one drives
 * input 16 + n of the I/O APIC, and the ISA interrupt that its route register names while
 * routing is enabled. Lines of one ISA interrupt are ORed; isa_levels is what is driven
 * now.
 */
#include "hw/pci/pci.h"
#include "util/bitops.h"

#define NPIRQS        4
#define REG_PIRQRC    0x60 /* four of them */
#define ROUTE_OFF     0x80
#define FIRST_PCI_GSI 16
#define ROUTABLE_IRQS 0xdef8u /* IRQs 3-7, 9-12, 14, 15 */

#define PORT92    0x92
#define P92_RESET 0x01
#define P92_A20   0x02

typedef struct PIIX3State {
    PCIDevice pci;
    MemoryRegion port92_io;
    uint8_t pirq_levels; /* bit n: PIRQ n is high */
    uint16_t isa_levels;
    uint8_t port92;
} PIIX3State;

static void piix3_update(PIIX3State *s)
{
    uint16_t wanted = 0;
    for (unsigned n = 0; n < NPIRQS; n++) {
        uint8_t route = s->pci.config[REG_PIRQRC + n];
        if (!(route & ROUTE_OFF) && (s->pirq_levels >> n & 1)) {
            wanted |= (1u << (route & 15)) & ROUTABLE_IRQS;
        }
    }
    uint16_t changed = wanted ^ s->isa_levels;
    s->isa_levels = wanted;
    for (unsigned irq = 0; changed >> irq; irq++) {
        if (changed >> irq & 1) {
            device_set_gsi(&s->pci.dev, irq, wanted >> irq & 1);
        }
    }
}

static void piix3_irq_in(void *opaque, int n, int level)
{
    PIIX3State *s = opaque;
    s->pirq_levels = level ? s->pirq_levels | 1 << n : s->pirq_levels & ~(1 << n);
    device_set_gsi(&s->pci.dev, FIRST_PCI_GSI + n, level);
    piix3_update(s);
}

static void piix3_config_written(PCIDevice *d, unsigned addr, unsigned size)
{
    piix3_update((PIIX3State *)d);
}

/* A20 is always on; the bit is kept for who reads it back. */
static uint64_t port92_read(void *opaque, hwaddr addr, unsigned size)
{
    return ((PIIX3State *)opaque)->port92;
}

static void port92_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    PIIX3State *s = opaque;
    bool rise = (v & P92_RESET) && !(s->port92 & P92_RESET);
    s->port92 = v & (P92_RESET | P92_A20);
    if (rise) {
        machine_request(s->pci.dev.machine, MACHINE_RESET, 0);
    }
}

static const MemoryRegionOps port92_ops = {
    .read = port92_read, .write = port92_write, .impl = {.max_access_size = 1}};

static const PCIInfo piix3_info = {
    .vendor = 0x8086,
    .device = 0x7000,
    .class_code = 0x060100,
    .multifunction = true,
};

static bool piix3_realize(Device *d, GError **errp)
{
    PIIX3State *s = (PIIX3State *)d;
    s->pci.devfn = PCI_DEVFN(1, 0);
    if (!pci_device_init(&s->pci, &piix3_info, errp)) {
        return false;
    }
    for (unsigned n = 0; n < NPIRQS; n++) {
        pci_set_initial(&s->pci, REG_PIRQRC + n, ROUTE_OFF, 1);
        pci_set_wmask(&s->pci, REG_PIRQRC + n, 0x8f, 1);
    }
    s->pci.config_written = piix3_config_written;
    device_map_io(d, &s->port92_io, &port92_ops, PORT92, 1);
    return true;
}

static void piix3_reset(Device *d)
{
    PIIX3State *s = (PIIX3State *)d;
    pci_device_reset(&s->pci);
    s->port92 = P92_A20;
    piix3_update(s);
}

static void piix3_unrealize(Device *d)
{
    pci_device_fini(&((PIIX3State *)d)->pci);
}

static const VMField piix3_fields[] = {
    VMF_STRUCT(PIIX3State, pci, pci_vmfields),
    VMF_INT(PIIX3State, pirq_levels),
    VMF_INT(PIIX3State, isa_levels),
    VMF_INT(PIIX3State, port92),
    VMF_END(),
};

static const VMState piix3_vmstate = {1, 1, piix3_fields};

const DeviceClass piix3_class = {
    .name = "piix3",
    .desc = "PCI-to-ISA bridge",
    .size = sizeof(PIIX3State),
    .state = &piix3_vmstate,
    .realize = piix3_realize,
    .unrealize = piix3_unrealize,
    .reset = piix3_reset,
    .irq_in = piix3_irq_in,
};
