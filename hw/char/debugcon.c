/* Debug console: each byte written to its port goes to a chardev or the log. */
/* SPDX-License-Identifier: MIT */
#include "hw/core/device.h"
#include "backends/chardev.h"
#include "memory/memory.h"

/* What a read returns, by which guests find it (the port of Bochs's "port E9 hack"). */
#define SIGNATURE 0xe9

typedef struct DebugconState {
    Device dev;
    MemoryRegion io;
    Chardev *chr; /* NULL: stderr */
    uint16_t iobase;
} DebugconState;

static void debugcon_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    DebugconState *s = opaque;
    uint8_t byte = v;
    if (s->chr) {
        chardev_write(s->chr, &byte, 1); /* what the host does not take is lost */
    } else {
        fputc(byte, stderr);
    }
}

static uint64_t debugcon_read(void *opaque, hwaddr addr, unsigned size)
{
    return SIGNATURE;
}

static const MemoryRegionOps debugcon_ops = {
    .read = debugcon_read, .write = debugcon_write, .impl = {.max_access_size = 1}};

static bool debugcon_realize(Device *d, GError **errp)
{
    DebugconState *s = (DebugconState *)d;
    device_map_io(d, &s->io, &debugcon_ops, s->iobase, 1);
    return true;
}

static const Property debugcon_props[] = {
    PROP_UINT(DebugconState, "iobase", iobase, 0xe9, "its port"),
    PROP_PTR(DebugconState, "chardev", chr, "host side"),
    PROP_END(),
};

const DeviceClass isa_debugcon_class = {
    .name = "isa-debugcon",
    .desc = "debug console",
    .bus = "ISA",
    .size = sizeof(DebugconState),
    .props = debugcon_props,
    .realize = debugcon_realize,
};
