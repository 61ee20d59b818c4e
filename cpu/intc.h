/* What a vCPU asks of its interrupt controller; implemented by the local APIC. */
/* SPDX-License-Identifier: MIT */
#ifndef CPU_INTC_H
#define CPU_INTC_H

#include "util/common.h"

/*
 * Who has local APICs in the place of the board's: an accelerator that works on
 * interrupts itself. The board's then keep only what stays outside: the 8259 pair's
 * request (LINT0) and NMI. Under the machine lock.
 */
typedef struct CPUIntcTaker {
    void *opaque;
    uint32_t timer_hz; /* what timers count at before their dividers, from then on */
    /* An interrupt message, as a write of `data` to `addr` (SDM vol. 3, 11.11). False:
     * nobody took it. */
    bool (*send)(void *opaque, uint64_t addr, uint32_t data);
    /* The message that an input of the I/O APIC sends from now on. If it is
     * level-triggered, CPUIntc.eoi() is to be told of its end. Not with set_pin. */
    void (*route)(void *opaque, unsigned pin, uint64_t addr, uint32_t data);
    /* NULL, or: give_chips() goes there as well. The level of an input of the 8259 pair,
     * or of the I/O APIC, has changed. */
    void (*set_pin)(void *opaque, bool ioapic, unsigned pin, int level);
} CPUIntcTaker;

#define INTC_PINS 24

/* The 8259 pair and the I/O APIC on their way. */
typedef struct CPUIntcChips {
    struct {
        uint8_t lines, irr, imr, isr, elcr;
        uint8_t base;   /* vector of input 0 */
        uint8_t first;  /* input with the highest priority */
        uint8_t expect; /* the next write to the odd port: 0: OCW1; n: ICW n + 1 */
        bool icw4_needed, aeoi, rotate_aeoi, sfnm, special_mask, read_isr, poll;
    } pic[2]; /* master, slave */
    struct {
        uint8_t select, id;
        uint32_t lines;
        uint64_t rte[INTC_PINS]; /* the redirection table, as the guest sees it */
    } ioapic;
} CPUIntcChips;

/* A local APIC on its way: the register page (SDM vol. 3, table 11-1; ICR and ID as the
 * xAPIC has them) and what is not in it. */
typedef struct CPUIntcImage {
    uint8_t page[0x400];
    uint64_t base;     /* IA32_APIC_BASE */
    uint64_t deadline; /* IA32_TSC_DEADLINE */
} CPUIntcImage;

/*
 * The seam between a vCPU and the controller in front of it. Neither side knows the
 * other's type: the board fills CPUIntc from the local APIC and gives it to the vCPU, and
 * connects the APIC's output lines (interrupt request, NMI, INIT, SIPI, SMI) to
 * cpu_interrupt().
 *
 * The request line is a level: it is high exactly while pending() is true, so the vCPU
 * looks at it again after each ack(), set_tpr() and msr_write().
 *
 * Every function runs with the machine lock held and never waits.
 */
typedef struct CPUIntc {
    void *opaque;

    /* An interrupt could be acknowledged now (TPR and priorities considered, EFLAGS.IF
     * not). */
    bool (*pending)(void *opaque);

    /*
     * INTA: moves the highest pending interrupt into service and returns its vector
     * (0-255), or -1 when it has gone away. An ExtINT request is passed on to the 8259
     * pair.
     */
    int (*ack)(void *opaque);

    /* The task priority, bits 7:0. MOV to and from CR8 see its bits 7:4. */
    uint8_t (*get_tpr)(void *opaque);
    void (*set_tpr)(void *opaque, uint8_t tpr);

    /* IA32_APIC_BASE (SDM vol. 3, 11.4.4). CPUID.1:EDX.APIC follows its EN bit (11). */
    uint64_t (*get_base)(void *opaque);
    bool (*set_base)(void *opaque, uint64_t base);

    /*
     * IA32_APIC_BASE (1Bh), IA32_TSC_DEADLINE (6E0h) and the x2APIC range 800h-8FFh.
     * False: the access is to raise #GP(0).
     */
    bool (*msr_read)(void *opaque, uint32_t msr, uint64_t *value);
    bool (*msr_write)(void *opaque, uint32_t msr, uint64_t value);

    /* The vector of the last start-up IPI; its page (vector << 12) is where the vCPU
     * starts. */
    uint8_t (*sipi_vector)(void *opaque);

    /* The effect of RESET (cold) or of an INIT message (not cold: the APIC ID survives).
     */
    void (*reset)(void *opaque, bool cold);

    /*
     * `taker` gets the controller, in the state of *image, until take_back() or a cold
     * reset. Meanwhile pending() and ack() are of the 8259 pair alone, and nothing else
     * here tells what is so.
     */
    void (*give)(void *opaque, const CPUIntcTaker *taker, CPUIntcImage *image);
    /* It comes back in that state; or (`look`) it stays where it is, for people to see.
     * Those of all vCPUs come back in one go. */
    void (*take_back)(void *opaque, const CPUIntcImage *image, bool look);
    bool (*is_given)(void *opaque);
    /* The same with the machine's 8259 pair and I/O APIC, of any vCPU; after give() and
     * after take_back() of all. */
    void (*give_chips)(void *opaque, const CPUIntcTaker *taker, CPUIntcChips *image);
    void (*take_chips)(void *opaque, const CPUIntcChips *image, bool look);
    /* The guest ends an interrupt that the taker has delivered, as route() asks for. */
    void (*eoi)(void *opaque, uint8_t vector);
} CPUIntc;

#endif
