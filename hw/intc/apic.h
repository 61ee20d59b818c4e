/* What local APICs, the I/O APIC and the board say to each other. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_INTC_APIC_H
#define HW_INTC_APIC_H

#include "hw/core/device.h"

struct CPUIntc;
struct CPUIntcChips;
struct CPUIntcTaker;

#define APIC_DEFAULT_BASE 0xfee00000u
#define APIC_SPACE_SIZE   0x1000
#define APIC_MAX_CPUS     255

enum { /* delivery modes (SDM vol. 3, 11.6.1) */
       APIC_FIXED,
       APIC_LOWEST,
       APIC_SMI,
       APIC_NMI = 4,
       APIC_INIT,
       APIC_STARTUP,
       APIC_EXTINT
};

/* An interrupt message on its way. */
typedef struct ApicMsg {
    uint32_t dest;
    bool logical;
    bool broadcast; /* to all, whatever dest says */
    bool level;     /* level-triggered: its EOI is to be broadcast */
    uint8_t mode;   /* APIC_* */
    uint8_t vector;
} ApicMsg;

/*
 * The wire between the APICs of a machine. The board makes one, gives it to every lapic
 * and to the ioapic as their "bus", and keeps it until the devices are gone.
 */
typedef struct ApicBus {
    Device *lapic[APIC_MAX_CPUS];
    unsigned nlapics;
    void (*taken)(void *opaque, uint8_t vector); /* the I/O APIC's: a vCPU took it */
    void (*eoi)(void *opaque, uint8_t vector);   /* the I/O APIC's */
    void *eoi_opaque;                            /* of these and tell_routes */
    int (*extint_ack)(void *opaque);             /* INTA of the 8259 pair */
    void *extint_opaque;
    void (*tell_routes)(void *opaque); /* the I/O APIC's: `taker` is to know them all */
    const struct CPUIntcTaker *taker;  /* has the local APICs; NULL: nobody */
    /* Of the board: CPUIntc.give_chips() and take_chips(). */
    void (*give_chips)(void *opaque, const struct CPUIntcTaker *taker,
                       struct CPUIntcChips *image);
    void (*take_chips)(void *opaque, const struct CPUIntcChips *image, bool look);
    void *chips_opaque;
} ApicBus;

/* Delivers to the local APICs that match; false: none took it. */
bool apic_bus_send(ApicBus *bus, const ApicMsg *msg);

/* The write that sends a message (SDM vol. 3, 11.11). */
void apic_msg_to_msi(const ApicMsg *msg, uint64_t *addr, uint32_t *data);

/* A message-signalled interrupt: a write of `data` to FEExxxxxh (SDM vol. 3, 11.11). */
void apic_bus_send_msi(ApicBus *bus, uint64_t addr, uint32_t data);

/* The I/O APIC's part of CPUIntc.give_chips() and take_chips(). */
void ioapic_give(Device *d, const struct CPUIntcTaker *taker, struct CPUIntcChips *image);
void ioapic_take_back(Device *d, const struct CPUIntcChips *image, bool look);

/* The vCPU's side of a local APIC. */
void lapic_get_intc(Device *d, struct CPUIntc *out);

/* The register page as its own vCPU sees it; offset 0 to FFFh, aligned to 4. */
uint32_t lapic_mmio_read(Device *d, uint32_t offset);
void lapic_mmio_write(Device *d, uint32_t offset, uint32_t v);

/* Puts LINT0 (ExtINT) and LINT1 (NMI) into virtual-wire mode, as firmware does. */
void lapic_set_virtual_wire(Device *d);

#endif
