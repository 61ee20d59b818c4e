/* Machine: what the program, the board and the devices share; MachineClass: a kind of
 * board. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_CORE_MACHINE_H
#define HW_CORE_MACHINE_H

#include "util/common.h"
#include "hw/core/irq.h"

struct AddressSpace;
struct CPUState;
struct Chardev;
struct Clock;
struct MemoryRegion;
struct PCIBus;

typedef struct Machine Machine;
typedef struct ResetHandler ResetHandler;

#define MACHINE_SERIALS 4
#define MACHINE_GSIS    24 /* global system interrupts: inputs of the I/O APIC */

typedef enum MachineRequest {
    MACHINE_RESET,    /* the guest (or a triple fault) asks for a reset */
    MACHINE_POWEROFF, /* ACPI S5 */
    MACHINE_EXIT,     /* leave with exit status `code`: debug exit device */
    MACHINE_MARKER,   /* the guest has come to where somebody may want to act */
} MachineRequest;

/*
 * A kind of board. init() builds it: maps RAM into `mem`, creates the devices, connects
 * the vCPUs in m->cpus, loads what `kernel` or `firmware` name. It runs once, on the main
 * thread, with the first part of Machine filled in; false means a user's error, and the
 * program ends. machine_reset() must be called before the vCPUs run.
 */
typedef struct MachineClass {
    const char *name;
    const char *desc;
    const char *alias; /* second name, or NULL */
    uint64_t default_ram;
    unsigned max_cpus;
    bool (*init)(Machine *m, GError **errp);
    void (*fini)(Machine *m); /* frees `board`, after the devices; may be NULL */
} MachineClass;

struct Machine {
    const MachineClass *cls;

    /* From the command line, set by the program before init(). Strings may be NULL. */
    uint64_t ram_size; /* bytes */
    unsigned ncpus;
    const char *kernel, *initrd, *append, *firmware;
    bool force_entry32;          /* start bzImages at the 32-bit entry */
    const struct RTCChoice *rtc; /* NULL: the host's time, and goes on with the guest's */
    const struct SmbiosChoice *smbios;       /* NULL: all the board's own */
    struct Chardev *serial[MACHINE_SERIALS]; /* NULL: no such port */
    struct Clock *clock;

    /* The guest's TSC, for the TSC-deadline timer: a vCPU's value now, and its rate. */
    uint64_t (*tsc_now)(void *opaque, unsigned n);
    void *tsc_opaque;
    uint64_t tsc_hz;

    /* The vCPUs, created by the program; the board connects their interrupt lines. */
    struct CPUState **cpus;

    /*
     * How devices ask for something that only the program can do; any thread, machine
     * lock held. It returns at once; the vCPU that asked stops at its next exit check.
     */
    void (*request)(Machine *m, MachineRequest what, int code);
    void *request_opaque;

    /* Made by the board. */
    struct MemoryRegion *mem; /* physical memory as vCPUs and DMA see it */
    struct MemoryRegion *io;  /* the 64 KiB of ports */
    struct AddressSpace *as_mem, *as_io;
    IRQLine gsi[MACHINE_GSIS]; /* inputs of PIC (0-15) and I/O APIC */
    struct PCIBus *pci;        /* NULL: the board has none */
    void (*msi)(void *opaque, uint64_t addr,
                uint32_t data); /* a device's message write */
    void *msi_opaque;
    void (*powerdown)(Machine *m); /* presses the power button; may be NULL */
    void (*nmi)(Machine *m);       /* the monitor's nmi; may be NULL */
    void *board;                   /* private to the board */

    /* Kept by hw/core. */
    GPtrArray *devices; /* Device *, in order of realize */
    GArray *reset_handlers;
};

/* Prepares the lists kept by hw/core; the rest stays as it is. */
void machine_init_core(Machine *m);

/* Frees the devices (last first), the board and the lists. */
void machine_fini_core(Machine *m);

/* Calls fn(opaque) in every machine_reset(), after the devices and in order of
 * registration. */
void machine_add_reset(Machine *m, void (*fn)(void *opaque), void *opaque);

/* Puts devices and then everything registered into the state of power-on. */
void machine_reset(Machine *m);

/* Forwards to m->request, which may be NULL (device tests). */
void machine_request(Machine *m, MachineRequest what, int code);

/*
 * Saved state of all devices, one section each. When machine_load() fails, devices may be
 * left half-loaded: the machine must be reset before it runs.
 */
void machine_save(Machine *m, GByteArray *out);
bool machine_load(Machine *m, const uint8_t *data, size_t size, GError **errp);

#endif
