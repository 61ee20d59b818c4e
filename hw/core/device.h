/* Device and DeviceClass: creation, properties by string, realize, reset, saved state. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_CORE_DEVICE_H
#define HW_CORE_DEVICE_H

#include <stdio.h>

#include "util/error.h"
#include "hw/core/clock.h"
#include "hw/core/irq.h"
#include "hw/core/machine.h"
#include "hw/core/vmstate.h"

/*
 * A device is one file with one const DeviceClass, and a state struct whose first member
 * is Device (PCIDevice for PCI functions, which begins with Device). Its life:
 * device_new(), properties, device_realize(), any number of device_reset(),
 * device_free(). After realize it can be reached by the guest; no guest access may fail
 * or crash it.
 */
struct MemoryRegion;
struct MemoryRegionOps;

typedef struct Device Device;

typedef enum PropKind {
    PROP_UINT,   /* 1, 2, 4 or 8 bytes, decimal or 0x */
    PROP_BOOL,   /* on, off */
    PROP_SIZE,   /* uint64_t bytes with suffix K, M, G, T */
    PROP_STRING, /* char *, owned by the device */
    PROP_PTR,    /* void *, set by the board with device_set_ptr() alone */
    PROP_IRQ     /* IRQLine that the device drives, connected with device_connect() */
} PropKind;

typedef struct Property {
    const char *name; /* NULL ends a table */
    PropKind kind;
    uint32_t offset, size;
    uint64_t def; /* value before anything is set; PROP_UINT, PROP_BOOL, PROP_SIZE */
    const char *desc;
} Property;

#define PROP_(S, n, f, k, d, text)                                                   \
    {                                                                                \
        .name = n, .kind = k, .offset = offsetof(S, f), .size = sizeof(((S *)0)->f), \
        .def = (d), .desc = text                                                     \
    }
#define PROP_UINT(S, name, f, def, desc) PROP_(S, name, f, PROP_UINT, def, desc)
#define PROP_BOOL(S, name, f, def, desc) PROP_(S, name, f, PROP_BOOL, def, desc)
#define PROP_SIZE(S, name, f, def, desc) PROP_(S, name, f, PROP_SIZE, def, desc)
#define PROP_STRING(S, name, f, desc)    PROP_(S, name, f, PROP_STRING, 0, desc)
#define PROP_PTR(S, name, f, desc)       PROP_(S, name, f, PROP_PTR, 0, desc)
#define PROP_IRQ(S, name, f, desc)       PROP_(S, name, f, PROP_IRQ, 0, desc)
#define PROP_END()   \
    {                \
        .name = NULL \
    }

/* What the monitor asks devices about. */
typedef enum DeviceInfo {
    DEVICE_INFO_IRQ, /* how many interrupts there were */
    DEVICE_INFO_PIC, /* state of interrupt controllers */
    DEVICE_INFO_LAPIC,
} DeviceInfo;

typedef struct DeviceClass {
    const char *name;
    const char *desc;
    const char *bus;       /* "ISA", "PCI", or NULL: part of the board, not for -device */
    size_t size;           /* of the state struct */
    const Property *props; /* may be NULL */
    const VMState *state;  /* NULL: nothing to save */
    bool (*realize)(Device *d, GError **errp);
    void (*reset)(Device *d);                  /* may be NULL */
    void (*unrealize)(Device *d);              /* may be NULL: undoes realize */
    void (*irq_in)(void *d, int n, int level); /* may be NULL: its input lines */
    /* appends text, or nothing if it has nothing to say; may be NULL */
    void (*info)(Device *d, DeviceInfo what, GString *to);
} DeviceClass;

struct Device {
    const DeviceClass *cls;
    Machine *machine;
    char *id;        /* from -device id=, or NULL */
    GSList *regions; /* MemoryRegions that device_map_*() placed */
    bool realized;
};

/* hw/devices.c: every class of the program, ended by NULL. */
extern const DeviceClass *const device_classes[];

/* The class called `name`, or NULL. */
const DeviceClass *device_class_find(const char *name);

/* An unrealized device with default properties; it belongs to the caller until realize.
 */
Device *device_new(const DeviceClass *cls, Machine *m);

/* Sets a property from text; an error names the device, the property and what is allowed.
 */
bool device_set(Device *d, const char *prop, const char *value,
                GError **errp) USER_CHECKED;

/* For boards: setting something that does not exist is a bug of ours and asserts. */
void device_set_uint(Device *d, const char *prop, uint64_t value);
void device_set_ptr(Device *d, const char *prop, void *value);
void device_connect(Device *d, const char *prop, IRQLine line);

/* Makes the device reachable and hands it to the machine. On error it is freed. */
bool device_realize(Device *d, GError **errp) USER_CHECKED;

/* new + realize for parts of the board. */
Device *device_create(const DeviceClass *cls, Machine *m, GError **errp);

void device_reset(Device *d);
void device_free(Device *d);

/* The receiving end of input line `n`. */
IRQLine device_irq_in(Device *d, int n);

/*
 * Makes `mr` an I/O region of `size` bytes with the device as its opaque, and places it
 * at a port or at a physical address of the machine. The name of the region is the
 * class's.
 */
void device_map_io(Device *d, struct MemoryRegion *mr, const struct MemoryRegionOps *ops,
                   uint64_t port, uint64_t size);
void device_map_mem(Device *d, struct MemoryRegion *mr, const struct MemoryRegionOps *ops,
                    uint64_t addr, uint64_t size);

/* Level of global system interrupt `n` of the machine. */
static inline void device_set_gsi(Device *d, unsigned n, int level)
{
    irq_set(&d->machine->gsi[n], level);
}

/* "-device SPEC": name[,prop=value...]; name "help" is the caller's to handle. */
bool device_add_from_spec(Machine *m, const char *spec, GError **errp) USER_CHECKED;

/* "-device help": one line a class that -device accepts. */
void device_print_classes(FILE *f);

/* "-device NAME,help": the properties of a class. */
void device_print_props(const DeviceClass *cls, FILE *f);

#endif
